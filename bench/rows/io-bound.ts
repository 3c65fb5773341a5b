import type { Row } from '../row';

export const ioBound: Row = {
  name: 'io-bound',
  title: 'I/O-bound handler',
  about: "The caller's latency of a handler that waits three times for 5 ms, from the delivery of the event to the end of the answer, in warm environments. "
    + 'Timers stand in for the answers of a database, and add nothing but their own millisecond of jitter.',
  metrics: {
    latency: { title: "caller's latency", unit: 'ms', compared: ['difference', 'ratio'], targets: [{ kind: 'ratio', max: 1.02 }] },
  },
  variants: ['plain', 'node-coverage', 'node-coverage-taken', 'istanbul', 'ours'],
  subjects: ['waiting'],
  s3DelayMs: 300,
  plan: {
    full: { rounds: 5, repetitions: 40, warmUps: 10 },
    quick: { rounds: 1, repetitions: 10, warmUps: 3 },
  },
  prepare: async ({ deployment, ...setting }) => {
    const fn = await deployment.start(setting);
    return {
      sample: async () => ({ latency: (await fn.invoke()).latencyMs }),
      close: () => fn.close(),
    };
  },
};
