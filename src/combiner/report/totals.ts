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

/**
 * The fields of the reference's `CoverageReportMetadata` that are known only once everything is combined, in the form of S3 object
 * metadata; the others are at each raw object.
 */
export function totalsMetadata(coverage: CoverageMap): Record<string, string> {
  const { lines, branches } = coverage.getCoverageSummary();
  return {
    'coverage-percentage': String(totalPercentage(coverage)),
    'lines-covered': String(lines.covered),
    'lines-total': String(lines.total),
    'branches-covered': String(branches.covered),
    'branches-total': String(branches.total),
  };
}
