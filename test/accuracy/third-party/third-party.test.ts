/**
 * Code that nobody wrote for this test. What differs is what V8 does not tell: default values, and what follows a call that
 * throws; minified, also statements that the minifier put into one.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { THIRD_PARTY } from './programs';
import { runBothWays } from '../both-ways';
import { compareAll, compareBuiltIn, type Comparison } from '../comparison';

const BUILDS = ['CommonJS', 'ES module, minified'];

/** So many counters of a package differ at most, default values left out; the others are 0. */
const KNOWN: Record<string, readonly [bundled: number, minified: number]> = {
  'semver': [1, 1],
  'commander': [5, 9],
  'fast-xml-parser': [0, 3],
  'js-yaml': [1, 11],
  'yargs-parser': [0, 2],
  'exponential-backoff': [0, 1],
  'acorn': [15, 34],
  'yaml': [0, 9],
  'trace-mapping': [0, 7],
};

/** The same with counters that are built in: none where the package is not minified, and else what the minifier left no place of. */
const KNOWN_BUILT_IN: Record<string, number> = {
  'commander': 2,
  'fast-xml-parser': 5,
  'js-yaml': 4,
  'yargs-parser': 1,
  'exponential-backoff': 1,
  'acorn': 3,
  'yaml': 9,
  'trace-mapping': 7,
};

let folder: string;
let comparisons: Comparison[];
let builtIn: Comparison[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'third-party-'));
  const runs = await runBothWays(THIRD_PARTY, folder, { builds: BUILDS });
  comparisons = await compareAll(runs);
  builtIn = runs.map(compareBuiltIn);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(THIRD_PARTY.map(({ name }) => name))('%s has the counters of Istanbul', (name) => {
  const own = comparisons.filter(({ program }) => program === name);
  const differing = own.map(({ differences }) => differences.filter((difference) => !difference.includes('default-arg')));
  BUILDS.forEach((_, index) => {
    if (differing[index]!.length > (KNOWN[name]?.[index] ?? 0)) {
      throw new Error(`${differing[index]!.length} differ in ${BUILDS[index]}:\n${differing[index]!.join('\n')}`);
    }
  });
  expect(own.flatMap(({ problems }) => problems)).toEqual([]);
});

test.each(THIRD_PARTY.map(({ name }) => name))('%s has the counters of Istanbul where they are built in', (name) => {
  const [bundled, minified] = builtIn.filter(({ program }) => program === name).map(({ differences }) => differences);
  expect(bundled).toEqual([]);
  expect(minified!.length > (KNOWN_BUILT_IN[name] ?? 0) ? minified : []).toEqual([]);
});

test('more than 99.8 % of the counters of all packages are as with Istanbul', () => {
  const total = comparisons.reduce((sum, { counters }) => sum + counters, 0);
  const different = comparisons.reduce((sum, { differences }) => sum + differences.length, 0);
  expect(total).toBeGreaterThan(100_000);
  expect(1 - different / total).toBeGreaterThan(0.998);
});
