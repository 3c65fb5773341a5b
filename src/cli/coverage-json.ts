import { combineResult, type CombineResult } from '../combiner/combine-result';
import type { AskedCoverage } from './options/coverage-options';
import { sumOfReach, reachOf, type Reach } from '../combiner/report/reach';
import { reportMetadata, type ReportMetadata } from '../combiner/report/totals';

/** What `--json` prints of coverage: the fields of the reference's `combine_coverage_files` and `CoverageReportMetadata`, and more. */
export interface CoverageJson extends CombineResult, ReportMetadata {
  /** Names of the Lambda functions that it came from. */
  readonly lambda_functions: readonly string[];
  /** Statements, branches, functions and lines, each with `total`, `covered` and `pct`. */
  readonly totals: object;
  /** Lines by what reaches them, where unit tests were joined. */
  readonly lines_reached?: Reach;
}

/** @param result location: where what was made of it is; started: in milliseconds since 1970 */
export function coverageJson(coverage: AskedCoverage, result: { readonly location: string; readonly started: number }): CoverageJson {
  const { filesProcessed: processed, filesSkipped: skipped, errors, origins } = coverage;
  return {
    ...combineResult({ processed, known: 0, skipped, complete: true }, coverage.coverage, { ...result, errors }),
    ...reportMetadata(coverage.coverage),
    lambda_functions: coverage.lambdaFunctions,
    totals: coverage.coverage.getCoverageSummary().toJSON(),
    ...(origins && { lines_reached: sumOfReach(coverage.coverage.files().map((path) => reachOf(origins, path))) }),
  };
}
