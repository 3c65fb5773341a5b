import { combineError, openBucket } from './arguments';
import { badInput } from '../../contract/bad-input';
import { combinedPrefix, DEFAULT_PREFIX } from '../../contract/object-keys';
import { readCloudAssembly } from '../cloud-assembly/cloud-assembly';
import { combine, nothingToReport } from '../combine';
import { combineResult, type CombineResult } from '../combine-result';
import { totalsMetadata } from '../report/totals';

export interface CombineCoverageOptions {
  /** The folder that `cdk synth` wrote, such as `cdk.out`: what never ran is there with 0. @default - what ran only */
  readonly app?: string;
  /** Keeps builds that are not deployed any more, each by itself. @default false */
  readonly allBuilds?: boolean;
}

/**
 * Combines the coverage files of a bucket into one Istanbul coverage map, which is written into the bucket. Requests are tried 4 times.
 *
 * Mirrors `combine_coverage_files` of the reference.
 *
 * @param prefix what functions upload below, or a part of that, such as `coverage/2026/01/31/`
 * @param outputKey key of the result, by default `{prefix}combined/[YYYY/MM/DD/]coverage-final.json`
 * @throws CoverageError if an argument cannot be used
 * @throws CoverageCombineError if the bucket cannot be read or written, or there is nothing to combine
 */
export async function combineCoverageFiles(
  bucketName: string, prefix: string = DEFAULT_PREFIX, outputKey?: string, options: CombineCoverageOptions = {},
): Promise<CombineResult> {
  const started = Date.now();
  const store = openBucket(bucketName, prefix);
  if (outputKey !== undefined && (typeof outputKey !== 'string' || outputKey === '' || outputKey.length > 1024 || outputKey.endsWith('.coverage'))) {
    throw badInput('outputKey', outputKey, "is not a key for the result; pass a text of 1 to 1,024 characters, such as 'coverage/combined/report.json', or leave it out");
  }
  const key = outputKey ?? `${combinedPrefix(store.prefix)}${prefix.slice(store.prefix.length)}coverage-final.json`;
  try {
    const assembly = options.app === undefined ? undefined : readCloudAssembly(options.app);
    const combined = await combine(store, { assembly, allBuilds: options.allBuilds });
    const nothing = nothingToReport(combined);
    if (nothing !== undefined) {
      throw new Error(`${store.location}: ${nothing}`);
    }
    await store.write(key, Buffer.from(JSON.stringify(combined.coverage)), 'application/json', totalsMetadata(combined.coverage));
    const read = { processed: combined.filesProcessed, known: 0, skipped: combined.filesSkipped, complete: true };
    return combineResult(read, combined.coverage, { location: `s3://${bucketName}/${key}`, errors: combined.errors, started });
  } catch (error) {
    throw combineError(error, store.location);
  }
}
