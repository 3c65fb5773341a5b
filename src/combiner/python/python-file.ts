import type { FileCoverageData, Range } from 'istanbul-lib-coverage';
import type { PythonTable } from '../../contract/python-table';

/** A file by one of its tables, and what was passed of it. */
export interface PassedPython {
  readonly table: PythonTable;
  /** As `from,to`. */
  readonly arcs: ReadonlySet<string>;
  readonly lines: ReadonlySet<number>;
}

/** What coverage.py would say of a file: of each statement, and of each destination of a line with several, whether it was reached. */
interface Analysis {
  readonly statements: Map<number, boolean>;
  readonly branches: Map<number, Map<number, boolean>>;
  readonly functions: Map<string, { readonly name: string; readonly first: number; readonly last: number; called: boolean }>;
}

/**
 * The coverage of a Python file in Istanbul's terms: a statement for each of coverage.py's lines, a branch for each line with several
 * destinations, with 1 for what was reached, since coverage.py does not count how often.
 *
 * Tables of the same text differ with the versions of Python: what one of them knows is there, reached where it was by any.
 */
export function pythonFile(path: string, passed: readonly PassedPython[], branchCoverage: boolean): FileCoverageData {
  const { table: { text } } = passed[0]!;
  const ends = new Map(passed.flatMap(({ table }) => table.multiline));
  const lines = text.split('\n');
  const { statements, branches, functions } = passed.map(analyzed).reduce(together);
  const range = (first: number, last: number): Range => ({
    start: { line: first, column: /^\s*/.exec(lines[first - 1] ?? '')![0].length },
    end: { line: last, column: (lines[last - 1] ?? '').length },
  });
  const coverage = { path, statementMap: {}, fnMap: {}, branchMap: {}, s: {}, f: {}, b: {} } as FileCoverageData;
  sorted(statements).forEach(([line, reached], id) => {
    coverage.statementMap[id] = range(line, Math.max(line, ends.get(line) ?? line));
    coverage.s[id] = Number(reached);
  });
  const names = new Set<string>();
  [...functions.values()].sort((a, b) => a.first - b.first || a.last - b.last).forEach(({ name, first, last, called }, id) => {
    // as in coverage.py's own lcov: functions of one name, such as those in the arms of an `if`, are told apart
    coverage.fnMap[id] = { name: names.has(name) ? `${name}@${first}` : name, decl: range(first, first), loc: range(first, last), line: first };
    coverage.f[id] = Number(called);
    names.add(name);
  });
  if (branchCoverage) {
    sorted(branches).forEach(([line, destinations], id) => {
      const loc = range(line, Math.max(line, ends.get(line) ?? line));
      // an exit comes after the lines that can be gone to, as in coverage.py's own reports
      const arms = [...destinations].sort(([a], [b]) => Number(a < 0) - Number(b < 0) || a - b);
      coverage.branchMap[id] = { type: 'branch', loc, locations: arms.map(() => loc), line };
      coverage.b[id] = arms.map(([, reached]) => Number(reached));
    });
  }
  return coverage;
}

/** As `analysis_from_file_reporter` and `Analysis` of coverage.py. */
function analyzed({ table, arcs, lines }: PassedPython): Analysis {
  const linesOf = (start: number, end: number) => Array.from({ length: end - start + 1 }, (_, index) => [start + index, start] as const);
  const first = new Map(table.multiline.flatMap(([start, end]) => linesOf(start, end)));
  const firstLine = (line: number) => (line < 0 ? -(first.get(-line) ?? -line) : first.get(line) ?? line);
  const jumps = new Map((table.jumps ?? []).map(([from, to, ...arc]) => [`${from},${to}`, arc.length === 2 ? arc.join(',') : undefined]));
  const fixed = (arc: string) => (jumps.has(arc) ? jumps.get(arc) : arc);
  const translated = (arc: string | undefined) => arc?.split(',').map((line) => firstLine(Number(line))).join(',');
  const executed = new Set([...lines].map(firstLine));
  const taken = new Set<string>();
  for (const arc of arcs) {
    arc.split(',').map(Number).filter((line) => line > 0).forEach((line) => executed.add(firstLine(line)));
    // twice, as there: the arcs are translated, and then those of them that could be branches
    const once = translated(fixed(arc));
    const twice = once === undefined ? undefined : translated(fixed(once));
    if (twice !== undefined) {
      taken.add(twice);
    }
  }
  const excluded = new Set(table.excluded);
  const noBranch = new Set(table.noBranch);
  const branches = (table.branches ?? []).filter(([, exits]) => exits > 1).map(([line, , destinations]) => {
    const counted = destinations.filter((to) => !excluded.has(to));
    return [line, new Map(counted.map((to) => [to, noBranch.has(line) || taken.has(`${line},${to}`)]))] as const;
  });
  return {
    statements: new Map(table.statements.map((line) => [line, executed.has(line)])),
    branches: new Map(branches),
    functions: new Map(table.functions.map(([name, start, last, own]) =>
      [JSON.stringify([name, start, last]), { name, first: start, last, called: own.some((line) => executed.has(line)) }])),
  };
}

function together(one: Analysis, other: Analysis): Analysis {
  other.statements.forEach((reached, line) => one.statements.set(line, reached || one.statements.get(line) === true));
  other.branches.forEach((destinations, line) => {
    const known = one.branches.get(line) ?? new Map<number, boolean>();
    destinations.forEach((reached, to) => known.set(to, reached || known.get(to) === true));
    one.branches.set(line, known);
  });
  other.functions.forEach((fn, key) => one.functions.set(key, { ...fn, called: fn.called || one.functions.get(key)?.called === true }));
  return one;
}

function sorted<T>(byLine: ReadonlyMap<number, T>): Array<[number, T]> {
  return [...byLine].sort(([a], [b]) => a - b);
}
