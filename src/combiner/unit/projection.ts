import type { BranchMapping, FileCoverageData, FunctionMapping, Location, Range } from 'istanbul-lib-coverage';
import { placeName, type LineCoverage, type ToldCoverage } from './told-coverage';
import { mapValues } from '../../conversion/map-values';

/** What a tool says of a place; nothing where it does not tell. */
interface Teller {
  statement(range: Range): number | undefined;
  calls(fn: FunctionMapping): number | undefined;
  arms(branch: BranchMapping): readonly number[] | undefined;
}

/**
 * What a tool told of a file, at the places that another one has in it.
 *
 * Tools that instrument as Istanbul does have the same places, and tell the same. Of a statement that a tool does not know as such it tells
 * what it tells of its line, or of what is around it. Of a function or an arm it tells what it tells of the first statement in there; an
 * `else` that is not there ran as often as the `if` more than its statement. What follows from nothing stays at 0.
 */
export function project(told: ToldCoverage, shape: FileCoverageData): FileCoverageData {
  const { path, statementMap, fnMap, branchMap } = shape;
  const teller = told.by === 'statements' ? ofStatements(told.coverage) : ofLines(told.coverage, shape);
  const s = mapValues(statementMap, (range) => teller.statement(range) ?? 0);
  const places = new Places(shape);
  const countOf = (id: string | undefined) => (id === undefined ? undefined : s[id]);
  const arm = (branch: BranchMapping, index: number): number => {
    if (branch.type === 'branch') {
      return 0; // of Python, where an arm has no place of its own
    }
    if (isMissingElse(branch, index)) {
      return Math.max(0, (countOf(places.at(branch.loc)) ?? 0) - (countOf(places.firstOfArm(branch, 0)) ?? 0));
    }
    return countOf(places.firstOfArm(branch, index)) ?? 0;
  };
  return {
    path,
    statementMap,
    fnMap,
    branchMap,
    s,
    f: mapValues(fnMap, (fn) => teller.calls(fn) ?? countOf(places.firstIn(fn.loc)) ?? 0),
    b: mapValues(branchMap, (branch) => [...teller.arms(branch) ?? branch.locations.map((_, index) => arm(branch, index))]),
  };
}

/** Which statements are where in a file. */
class Places {
  private readonly statements: ReadonlyArray<readonly [string, Range]>;
  private readonly functions: readonly Range[];

  public constructor({ statementMap, fnMap }: FileCoverageData) {
    this.statements = Object.entries(statementMap).sort(([, a], [, b]) => compare(a.start, b.start));
    this.functions = Object.values(fnMap).map(({ loc }) => loc);
  }

  public at(range: Range): string | undefined {
    return this.statements.find(([, one]) => isAt(one, range))?.[0];
  }

  /** The first statement of a range that runs when the range does: none of a function in there. */
  public firstIn(range: Range, isLeftOut: (one: Range) => boolean = () => false): string | undefined {
    const inner = this.functions.filter((fn) => fn !== range && contains(range, fn));
    return this.statements.find(([, one]) => contains(range, one) && !isLeftOut(one) && !inner.some((fn) => contains(fn, one)))?.[0];
  }

  /** The first arm of an `if` has the place of the whole. */
  public firstOfArm({ type, loc, locations }: BranchMapping, index: number): string | undefined {
    const range = locations[index]!;
    if (!isThere(range)) {
      return undefined;
    }
    const [, alternate] = locations;
    return type === 'if' && index === 0
      ? this.firstIn(range, (one) => isAt(one, loc) || (alternate !== undefined && isThere(alternate) && contains(alternate, one)))
      : this.firstIn(range);
  }
}

function isMissingElse({ type, locations }: BranchMapping, index: number): boolean {
  return type === 'if' && index === 1 && !isThere(locations[1]!);
}

/** The first arm of an `if` has the place of the whole, and so has none that tells of it. */
function armsByPlaces({ type, locations }: BranchMapping, places: LineCoverage['places']): number[] | undefined {
  const counts = type === 'if' ? [] : locations.flatMap(({ start }) => places?.get(placeName(start)) ?? []);
  return counts.length > 0 && counts.length === locations.length ? counts : undefined;
}

