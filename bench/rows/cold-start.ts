import type { Row } from '../row';

export const coldStart: Row = {
  name: 'cold-start',
  title: 'Cold start',
  about: 'Each sample is a new environment. "Until ready" is from the start of the process until the runtime and all extensions have asked for their first event, '
    + 'which is what Lambda calls the init duration; the first answer comes after one event. Processor time is that of the process until it is ready, '
    + 'and the hold what Lambda bills after the first answer. '
    + 'The files are in the page cache, as they are not on Lambda, for all variants alike. The environment is ended once its coverage is uploaded.',
  metrics: {
    ready: {
      title: 'until ready',
      unit: 'ms',
      compared: ['difference', 'ratio'],
      targets: [
        { kind: 'difference', max: 5, of: 'built-in', to: 'layer' },
        { kind: 'difference', max: 20, subjects: ['orders'] },
        { kind: 'ratio', max: 1.05, subjects: ['orders'] },
      ],
    },
    firstAnswer: { title: 'until the first answer', unit: 'ms' },
    cpu: { title: 'processor time until ready', unit: 'ms' },
    hold: { title: 'hold after the first answer', unit: 'ms' },
  },
  variants: ['plain', 'node-coverage', 'node-coverage-taken', 'istanbul', 'layer', 'ours', 'built-in'],
  subjects: ['orders', 'small'],
  s3DelayMs: 300,
  plan: {
    full: { rounds: 5, repetitions: 24, warmUps: 1 },
    quick: { rounds: 1, repetitions: 8, warmUps: 1 },
  },
  prepare: async ({ deployment, ...setting }) => {
    const fn = await deployment.start(setting);
    return {
      sample: async () => {
        const ready = await fn.init();
        const { cpuMs } = await fn.usage();
        const { latencyMs, holdMs } = await fn.invoke();
        await fn.shutdown();
        return { ready, firstAnswer: ready + latencyMs, cpu: cpuMs, hold: await holdMs };
      },
      close: () => fn.close(),
    };
  },
};
