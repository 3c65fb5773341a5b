import type { Row } from '../row';
import type { WorkAnswer } from '../subjects/computing/work';
import { ordersEvent } from '../subjects/orders/events';

const BATCH = 2_000;

export const cpuBound: Row = {
  name: 'cpu-bound',
  title: 'CPU-bound handlers',
  about: `The time that the handler itself measures around its work, in warm environments; orders gets a batch of ${BATCH.toLocaleString('en')}. `
    + 'Nothing of the runtime, of taking or of uploading is in it: it is what counting does to the function\'s own code.',
  metrics: {
    work: {
      title: 'work',
      unit: 'ms',
      compared: ['ratio'],
      targets: [
        { kind: 'ratio', max: 1.05, of: 'built-in' },
        { kind: 'ratio', max: 1.2, of: 'built-in-counts' },
        { kind: 'ratio', max: 1, to: 'node-coverage' },
      ],
    },
  },
  variants: ['plain', 'node-coverage', 'node-coverage-taken', 'istanbul', 'ours', 'built-in', 'built-in-counts'],
  subjects: ['orders', 'loop', 'json', 'router', 'parser'],
  s3DelayMs: 0,
  plan: {
    full: { rounds: 8, repetitions: 25, warmUps: 30 },
    quick: { rounds: 1, repetitions: 15, warmUps: 15 },
  },
  prepare: async ({ deployment, ...setting }) => {
    const fn = await deployment.start(setting);
    const event = setting.subject === 'orders' ? ordersEvent(BATCH) : undefined;
    return {
      sample: async () => {
        const { payload } = await fn.invoke(event);
        return { work: (payload as WorkAnswer).workMs };
      },
      close: () => fn.close(),
    };
  },
};
