import { createCoverageMap, type CoverageMap, type CoverageSummary } from 'istanbul-lib-coverage';
import { pathFilter } from '../../patterns/path-filter';
import { METRICS } from '../report/reach';

export type Metric = (typeof METRICS)[number];

/** Percentages from 0 to 100 that have to be reached. */
export type Limits = Partial<Readonly<Record<Metric, number>>>;

export interface Thresholds extends Limits {
  /** Whether each file has to reach them by itself, as well as all together. @default false */
  readonly perFile?: boolean;
  /** Of the files that match a glob, together, or each where `perFile` is set. */
  readonly files?: Readonly<Record<string, Limits>>;
  /** Of what each Lambda function ran whose name matches a glob. */
  readonly lambdaFunctions?: Readonly<Record<string, Limits>>;
  /** Of the lines that a git range changed. */
  readonly changedLines?: number;
}

/** What was asked for, and what there is. */
export interface Check {
  /** Such as `lines of src/orders.ts`. */
  readonly what: string;
  readonly covered: number;
  readonly total: number;
  readonly percentage: number;
  readonly limit: number;
  readonly passed: boolean;
}

/**
 * Compares coverage with thresholds.
 *
 * @throws Error if a glob matches no file
 */
export function checkThresholds(coverage: CoverageMap, { perFile = false, files = {}, ...limits }: Thresholds): Check[] {
  const checks = checksOf('all files', coverage.getCoverageSummary(), limits);
  if (perFile) {
    checks.push(...ofEachFile(coverage, limits));
  }
  for (const [glob, ofGlob] of Object.entries(files)) {
    const isOfGlob = pathFilter([glob], []);
    const matching = createCoverageMap(coverage.toJSON());
    matching.filter(isOfGlob);
    if (matching.files().length === 0) {
      throw new Error(`no file of the report matches '${glob}', which has a threshold; the first of ${coverage.files().length} is '${coverage.files()[0] ?? ''}'`);
    }
    checks.push(...checksOf(glob, matching.getCoverageSummary(), ofGlob), ...(perFile ? ofEachFile(matching, ofGlob) : []));
  }
  return checks;
}

export function checksOf(what: string, summary: CoverageSummary, limits: Limits): Check[] {
  return METRICS.flatMap((metric) => {
    const limit = limits[metric];
    return limit === undefined ? [] : [checkOf(`${metric} of ${what}`, summary[metric], limit)];
  });
}

/** Nothing to cover is covered. */
export function checkOf(what: string, { covered, total }: { readonly covered: number; readonly total: number }, limit: number): Check {
  const percentage = total === 0 ? 100 : Math.floor((covered / total) * 10_000) / 100;
  return { what, covered, total, percentage, limit, passed: percentage >= limit };
}

function ofEachFile(coverage: CoverageMap, limits: Limits): Check[] {
  return coverage.files().flatMap((path) => checksOf(path, coverage.fileCoverageFor(path).toSummary(), limits));
}
