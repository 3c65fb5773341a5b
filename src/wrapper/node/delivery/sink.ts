/** Where objects go. Objects are added, never replaced: what is there under a key stays, and putting it again succeeds. */
export interface Sink {
  /** @throws UploadError when it is given up */
  put(key: string, body: Buffer, options: PutOptions): Promise<void>;
  /** Whether an object may be missing; asked before a body is made and sent. */
  isMissing(key: string): Promise<boolean>;
  /**
   * Whether objects can be added, found out without adding one.
   *
   * @param key of an object that could be added
   * @throws UploadError that says why not
   */
  probe(key: string): Promise<void>;
}

export interface PutOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds for everything, retries and their pauses included. */
  readonly timeout: number;
}

/** An upload that was given up. */
export class UploadError extends Error {
  public constructor(public readonly code: string, public readonly retries: number, message: string) {
    super(message);
    this.name = 'S3UploadError';
  }
}
