import { Argument, InvalidArgumentError } from 'commander';
import type { CloudAssembly } from '../../combiner/cloud-assembly/cloud-assembly';
import { coverageLocations } from '../../combiner/cloud-assembly/coverage-locations';
import { isBucketName } from '../../combiner/stores/bucket-name';
import { FolderStore } from '../../combiner/stores/folder-store';
import { JoinedStore } from '../../combiner/stores/joined-store';
import { S3Store } from '../../combiner/stores/s3-store';
import type { CoverageStore } from '../../combiner/stores/store';
import { DEFAULT_PREFIX, prefixProblem } from '../../contract/object-keys';
import { DeployedResources } from '../deployed-resources';

/** A bucket, or a part of it. */
export interface BucketLocation {
  readonly bucket: string;
  readonly prefix: string;
}

/** Where coverage is, as an argument names it. */
export type CoverageLocation = BucketLocation | { readonly folder: string };

/** Of commands that are for buckets only. */
export function bucketArgument(): Argument {
  return new Argument('<bucket>', 's3://bucket, with the prefix that functions upload to by default, or s3://bucket/prefix/').argParser((argument: string) => {
    const location = parseLocation(argument);
    if ('folder' in location) {
      throw new InvalidArgumentError(`'${argument}' is not a bucket such as s3://my-coverage-bucket.`);
    }
    return location;
  });
}

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

/**
 * The buckets that the attached functions of an app upload to.
 *
 * @throws Error if none are attached, or a bucket is not known
 */
export async function openLocationsOf(assembly: CloudAssembly): Promise<CoverageStore> {
  const deployed = new DeployedResources();
  const stores = new Map<string, readonly [string, CoverageStore]>();
  for (const { bucket, prefix, stack: { region } } of coverageLocations(assembly)) {
    const name = await deployed.physicalName(bucket);
    const store = new S3Store(name, prefix, region === undefined ? {} : { region });
    stores.set(store.location, [`s3://${name}/`, store]);
  }
  const all = [...stores.values()];
  return all.length === 1 ? all[0]![1] : new JoinedStore(all);
}

/** @throws StoreError if the folder is not there; a bucket is asked when it is read */
export function openLocation(location: CoverageLocation): CoverageStore {
  return 'folder' in location ? new FolderStore(location.folder) : new S3Store(location.bucket, location.prefix);
}
