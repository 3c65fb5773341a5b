import { createCoverageMap, type CoverageMap, type FileCoverageData } from 'istanbul-lib-coverage';
import { buildKey } from './builds';
import { convertMerged, type Combined, type CombineOptions } from './combine';
import type { ContentFinder } from './kept-content';
import type { MergedCoverage } from './merging/merged-coverage';
import type { RawCoverageMetadata } from '../contract/raw-coverage';

/** What was told of one function, and of one run and one phase where these are told apart. */
export interface PartOfCoverage {
  readonly lambdaFunction: string;
  readonly run?: string;
  readonly phase?: RawCoverageMetadata['phase'];
  /** Its files have the names and the counters that they have in the whole; those that nothing ran of may be missing. */
  readonly coverage: CoverageMap;
}

/** A report has so many parts at most, each of which is converted by itself: phases are not told apart where there are more, and then runs. */
const MOST_PARTS = 60;

type Division = (metadata: RawCoverageMetadata) => Omit<PartOfCoverage, 'coverage'>;

const DIVISIONS: readonly Division[] = [
  ({ functionName, runId, phase }) => ({ lambdaFunction: functionName, ...(runId !== undefined && { run: runId }), phase }),
  ({ functionName, runId }) => ({ lambdaFunction: functionName, ...(runId !== undefined && { run: runId }) }),
  ({ functionName }) => ({ lambdaFunction: functionName }),
];

/**
 * What functions ran, by functions, runs and phases.
 *
 * @param merged by what parts are to be told apart
 * @param whole what all of it came to
 */
export async function coverageParts(
  merged: MergedCoverage, whole: Combined, sources: ContentFinder, options: CombineOptions = {},
): Promise<PartOfCoverage[]> {
  const { division, parts } = divided(merged);
  const reported = new Set(whole.coverage.files());
  const found: PartOfCoverage[] = [];
  for (const name of [...parts.keys()].sort()) {
    const part = parts.get(name)!;
    const { files } = await convertMerged(part, sources, { ...options, allBuilds: true, onlyWhatRan: true });
    const coverage = createCoverageMap({});
    for (const file of files) {
      const path = whole.names.get(buildKey(file));
      if (path !== undefined && reported.has(path)) {
        coverage.addFileCoverage({ ...file.coverage, path } as FileCoverageData);
      }
    }
    found.push({ ...division(part.raws()[0]!.metadata), coverage });
  }
  return found;
}

function divided(merged: MergedCoverage): { division: Division; parts: Map<string, MergedCoverage> } {
  const divisions = DIVISIONS.map((division) => ({ division, parts: merged.split((metadata) => JSON.stringify(division(metadata))) }));
  return divisions.find(({ parts }) => parts.size <= MOST_PARTS) ?? divisions.at(-1)!;
}
