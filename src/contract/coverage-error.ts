/** Base of all errors that have to do with coverage; thrown itself for an argument that cannot be used. Mirrors the reference's. */
export class CoverageError extends Error {
  public override readonly name: string = 'CoverageError';
  /** What belongs to the message, as in the `details` of a log line; empty where nothing does. */
  public readonly details: Readonly<Record<string, unknown>>;

  public constructor(message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    // transpiled to ES5, `instanceof` would know nothing of it
    Object.setPrototypeOf(this, new.target.prototype);
    this.details = details;
  }
}

/** Coverage cannot be started: its configuration is missing. */
export class CoverageInitializationError extends CoverageError {
  public override readonly name: string = 'CoverageInitializationError';
}

/** An upload to S3 was given up. `details` has `s3_key`, `bucket`, `error_code` and `retry_count`. */
export class S3UploadError extends CoverageError {
  public override readonly name: string = 'S3UploadError';
}

/** Coverage files cannot be combined: an argument cannot be used, or the bucket; `details` says which. */
export class CoverageCombineError extends CoverageError {
  public override readonly name: string = 'CoverageCombineError';
}
