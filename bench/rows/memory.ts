import type { Row } from '../row';

const INVOCATIONS = 50;
const MEGABYTE = 1024 * 1024;

export const memory: Row = {
  name: 'memory',
  title: 'Memory',
  about: `Resident memory of the function's process after ${INVOCATIONS} invocations and at its highest, each sample in a new environment. S3 answers at once here.`,
  metrics: {
    resident: { title: 'resident memory', unit: 'MB', targets: [{ kind: 'difference', max: 25 }, { kind: 'difference', max: 10, of: 'built-in' }] },
    peak: { title: 'resident memory at its highest', unit: 'MB' },
  },
  variants: ['plain', 'node-coverage', 'node-coverage-taken', 'ours', 'built-in'],
  subjects: ['orders', 'small'],
  s3DelayMs: 0,
  plan: {
    full: { rounds: 4, repetitions: 5, warmUps: 0 },
    quick: { rounds: 1, repetitions: 3, warmUps: 0 },
  },
  prepare: async ({ deployment, ...setting }) => {
    const fn = await deployment.start(setting);
    return {
      sample: async () => {
        for (let count = 0; count < INVOCATIONS; count++) {
          await fn.invoke();
        }
        const { rssBytes, peakRssBytes } = await fn.usage();
        await fn.shutdown();
        return { resident: rssBytes / MEGABYTE, peak: peakRssBytes / MEGABYTE };
      },
      close: () => fn.close(),
    };
  },
};
