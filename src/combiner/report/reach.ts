import type { CoverageMap, CoverageSummary } from 'istanbul-lib-coverage';
import type { Origins } from '../unit/join-unit-coverage';

/** Lines by what reaches them. */
export interface Reach {
  readonly onlyUnit: number;
  readonly onlyLambda: number;
  readonly both: number;
  readonly neither: number;
}

/** How many lines of a file unit tests reach, how many code in Lambda, and how many both. */
export function reachOf({ unit, lambda }: Origins, path: string): Reach {
  const lines = lambda.fileCoverageFor(path).getLineCoverage();
  const byUnit = unit.fileCoverageFor(path).getLineCoverage();
  const reach = { onlyUnit: 0, onlyLambda: 0, both: 0, neither: 0 };
  for (const [line, count] of Object.entries(lines) as Array<[string, number]>) {
    const isOfUnit = (byUnit as Record<string, number>)[line]! > 0;
    reach[count > 0 ? (isOfUnit ? 'both' : 'onlyLambda') : isOfUnit ? 'onlyUnit' : 'neither']++;
  }
  return reach;
}

export function sumOfReach(all: readonly Reach[]): Reach {
  return all.reduce((sum, one) => ({
    onlyUnit: sum.onlyUnit + one.onlyUnit, onlyLambda: sum.onlyLambda + one.onlyLambda, both: sum.both + one.both, neither: sum.neither + one.neither,
  }), { onlyUnit: 0, onlyLambda: 0, both: 0, neither: 0 });
}

/** What unit tests reach and what code in Lambda reaches: in percent for all files, in lines for each. */
export function originsSummary(coverage: CoverageMap, origins: Origins) {
  const files = [...coverage.files()].sort().map((path) => ({ path, ...reachOf(origins, path) }));
  const { unit, lambda } = origins;
  return { total: { unit: unit.getCoverageSummary().toJSON(), lambda: lambda.getCoverageSummary().toJSON(), lines: sumOfReach(files) }, files };
}

/** The lines that nothing reached, from first to last, such as `[[9, 12], [30, 30]]`. */
export function uncoveredRanges(coverage: CoverageMap, path: string): Array<readonly [number, number]> {
  const lines = coverage.fileCoverageFor(path).getLineCoverage() as Record<number, number>;
  const ranges: Array<readonly [number, number]> = [];
  let open = false;
  for (const [line, count] of Object.entries(lines).map(([name, hits]) => [Number(name), hits] as const)) {
    if (count > 0) {
      open = false;
    } else if (open) {
      ranges.push([ranges.pop()![0], line]);
    } else {
      ranges.push([line, line]);
      open = true;
    }
  }
  return ranges;
}

/** The four numbers of a summary, in the order and by the names that reports have them. */
export const METRICS = ['statements', 'branches', 'functions', 'lines'] as const;

/** `85.71 %`; nothing to cover is 100 %, as Istanbul has it. */
export function percent(summary: CoverageSummary, metric: (typeof METRICS)[number]): string {
  return `${summary[metric].pct} %`;
}
