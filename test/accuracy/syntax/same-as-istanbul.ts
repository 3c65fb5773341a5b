import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBothWays } from '../both-ways';
import { compareAll, compareBuiltIn, type Comparison } from '../comparison';
import type { Difference, Program } from '../program';

/** Of V8 12, 12 and 13. */
const NODES = ['20', '22', '24'] as const;

/** All but what is said of maps that do not hold their sources. */
function unforeseen(problems: readonly string[]): string[] {
  const foreseen = / does not hold the text of src\/handler\.[jt]s, which was read from the folder of the report/;
  return problems.filter((problem) => !foreseen.test(problem));
}

/** The program with all of its events, and with each of them in a module of its own. */
function withEachEvent(program: Program): Program[] {
  return [program, ...(program.events.length > 1 ? program.events.map((event) => ({ ...program, events: [event] })) : [])];
}

/** Tests that each program's counters are hit or not hit as Istanbul says, however it is built. */
export function testSameAsIstanbul(programs: readonly Program[]): void {
  let folder: string;
  let comparisons: Comparison[];
  let builtIn: Comparison[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'same-as-istanbul-'));
    const runs = await runBothWays(programs.flatMap(withEachEvent), folder, { nodes: NODES });
    comparisons = await compareAll(runs);
    builtIn = runs.map(compareBuiltIn);
  }, 240_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const rows = programs.map((program) => [program.name, program] as const);
  test.each(rows)('by V8: %s', (name, { differs = [] }) => testComparisons(comparisons, name, differs));
  test.each(rows)('built in: %s', (name, { differsBuiltIn = [] }) => testComparisons(builtIn, name, differsBuiltIn));

  function testComparisons(all: readonly Comparison[], name: string, differs: readonly Difference[]): void {
    const own = all.filter(({ program }) => program === name);
    const met = new Set<string>();
    const unexpected = own.flatMap(({ build, node, differences, problems }) => [
      ...unforeseen(problems), ...differences.map(withoutFile),
    ].filter((difference) => {
      const listed = differs.find(({ counter, builds = '' }) => difference.startsWith(counter) && build.includes(builds));
      met.add(listed?.counter ?? '');
      return !listed;
    }).map((difference) => `Node.js ${node}, ${build}: ${difference}`));

    expect(unexpected).toEqual([]);
    expect(differs.map(({ counter }) => counter).filter((counter) => !met.has(counter))).toEqual([]);
    expect(own.every(({ counters }) => counters > 0)).toBe(true);
  }
}

function withoutFile(difference: string): string {
  return difference.slice(difference.indexOf(' ') + 1);
}
