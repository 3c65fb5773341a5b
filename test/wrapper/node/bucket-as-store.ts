import type { CoverageStore } from '../../../src/combiner/stores/store';
import { DEFAULT_SETTINGS } from '../../../src/contract/environment';
import { rawCoveragePrefix, sourceKey } from '../../../src/contract/object-keys';
import type { LocalS3 } from '../../s3/local-s3';

const { prefix } = DEFAULT_SETTINGS;

/**
 * What the local S3 holds, as the combiner reads it.
 *
 * @param wanted which raw objects, as a time window chooses them
 */
export function storeOf(s3: LocalS3, bucket: string, wanted: (key: string) => boolean = () => true): CoverageStore {
  return {
    location: bucket,
    async* rawKeys() {
      yield* s3.keys(bucket, rawCoveragePrefix(prefix)).filter(wanted);
    },
    read: async (key) => s3.object(bucket, key).body,
    source: async (sha256) => {
      const key = sourceKey(prefix, sha256);
      return s3.keys(bucket, key).length > 0 ? s3.object(bucket, key).body : undefined;
    },
  };
}
