/** Where coverage is read from and reports are written to. Keys have forward slashes. */
export interface CoverageStore {
  /** How a person would name it: `s3://bucket/prefix` or a folder. */
  readonly location: string;
  /**
   * The keys of the raw objects, in order.
   *
   * @throws StoreError if the store is not to be had
   */
  rawKeys(): AsyncIterable<string>;
  /** @throws StoreError if the object is not to be had */
  read(key: string): Promise<Buffer>;
  /** A kept script or source map as it was stored; nothing where there is none. */
  source(sha256: string): Promise<Buffer | undefined>;
}

/** The store cannot be used, and why: the text is for the user. */
export class StoreError extends Error {
  public constructor(message: string) {
    super(message);
    this.name = 'StoreError';
  }
}
