import { readSettings, requiredBucket } from './process-settings';

/** What {@link getS3Config} answers. */
export interface S3Config {
  readonly bucket: string;
  /** Begin of the keys. */
  readonly prefix: string;
  /** Seconds after which an upload is given up. */
  readonly timeout: number;
  /** That the bucket is asked in first. */
  readonly region: string;
}

/**
 * The S3 configuration that the environment variables hold. A value that cannot be used is logged, and its default taken.
 *
 * Mirrors `get_s3_config` of the reference, which raises a `ValueError`.
 *
 * @throws CoverageInitializationError if `COVERAGE_S3_BUCKET` is not set
 */
export function getS3Config(): S3Config {
  const { environment, settings: { bucket, prefix, uploadTimeout } } = readSettings();
  return { bucket: requiredBucket(bucket), prefix, timeout: uploadTimeout, region: environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? 'us-east-1' };
}
