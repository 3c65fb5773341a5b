import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { Selector } from './reading/selection';
import type { S3Store } from './stores/s3-store';
import { parseRawCoverageKey, parseSourceKey, sourceKey } from '../contract/object-keys';

/** So many objects are downloaded at a time. */
const CONCURRENCY = 16;

/**
 * Copies the raw objects of a bucket into a folder, and with them the sources that a report needs.
 *
 * @returns the paths of the raw objects, in the order of their keys
 * @throws Error if the bucket cannot be read, or the folder cannot be written
 */
export async function download(
  store: S3Store, folder: string, selector = new Selector({}), onProgress: (done: number) => void = () => undefined,
): Promise<string[]> {
  const files: string[] = [];
  let done = 0;
  const copy = async (key: string): Promise<void> => {
    const file = join(folder, key);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await store.read(key));
    onProgress(++done);
  };
  // a key is a path in the folder only where it has the form of one of ours
  const raw = async function* (): AsyncIterable<string> {
    for await (const key of store.rawKeys()) {
      if (parseRawCoverageKey(key) && selector.mayHold(key)) {
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
    await Readable.from(keys).forEach(copy, { concurrency: CONCURRENCY });
  }
  return files;
}
