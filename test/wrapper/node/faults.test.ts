/** S3 fails by seeded schedules, and processes end: the union of what arrives is what ran, by an independent run. */
import { runUnderFaults, type FaultRun } from './fault-run';

const SCHEDULES = 50;
/** They wait most of the time. */
const AT_ONCE = 6;

test(`nothing is lost under ${SCHEDULES} schedules of faults`, async () => {
  const seeds = Array.from({ length: SCHEDULES }, (_, index) => index + 1);
  const runs: FaultRun[] = [];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      runs.push(await runUnderFaults(seed));
    }
  }));
  expect(runs.filter(({ lost }) => lost.length > 0)).toEqual([]);
  expect(runs).toHaveLength(SCHEDULES);
  // the schedules were no idle ones
  expect(runs.flatMap(({ injected }) => injected).length).toBeGreaterThan(SCHEDULES * 3);
}, 300_000);
