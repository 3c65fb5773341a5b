/** Where coverage is read from and reports are written to. Keys have forward slashes. */
export interface CoverageStore {
  /** How a person would name it: `s3://bucket/prefix` or a folder. */
  readonly location: string;
  /**
   * The keys of the raw objects, in order. While some are being replaced by merged ones, it is either these or those.
   *
   * @throws StoreError if the store is not to be had
   */
  rawKeys(): AsyncIterable<string>;
  /**
   * @param limit more bytes are not read
   * @throws StoreError if the object is not to be had, or has more
   */
  read(key: string, limit?: number): Promise<Buffer>;
  /** A kept script or source map as it was stored; nothing where there is none. */
  source(sha256: string): Promise<Buffer | undefined>;
}

/** An object as a list of the store has it. */
export interface ListedObject {
  readonly key: string;
  /** In bytes, as it is stored. */
  readonly size: number;
}

/** A store that what is made of coverage is written to, beside the coverage. */
export interface WritableStore extends CoverageStore {
  /** Begin of the keys of all that belongs to the coverage: raw objects may be asked for by a narrower one. */
  readonly prefix: string;
  /**
   * The raw objects as {@link CoverageStore.rawKeys} gives their keys.
   *
   * @param after only those whose keys come after it
   */
  rawObjects(after?: string): AsyncIterable<ListedObject>;
  /** Nothing where the object is not there. */
  find(key: string): Promise<Buffer | undefined>;
  /** The keys that begin so, in order. */
  keys(prefix: string): AsyncIterable<string>;
  /** @param metadata of the object, by names without the prefix that S3 gives them */
  write(key: string, body: Buffer, contentType: string, metadata?: Readonly<Record<string, string>>): Promise<void>;
  /** As raw coverage is written, where the bucket may take nothing else: an object that is there stays as it is. */
  add(key: string, body: Buffer, contentType: string): Promise<void>;
  /** Those that are not there are no error. */
  remove(keys: readonly string[]): Promise<void>;
}

/** The store cannot be used, and why: the text is for the user. */
export class StoreError extends Error {
  public constructor(message: string) {
    super(message);
    this.name = 'StoreError';
  }
}

/** That there is nothing to combine. */
export function noCoverage({ location }: CoverageStore): StoreError {
  return new StoreError(`no coverage in ${location}: no object ending in .coverage is there; invoke an attached function, wait some seconds, and check the prefix`);
}

/**
 * What was read of a store, or what is wrong with it.
 *
 * @throws StoreError if the store itself cannot be used
 */
export async function usable<T>(reading: Promise<T>): Promise<{ readonly value?: T; readonly problem?: string }> {
  try {
    return { value: await reading };
  } catch (error) {
    if (error instanceof StoreError) {
      throw error;
    }
    return { problem: (error as Error).message };
  }
}

/** @throws StoreError if an object has more bytes than that */
export function checkSize(key: string, bytes: number, limit: number): void {
  if (bytes > limit) {
    throw new StoreError(`'${key}' has ${bytes} bytes; ${limit} at most are read`);
  }
}
