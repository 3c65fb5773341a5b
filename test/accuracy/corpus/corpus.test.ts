/** Whole applications: 99.9 % of all counters are hit or not hit as Istanbul has them, and what is not is known by name. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { APPLICATIONS, applicationOf, CORPUS, CORPUS_BUILDS } from './applications';
import { runBothWays, together, type BothWays } from '../both-ways';
import { compareAll, compareBuiltIn, type Comparison } from '../comparison';

const NODES = ['20', '22', '24'] as const;

/** What V8 does not tell besides default values, in a sequence of events by itself. Whoever finds a way to tell one takes it off. */
const NOT_TOLD: ReadonlyArray<{ readonly difference: string; readonly reason: string; readonly builds?: string }> = [
  { difference: 'formulas, errors: src/language/evaluate.js branch 12 if arm 1 at 74:2', reason: 'number() threw at times' },
  { difference: 'formulas, errors: src/language/parse.js line 66', reason: 'expect() is a method, and threw at times' },
  { difference: 'formulas, errors: src/language/parse.js statement 37 at 66:10', reason: 'expect() is a method, and threw at times' },
  { difference: 'queue, trouble: src/handler.ts branch 5 if arm 0 at 35:2', reason: 'JSON.parse() threw at times', builds: 'minified' },
  { difference: 'queue, trouble: src/handler.ts line 36', reason: 'JSON.parse() threw at times', builds: 'minified' },
  { difference: 'queue, trouble: src/handler.ts statement 19 at 36:4', reason: 'JSON.parse() threw at times', builds: 'minified' },
];

let folder: string;
let runs: BothWays[];
let bySequence: Comparison[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'corpus-'));
  runs = await runBothWays(CORPUS, folder, { builds: CORPUS_BUILDS, nodes: NODES });
  bySequence = await compareAll(runs);
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('there are more than 2,000 counters in at least five applications', () => {
  const sizes = new Map(bySequence.map(({ program, counters }) => [applicationOf(program), counters]));
  expect([...sizes.keys()]).toEqual(APPLICATIONS);
  expect([...sizes.values()].reduce((sum, size) => sum + size)).toBeGreaterThan(2_000);
});

test.each(CORPUS_BUILDS)('%s, with all events of an application: at least 99.9 %% of the counters are as Istanbul has them', async (build) => {
  const groups = NODES.flatMap((node) => APPLICATIONS.map((name) =>
    runs.filter((run) => run.build === build && run.node === node && applicationOf(run.program) === name)));
  const comparisons = await compareAll(groups.map(together));
  expect(share(comparisons)).toBeGreaterThanOrEqual(0.999);
});

test.each(CORPUS_BUILDS)('%s, with each sequence of events by itself: what differs are default values, and what is listed', (build) => {
  const own = bySequence.filter((comparison) => comparison.build === build);
  const different = own.flatMap(({ program, differences }) => differences.map((difference) => `${program}: ${difference}`));
  const others = new Set(different.filter((difference) => !difference.includes(' default-arg ')).map((difference) => difference.replace(/: (not )?hit, .*/, '')));
  expect([...others].sort()).toEqual(NOT_TOLD.filter(({ builds = '' }) => build.includes(builds)).map(({ difference }) => difference));
  expect(share(own)).toBeGreaterThanOrEqual(0.997);
  expect(own.flatMap(({ problems }) => problems)).toEqual([]);
});

test.each(CORPUS_BUILDS)('%s, with counters built in: all are as Istanbul has them, with each sequence of events by itself', (build) => {
  const own = runs.filter((run) => run.build === build).map(compareBuiltIn);
  expect(own.flatMap(({ program, differences }) => differences.map((difference) => `${program}: ${difference}`))).toEqual([]);
});

function share(comparisons: readonly Comparison[]): number {
  const total = comparisons.reduce((sum, { counters }) => sum + counters, 0);
  return 1 - comparisons.reduce((sum, { differences }) => sum + differences.length, 0) / total;
}
