import type { Row } from '../row';
import { ordersEvent } from '../subjects/orders/events';
import type { OrdersAnswer } from '../subjects/orders/handler';

const BATCH = 2_000;

export const cpuBound: Row = {
  name: 'cpu-bound',
  title: 'CPU-bound handler',
  about: `The time that the orders handler itself measures around its work on a batch of ${BATCH.toLocaleString('en')} orders, which it parses, validates, prices and sorts, in warm `
    + 'environments. Nothing of the runtime, of taking or of uploading is in it: it is what counting does to the function\'s own code.',
  metrics: {
    work: { title: 'work', unit: 'ms', compared: ['ratio'], targets: [{ kind: 'ratio', max: 1, to: 'node-coverage' }] },
  },
  variants: ['plain', 'node-coverage', 'node-coverage-taken', 'istanbul', 'ours', 'built-in', 'built-in-counts'],
  subjects: ['orders'],
  s3DelayMs: 0,
  plan: {
    full: { rounds: 8, repetitions: 25, warmUps: 30 },
    quick: { rounds: 1, repetitions: 15, warmUps: 15 },
  },
  prepare: async ({ deployment, ...setting }) => {
    const fn = await deployment.start(setting);
    const event = ordersEvent(BATCH);
    return {
      sample: async () => {
        const { payload } = await fn.invoke(event);
        return { work: (payload as OrdersAnswer).workMs };
      },
      close: () => fn.close(),
    };
  },
};
