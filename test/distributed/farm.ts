/** What the state machine of a distributed combiner is run on: an assembly that has one, and a bucket full of objects. */
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CombinerScale, CoverageBucket, CoverageCombiner, ReportFormat } from '../../src';
import { combine } from '../../src/combiner/combine';
import type { S3Store } from '../../src/combiner/stores/s3-store';
import { objectOf } from '../combiner/incremental/bucket';
import { tinySource, type TinyObject } from '../combiner/tiny-function';

export const STACK = 'Farm';
export const PREFIX = 'coverage/';
/** So few that some dozens of objects are merged by several functions, and their partials by another. */
export const BATCH_SIZE = 4;
export const FUNCTIONS = ['carts', 'orders', 'stock', 'users'];

/** A bucket, a combiner that distributes whatever there is, and one that does so when there is much. */
export function synthesizeFarm(outdir: string): void {
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, STACK);
  const bucket = new CoverageBucket(stack, 'Bucket', { removalPolicy: RemovalPolicy.DESTROY });
  new CoverageCombiner(stack, 'Combiner', {
    bucket,
    scale: CombinerScale.DISTRIBUTED,
    distribution: { batchSize: BATCH_SIZE, concurrency: 2, toleratedFailurePercentage: 40 },
    reportFormats: [ReportFormat.JSON_SUMMARY],
    memorySize: 512,
  });
  new CoverageCombiner(stack, 'Auto', { bucket, scale: CombinerScale.AUTO, distribution: { threshold: 50 }, reportFormats: [ReportFormat.JSON_SUMMARY] });
  app.synth();
}

/** The source of the function, and what so many invocations of it came to, on some days. */
export function farmObjects(count: number, day = 0): TinyObject[] {
  const optionsOf = (at: number) => ({ functionName: FUNCTIONS[at % FUNCTIONS.length]!, day, large: at % 3 === 0 });
  return [tinySource(), ...Array.from({ length: count }, (_, at) => objectOf(at, optionsOf(at)))];
}

/** What one process makes of a bucket, as canonical JSON. */
export async function combinedAtOnce(store: S3Store): Promise<string> {
  return canonical((await combine(store)).coverage.toJSON());
}

/** The same value is the same text: the keys of objects are sorted. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (one !== null && typeof one === 'object' && !Array.isArray(one)
    ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
    : one));
}
