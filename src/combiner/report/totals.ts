import type { CoverageMap } from 'istanbul-lib-coverage';

/**
 * The percentage of statements and branches together that were covered: the total of coverage.py, which the reference
 * gives. 100 where there is nothing to cover, as coverage.py has it. Rounded to two places.
 */
export function totalPercentage(coverage: CoverageMap): number {
  const { statements, branches } = coverage.getCoverageSummary();
  const total = statements.total + branches.total;
  return total === 0 ? 100 : Math.round(((statements.covered + branches.covered) / total) * 10_000) / 100;
}

/** The fields of the reference's `CoverageReportMetadata` that are known only once everything is combined; the others are at each raw object. */
export interface ReportMetadata {
  readonly coverage_percentage: number;
  readonly lines_covered: number;
  readonly lines_total: number;
  readonly branches_covered: number;
  readonly branches_total: number;
}

export function reportMetadata(coverage: CoverageMap): ReportMetadata {
  const { lines, branches } = coverage.getCoverageSummary();
  return {
    coverage_percentage: totalPercentage(coverage),
    lines_covered: lines.covered,
    lines_total: lines.total,
    branches_covered: branches.covered,
    branches_total: branches.total,
  };
}

/** The same in the form of S3 object metadata. */
export function totalsMetadata(coverage: CoverageMap): Record<string, string> {
  return Object.fromEntries(Object.entries(reportMetadata(coverage)).map(([name, value]) => [name.replaceAll('_', '-'), String(value)]));
}
