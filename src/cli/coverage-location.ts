import { InvalidArgumentError } from 'commander';
import { isBucketName } from '../combiner/stores/bucket-name';
import { FolderStore } from '../combiner/stores/folder-store';
import { S3Store } from '../combiner/stores/s3-store';
import type { CoverageStore } from '../combiner/stores/store';
import { DEFAULT_PREFIX, prefixProblem } from '../contract/object-keys';

/** Where coverage is, as an argument names it. */
export type CoverageLocation = { readonly bucket: string; readonly prefix: string } | { readonly folder: string };

/**
 * `s3://bucket` with the prefix that functions upload to by default, `s3://bucket/prefix/`, or a folder.
 *
 * @throws InvalidArgumentError
 */
export function parseLocation(argument: string): CoverageLocation {
  const match = /^s3:\/\/([^/]*)(?:\/(.*))?$/.exec(argument);
  if (!match) {
    if (/^[a-z][a-z0-9+.-]+:\/\//i.test(argument)) {
      throw new InvalidArgumentError(`'${argument}' is neither s3://bucket[/prefix/] nor a folder.`);
    }
    return { folder: argument };
  }
  const [, bucket, path] = match;
  if (!isBucketName(bucket!)) {
    throw new InvalidArgumentError(`'${bucket}' is not a name that a bucket can have; use s3://bucket or s3://bucket/prefix/.`);
  }
  const prefix = path ? `${path.replace(/\/$/, '')}/` : DEFAULT_PREFIX;
  const problem = prefixProblem(prefix);
  if (problem) {
    throw new InvalidArgumentError(`prefix '${prefix}' ${problem}.`);
  }
  return { bucket: bucket!, prefix };
}

/** @throws StoreError if the folder is not there; a bucket is asked when it is read */
export function openLocation(location: CoverageLocation): CoverageStore {
  return 'folder' in location ? new FolderStore(location.folder) : new S3Store(location.bucket, location.prefix);
}
