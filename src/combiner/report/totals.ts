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
