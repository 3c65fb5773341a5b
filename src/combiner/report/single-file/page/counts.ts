import { decodeCounts, type PageData, type PageFile, type Place } from '../page-data';

/** What the reader wants to see. */
export interface View {
  readonly origin: 'all' | 'lambda' | 'unit';
  /** Empty for all. */
  readonly lambdaFunction: string;
  readonly run: string;
  readonly phase: string;
}

/** Counts of a file, by its counters. */
export interface FileCounts {
  readonly statements: readonly number[];
  readonly functions: readonly number[];
  readonly branches: ReadonlyArray<readonly number[]>;
}

export interface Share {
  readonly covered: number;
  readonly total: number;
}

export interface Summary {
  readonly statements: Share;
  readonly branches: Share;
  readonly functions: Share;
  readonly lines: Share;
}

/** Stands for what is of no run. */
export const NO_RUN = '–';

export const METRICS = ['statements', 'branches', 'functions', 'lines'] as const;

/** Whether something is said that only parts of what ran in Lambda can answer. */
export function isOfParts({ lambdaFunction, run, phase }: View): boolean {
  return lambdaFunction !== '' || run !== '' || phase !== '';
}

/** The positions of the parts that a view is of. */
export function partsOf(data: PageData, { lambdaFunction, run, phase }: View): number[] {
  const isAsked = (part: PageData['parts'][number]) => (lambdaFunction === '' || part.lambdaFunction === lambdaFunction)
    && (run === '' || (part.run ?? NO_RUN) === run) && (phase === '' || part.phase === phase);
  return data.parts.flatMap((part, index) => (isAsked(part) ? [index] : []));
}

/** Whether a file belongs to what is asked for, though nothing of it may have run. */
export function isShown(file: PageFile, view: View, parts: readonly number[]): boolean {
  return !isOfParts(view) || (view.lambdaFunction !== '' && file.lambdaFunctions.includes(view.lambdaFunction)) || parts.some((part) => part in file.parts);
}

export function countsOf(file: PageFile, view: View, parts: readonly number[]): FileCounts {
  const arms = file.branches.map(([, , places]) => places.length);
  const length = file.statements.length + file.functions.length + arms.reduce((sum, count) => sum + count, 0);
  const told = isOfParts(view)
    ? parts.flatMap((part) => file.parts[part] ?? [])
    : [...(view.origin === 'unit' ? [] : [file.lambda]), ...(view.origin === 'lambda' ? [] : [file.unit ?? ''])];
  const sums = new Array<number>(length).fill(0);
  for (const text of told) {
    decodeCounts(text, length).forEach((count, index) => {
      sums[index]! += count;
    });
  }
  const [branchesFrom, functionsFrom] = [file.statements.length + file.functions.length, file.statements.length];
  let at = branchesFrom;
  return {
    statements: sums.slice(0, functionsFrom),
    functions: sums.slice(functionsFrom, branchesFrom),
    branches: arms.map((count) => sums.slice(at, (at += count))),
  };
}

/** By the lines in which statements begin, as Istanbul has them: the most of them. */
export function lineCounts(statements: readonly Place[], counts: readonly number[]): Map<number, number> {
  const lines = new Map<number, number>();
  statements.forEach(([line], index) => lines.set(line, Math.max(lines.get(line) ?? 0, counts[index]!)));
  return lines;
}

export function summaryOf(file: PageFile, counts: FileCounts): Summary {
  return {
    statements: shareOf(counts.statements),
    branches: shareOf(counts.branches.flat()),
    functions: shareOf(counts.functions),
    lines: shareOf([...lineCounts(file.statements, counts.statements).values()]),
  };
}

export function sumOf(summaries: readonly Summary[]): Summary {
  const sum = (metric: (typeof METRICS)[number]): Share => summaries.reduce((all, one) =>
    ({ covered: all.covered + one[metric].covered, total: all.total + one[metric].total }), { covered: 0, total: 0 });
  return { statements: sum('statements'), branches: sum('branches'), functions: sum('functions'), lines: sum('lines') };
}

/** As Istanbul has it: rounded down to two places, and 100 where there is nothing to cover. */
export function percentage({ covered, total }: Share): number {
  return total === 0 ? 100 : Math.floor((100_000 * covered) / total / 10) / 100;
}

function shareOf(counts: readonly number[]): Share {
  return { covered: counts.filter((count) => count > 0).length, total: counts.length };
}
