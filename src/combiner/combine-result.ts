import type { Combined } from './combine';
import type { ReadResult } from './reading/read-objects';
import { totalPercentage } from './report/totals';

/** What combining came to. The fields are those of `combine_coverage_files` of the reference, by its names, and `complete`. */
export interface CombineResult {
  /** Objects that the result is made of. */
  readonly files_processed: number;
  /** Objects that cannot be read. They are named in `errors`, and stay where they are. */
  readonly files_skipped: number;
  /**
   * Percentage of the statements and branches together that were covered, with two places; of the statements where no branches are
   * measured; 0 where not `complete`.
   */
  readonly combined_coverage: number;
  /** S3 URI of the combined coverage, an Istanbul coverage map in JSON. */
  readonly output_location: string;
  readonly processing_time_ms: number;
  /** A line each, with the name of the object, script or file that it is about. */
  readonly errors: readonly string[];
  /** Whether all objects were read; `false` where the time did not allow it, and the rest is read by the next run. Not in the reference. */
  readonly complete: boolean;
}

/** Nobody reads ten thousand lines, and Lambda answers with 6 MB at most. */
const MAX_ERRORS = 100;

/**
 * @param coverage not there where not all was read
 * @param options started: in milliseconds since 1970
 */
export function combineResult(
  read: Pick<ReadResult, 'processed' | 'known' | 'skipped' | 'complete'>,
  coverage: Combined['coverage'] | undefined,
  { location, errors, started }: { readonly location: string; readonly errors: readonly string[]; readonly started: number },
): CombineResult {
  return {
    files_processed: read.processed + read.known,
    files_skipped: read.skipped,
    combined_coverage: coverage === undefined ? 0 : totalPercentage(coverage),
    output_location: location,
    processing_time_ms: Date.now() - started,
    errors: errors.length > MAX_ERRORS ? [...errors.slice(0, MAX_ERRORS), `and ${errors.length - MAX_ERRORS} more`] : errors,
    complete: read.complete,
  };
}
