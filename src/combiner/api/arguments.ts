import { badInput, checkPrefix } from '../../contract/bad-input';
import { CoverageCombineError } from '../../contract/coverage-error';
import { isBucketName } from '../stores/bucket-name';
import { S3Store } from '../stores/s3-store';

/**
 * A bucket that an argument names.
 *
 * @throws CoverageError if an argument cannot be used
 */
export function openBucket(bucketName: unknown, prefix: unknown): S3Store {
  if (typeof bucketName !== 'string' || !isBucketName(bucketName)) {
    throw badInput('bucketName', bucketName, "is not the name of a bucket; pass a text such as 'my-coverage-bucket', without s3://");
  }
  checkPrefix('prefix', prefix);
  return new S3Store(bucketName, prefix as string);
}

/** What went wrong, as the reference's error, with the bucket or the folder that it is about. */
export function combineError(error: unknown, location: string): CoverageCombineError {
  return error instanceof CoverageCombineError ? error : new CoverageCombineError((error as Error).message, { location });
}
