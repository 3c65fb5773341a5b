import type { RawCoverageMetadata } from '../../contract/raw-coverage';

/** What objects have to agree in to be merged into one. */
export type Alike = (metadata: RawCoverageMetadata) => readonly unknown[];

/** The function, and what it was attached with: all that a report asks for. */
export const SAME_FUNCTION: Alike = ({ functionName, include, exclude, branchCoverage }) => [functionName, include, exclude, branchCoverage];

/** What parts of a report tell apart, too: runs, and what ran while starting up. */
export const SAME_PART: Alike = (metadata) => [...SAME_FUNCTION(metadata), metadata.runId, metadata.phase];

/** Of two objects of the same time the one whose metadata is greater as a text, so that the order in which they are read does not show. */
export function isNewer(metadata: RawCoverageMetadata, other: RawCoverageMetadata): boolean {
  return metadata.timestamp === other.timestamp ? JSON.stringify(metadata) > JSON.stringify(other) : metadata.timestamp > other.timestamp;
}

/** Of no one execution environment and no one request. */
export function ofMerged({ requestId: _, ...metadata }: RawCoverageMetadata): RawCoverageMetadata {
  return { ...metadata, environmentId: '0'.repeat(12), sequence: 0 };
}

/** The Lambda functions, each with the time of its newest object, ISO 8601. */
export function newestTimes(all: readonly RawCoverageMetadata[]): Map<string, string> {
  const times = new Map<string, string>();
  for (const { functionName, timestamp } of all) {
    if ((times.get(functionName) ?? '') < timestamp) {
      times.set(functionName, timestamp);
    }
  }
  return times;
}
