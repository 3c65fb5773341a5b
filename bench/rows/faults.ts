import { runUnderFaults, type FaultRun } from '../../test/wrapper/node/fault-run';
import type { Row } from '../row';

/** In one sample. */
const SCHEDULES = 100;
/** They wait most of the time. */
const AT_ONCE = 4;

export const faults: Row = {
  name: 'faults',
  title: 'Nothing lost',
  about: `What arrives while S3 fails and processes end. Each sample is ${SCHEDULES} functions, each of which has a schedule of its own, by seed: errors, refusals, `
    + 'resets before and after the work is done, cut answers, redirects and slow answers, in outages of up to 4 requests; some of the 8 invocations end the process, '
    + 'and some environments are shut down. Then S3 is fine again and another process answers once. The combined coverage is compared, counter by counter, with a run of '
    + 'the same events under Istanbul. A full run has 1,200 schedules. Anything lost ends the benchmark with an error that names the seed.',
  metrics: {
    lost: { title: 'counters lost', unit: '', targets: [{ kind: 'value', max: 0 }] },
    injected: { title: 'faults met', unit: '' },
    requests: { title: 'requests', unit: '' },
  },
  variants: ['ours'],
  subjects: ['small'],
  s3DelayMs: 0,
  plan: {
    full: { rounds: 1, repetitions: 4, warmUps: 0 },
    quick: { rounds: 1, repetitions: 1, warmUps: 0 },
  },
  prepare: async ({ node }) => {
    let next = Number(node) * 10_000;
    return {
      sample: async () => {
        const seeds = Array.from({ length: SCHEDULES }, () => next++);
        const runs: FaultRun[] = [];
        await Promise.all(Array.from({ length: AT_ONCE }, async () => {
          for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
            runs.push(await runUnderFaults(seed, `nodejs${node}.x`));
          }
        }));
        const [failed] = runs.filter(({ lost }) => lost.length > 0);
        if (failed) {
          throw new Error(`schedule ${failed.seed} on Node.js ${node} lost ${failed.lost.join('; ')}`);
        }
        return {
          lost: 0,
          injected: runs.reduce((sum, { injected }) => sum + injected.length, 0),
          requests: runs.reduce((sum, run) => sum + run.requests, 0),
        };
      },
      close: async () => undefined,
    };
  },
};
