import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { combineError, openBucket } from './arguments';
import { DEFAULT_PREFIX } from '../../contract/object-keys';
import { download } from '../download';

/**
 * Downloads the coverage files of a bucket into a new temporary folder, and with them the sources that a report needs: the folder can be
 * given to `lambda-coverage report`. Requests are tried 4 times.
 *
 * Mirrors `download_coverage_files` of the reference.
 *
 * @param prefix what functions upload below, or a part of that, such as `coverage/2026/01/31/`
 * @returns the paths of the coverage files, in the order of their keys
 * @throws CoverageError if an argument cannot be used
 * @throws CoverageCombineError if the bucket cannot be read, or the folder cannot be written
 */
export async function downloadCoverageFiles(bucketName: string, prefix: string = DEFAULT_PREFIX): Promise<string[]> {
  const store = openBucket(bucketName, prefix);
  try {
    return await download(store, mkdtempSync(join(tmpdir(), 'lambda-coverage-')));
  } catch (error) {
    throw combineError(error, store.location);
  }
}
