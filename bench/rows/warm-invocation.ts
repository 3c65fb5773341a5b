import type { Row } from '../row';

export const warmInvocation: Row = {
  name: 'warm-invocation',
  title: 'Warm invocation',
  about: 'The caller\'s latency is from the delivery of the event to the end of the answer. Processor time is that of all threads of the process from one freeze to the '
    + 'next, so what happens after the answer is in it. The hold is from the answer until the environment is frozen: nobody waits for it, but Lambda bills it.',
  metrics: {
    latency: { title: "caller's latency", unit: 'ms', targets: [{ kind: 'difference', max: 1 }, { kind: 'difference', max: 1, of: 'built-in' }] },
    cpu: { title: 'processor time', unit: 'ms' },
    hold: { title: 'hold after the answer', unit: 'ms' },
  },
  variants: ['plain', 'node-coverage', 'node-coverage-taken', 'ours', 'built-in'],
  subjects: ['orders', 'small', 'callback'],
  s3DelayMs: 300,
  plan: {
    full: { rounds: 5, repetitions: 40, warmUps: 10 },
    quick: { rounds: 1, repetitions: 10, warmUps: 3 },
  },
  prepare: async ({ deployment, ...setting }) => {
    const fn = await deployment.start(setting);
    await fn.init();
    return {
      sample: async () => {
        const before = await fn.usage();
        const { latencyMs, holdMs } = await fn.invoke();
        const after = await fn.usage();
        return { latency: latencyMs, cpu: after.cpuMs - before.cpuMs, hold: await holdMs };
      },
      close: () => fn.close(),
    };
  },
};
