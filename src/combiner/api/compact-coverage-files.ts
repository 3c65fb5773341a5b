import { combineError, openBucket } from './arguments';
import { badInput } from '../../contract/bad-input';
import { DEFAULT_PREFIX } from '../../contract/object-keys';
import { compact, type CompactionResult } from '../incremental/compaction';

export interface CompactCoverageResult {
  /** Coverage files that are not there any more. */
  readonly files_replaced: number;
  /** Those that say the same instead. */
  readonly files_written: number;
  /** What could not be read, and so was left as it is: a line each. */
  readonly errors: readonly string[];
}

/**
 * Replaces the coverage files of UTC days that are over by one or a few for each function and day, which say the same. A file is removed
 * when what replaces it has been written and read back. Needs the right to delete objects.
 *
 * Not in the reference.
 *
 * @param prefix what functions upload below
 * @throws CoverageError if an argument cannot be used
 * @throws CoverageCombineError if the bucket cannot be read or written, or is being compacted by somebody else
 */
export async function compactCoverageFiles(bucketName: string, prefix: string = DEFAULT_PREFIX): Promise<CompactCoverageResult> {
  const store = openBucket(bucketName, prefix);
  if (store.prefix !== prefix) {
    throw badInput('prefix', prefix, `names a part of the coverage; pass '${store.prefix}'`);
  }
  try {
    const { objectsReplaced, objectsWritten, errors }: CompactionResult = await compact(store, new Date());
    return { files_replaced: objectsReplaced, files_written: objectsWritten, errors };
  } catch (error) {
    throw combineError(error, store.location);
  }
}
