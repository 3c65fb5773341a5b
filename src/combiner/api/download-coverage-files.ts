import { mkdtempSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { combineError, openBucket } from './arguments';
import { DEFAULT_PREFIX, parseRawCoverageKey, parseSourceKey, sourceKey } from '../../contract/object-keys';

/** So many objects are downloaded at a time. */
const CONCURRENCY = 16;

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
    const folder = mkdtempSync(join(tmpdir(), 'lambda-coverage-'));
    const files: string[] = [];
    const download = async (key: string): Promise<void> => {
      const file = join(folder, key);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, await store.read(key));
    };
    // a key is a path in the folder only where it has the form of one of ours
    const raw = async function* (): AsyncIterable<string> {
      for await (const key of store.rawKeys()) {
        if (parseRawCoverageKey(key)) {
          files.push(join(folder, key));
          yield key;
        }
      }
    };
    const sources = async function* (): AsyncIterable<string> {
      for await (const key of store.keys(sourceKey(store.prefix, ''))) {
        if (parseSourceKey(key)) {
          yield key;
        }
      }
    };
    for (const keys of [raw(), sources()]) {
      await Readable.from(keys).forEach(download, { concurrency: CONCURRENCY });
    }
    return files;
  } catch (error) {
    throw combineError(error, store.location);
  }
}