/** Whether both have the same counters at the same places: they are of the same text, or of texts that differ in nothing that counts. */
export function isSameShape(one: FileCoverageData, other: FileCoverageData): boolean {
  return shapeOf(one) === shapeOf(other);
}

function shapeOf({ statementMap, fnMap, branchMap }: FileCoverageData): string {
  const starts = Object.values(statementMap).map(({ start }) => start);
  const functions = Object.values(fnMap).map(({ loc }) => loc.start);
  const branches = Object.values(branchMap).map(({ type, loc, locations }) => [type, loc.start, locations.length]);
  return JSON.stringify([starts, functions, branches], (_, value: unknown) => value ?? null);
}

function ofStatements({ statementMap, fnMap, branchMap, s, f, b }: FileCoverageData): Teller {
  const byStart = new Map<string, number>();
  const byLine = new Map<number, number>();
  for (const [id, { start }] of Object.entries(statementMap)) {
    const count = s[id]!;
    byStart.set(placeName(start), Math.max(byStart.get(placeName(start)) ?? 0, count));
    byLine.set(start.line, Math.max(byLine.get(start.line) ?? 0, count));
  }
  const functions = Object.entries(fnMap).map(([id, fn]) => ({ ...fn, hits: f[id]! }));
  const branches = Object.entries(branchMap).map(([id, branch]) => ({ ...branch, hits: b[id]! }));
  const around = (range: Range) => Object.entries(statementMap)
    .filter(([, one]) => contains(one, range))
    .sort(([, a], [, z]) => compare(z.start, a.start))[0];
  return {
    statement: (range) => {
      const outer = () => {
        const found = around(range);
        return found && s[found[0]];
      };
      return byStart.get(placeName(range.start)) ?? byLine.get(range.start.line) ?? outer();
    },
    calls: (fn) => (functions.find(({ loc }) => isAt(loc, fn.loc)) ?? functions.find(({ decl }) => isAt(decl, fn.decl))
      ?? functions.find(({ name, loc }) => name === fn.name && loc.start.line === fn.loc.start.line))?.hits,
    arms: ({ type, loc, locations }) =>
      branches.find((one) => one.type === type && isAt(one.loc, loc) && one.locations.length === locations.length)?.hits,
  };
}

function ofLines({ lines, functions, branches, places }: LineCoverage, { branchMap }: FileCoverageData): Teller {
  const known = new Map<number, BranchMapping[]>();
  for (const branch of Object.values(branchMap)) {
    known.set(branch.loc.start.line, [...known.get(branch.loc.start.line) ?? [], branch]);
  }
  return {
    statement: ({ start }) => places?.get(placeName(start)) ?? lines.get(start.line),
    calls: ({ name, decl, loc }) => {
      const atLine = functions.filter(({ line }) => line === decl?.start.line || line === loc.start.line);
      return (atLine.find((one) => one.name === name) ?? (atLine.length === 1 ? atLine[0] : undefined))?.hits;
    },
    arms: (branch) => {
      const { line } = branch.loc.start;
      const [told, here] = [branches.get(line) ?? [], known.get(line)!];
      const isAlike = told.length === here.length && told.every((arms, index) => arms.length > 1 && arms.length === here[index]!.locations.length);
      return isAlike ? told[here.indexOf(branch)] : armsByPlaces(branch, places);
    },
  };
}

function isAt(one: Range | undefined, other: Range | undefined): boolean {
  return one !== undefined && other !== undefined && isThere(one) && isThere(other) && placeName(one.start) === placeName(other.start);
}

/** An `else` that is not in the source has no place. */
function isThere({ start }: Range): boolean {
  return start?.line !== undefined;
}

function contains(outer: Range, inner: Range): boolean {
  return compare(outer.start, inner.start) <= 0 && compare(outer.end, inner.end) >= 0;
}

/** The end of a line may have no column, which stands for its last. */
function compare(a: Location, b: Location): number {
  const column = (location: Location) => location.column ?? Number.POSITIVE_INFINITY;
  return a.line - b.line || (column(a) === column(b) ? 0 : column(a) - column(b));
}
