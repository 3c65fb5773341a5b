import type { CoverageMap } from 'istanbul-lib-coverage';
import { addUp } from './builds';
import { convertMerged, type Combined } from './combine';
import type { ContentFinder } from './kept-content';
import type { MergedCoverage } from './merging/merged-coverage';

/**
 * The coverage of each Lambda function by itself. Most have code of their own, which has been converted; where several share theirs, it is
 * converted anew for each.
 *
 * @param combined what all of them came to
 */
export async function* coverageByFunction(
  merged: MergedCoverage, combined: Combined, sources: ContentFinder,
): AsyncGenerator<{ readonly lambdaFunction: string; readonly coverage: CoverageMap }> {
  let byFunction: Map<string, MergedCoverage> | undefined;
  for (const lambdaFunction of combined.lambdaFunctions) {
    const files = combined.files.filter(({ lambdaFunctions }) => lambdaFunctions.includes(lambdaFunction));
    const isAlone = files.every(({ lambdaFunctions }) => lambdaFunctions.length === 1);
    const { coverage } = isAlone ? addUp(files) : await convertMerged((byFunction ??= merged.byFunction()).get(lambdaFunction)!, sources);
    yield { lambdaFunction, coverage };
  }
}
