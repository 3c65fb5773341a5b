import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseSourceKey } from '../../contract/object-keys';
import { filesBelow } from '../files-below';
import { checkSize, StoreError, type CoverageStore } from './store';

/** A folder that holds what a bucket would: raw objects and `sources/` anywhere below it. */
export class FolderStore implements CoverageStore {
  private sources: ReadonlyMap<string, string> | undefined;

  /** @throws StoreError if the folder is not there */
  public constructor(public readonly location: string) {
    if (!existsSync(location)) {
      throw new StoreError(`folder '${location}' does not exist`);
    }
    if (!statSync(location).isDirectory()) {
      throw new StoreError(`'${location}' is not a folder; name the folder that the coverage was downloaded to`);
    }
  }

  public async* rawKeys(): AsyncIterable<string> {
    yield* filesBelow(this.location).filter((key) => key.endsWith('.coverage'));
  }

  public async read(key: string, limit = Number.POSITIVE_INFINITY): Promise<Buffer> {
    const file = join(this.location, key);
    if (limit < Number.POSITIVE_INFINITY) {
      checkSize(key, statSync(file).size, limit);
    }
    return readFileSync(file); // a tenth of the time that a promise of it takes, and nothing else wants the thread
  }

  public async source(sha256: string): Promise<Buffer | undefined> {
    // not before: a function writes the sources of an object after it
    this.sources ??= new Map(filesBelow(this.location).map((key) => [parseSourceKey(key)?.sha256 ?? key, key]));
    const key = this.sources.get(sha256);
    return key === undefined ? undefined : this.read(key);
  }
}
