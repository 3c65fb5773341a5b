import { gunzipSync } from 'node:zlib';
import { combine, convertMerged, type CombinedStore } from '../../../src/combiner/combine';
import { mergeIncrementally, type IncrementOptions } from '../../../src/combiner/incremental/merge-incrementally';
import { S3Store } from '../../../src/combiner/stores/s3-store';
import type { WritableStore } from '../../../src/combiner/stores/store';
import { LocalS3 } from '../../s3/local-s3';
import { tinyObject, tinySource, type TinyObject } from '../tiny-function';

export const BUCKET = 'tiny-coverage';
const DAY = 24 * 60 * 60 * 1_000;

/** A bucket of the local S3, and what the combiner sees of it. */
export class Bucket {
  public static async start(objects: readonly TinyObject[] = [tinySource()]): Promise<Bucket> {
    const s3 = await LocalS3.start({ buckets: [BUCKET] });
    const bucket = new Bucket(s3);
    bucket.put(objects);
    return bucket;
  }

  public readonly store: S3Store;
  private seen = 0;

  private constructor(public readonly s3: LocalS3) {
    const { endpoint, region, credentials } = s3;
    this.store = new S3Store(BUCKET, 'coverage/', { endpoint, region, credentials });
  }

  public put(objects: readonly TinyObject[]): void {
    objects.forEach(({ key, body }) => this.s3.put(BUCKET, key, body));
  }

  /** The keys that were read since the last call, of raw objects only. */
  public objectsRead(): string[] {
    const read = this.s3.requests.slice(this.seen).filter(({ method, key = '' }) => method === 'GET' && key.endsWith('.coverage')).map(({ key }) => key!);
    this.seen = this.s3.requests.length;
    return read.sort();
  }

  public keys(): string[] {
    return this.s3.keys(BUCKET, 'coverage/20');
  }

  public text(key: string): string {
    return gunzipSync(this.s3.object(BUCKET, key).body).toString('utf8');
  }
}

/** What a report says, hit counts included, by a run that reads everything. */
export async function reportOf(store: WritableStore): Promise<unknown> {
  return countsOf(await combine(store));
}

/** The same by a run that reads what is new. */
export async function incrementalReportOf(store: WritableStore, options?: IncrementOptions): Promise<unknown> {
  const { merged } = await mergeIncrementally(store, options);
  return countsOf(await convertMerged(merged, (sha256) => store.source(sha256)));
}

function countsOf({ coverage, lambdaFunctions }: Pick<CombinedStore, 'coverage' | 'lambdaFunctions'>): unknown {
  return { lambdaFunctions, coverage: coverage.toJSON() };
}

/** An object of one of some functions, on one of some days; `large` decides which branch it took. */
export function objectOf(
  sequence: number, { functionName = 'tiny', day = 0, large = false }: { functionName?: string; day?: number; large?: boolean } = {},
): TinyObject {
  return tinyObject(sequence, (raw) => ({
    ...raw,
    metadata: { ...raw.metadata, functionName, timestamp: new Date(Date.parse(raw.metadata.timestamp) + day * DAY).toISOString() },
    result: raw.result.map((script) => ({
      ...script,
      functions: script.functions.map(({ ranges: [whole, ...blocks], ...one }) => ({
        ...one, ranges: [whole!, ...blocks.map((block) => ({ ...block, count: Number(large) }))],
      })),
    })),
  }));
}
