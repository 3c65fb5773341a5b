import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareBothWays, type Comparison } from './both-ways';
import type { Program } from './program';

/** Tests that each program's counters are hit or not hit as Istanbul says, however it is built. */
export function testSameAsIstanbul(programs: readonly Program[]): void {
  let folder: string;
  let comparisons: Comparison[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'same-as-istanbul-'));
    comparisons = await compareBothWays(programs, folder);
  }, 120_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(programs.map((program) => [program.name, program] as const))('%s', (name, { differs = [] }) => {
    const own = comparisons.filter(({ program }) => program === name);
    const met = new Set<string>();
    const unexpected = own.flatMap(({ build, differences, problems }) => [...problems, ...differences.map(withoutFile)].filter((difference) => {
      const listed = differs.find(({ counter, builds = '' }) => difference.startsWith(counter) && build.includes(builds));
      met.add(listed?.counter ?? '');
      return !listed;
    }).map((difference) => `${build}: ${difference}`));

    expect(unexpected).toEqual([]);
    expect(differs.map(({ counter }) => counter).filter((counter) => !met.has(counter))).toEqual([]);
    expect(own.every(({ counters }) => counters > 0)).toBe(true);
  });
}

function withoutFile(difference: string): string {
  return difference.slice(difference.indexOf(' ') + 1);
}
