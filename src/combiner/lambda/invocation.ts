import { decodeEnvironment, Variable, type EnvironmentProblem } from '../../contract/environment';
import { S3Store } from '../stores/s3-store';

/** What the runtime gives to a function of the combiner. */
export interface Context {
  readonly functionName?: string;
  getRemainingTimeInMillis?(): number;
}

/** The bucket of a combiner's function. */
export interface CombinedBucket {
  readonly store: S3Store;
  readonly bucket: string;
  readonly prefix: string;
  readonly problems: readonly EnvironmentProblem[];
}

/** S3 asks to slow down where many functions read at once. */
const MAX_ATTEMPTS = 10;

/** Of all invocations of an environment: a client has connections that it keeps. */
let known: CombinedBucket | undefined;

/** @throws Error if the environment does not name one */
export function bucketOf(environment: NodeJS.ProcessEnv): CombinedBucket {
  const { settings: { bucket, prefix }, problems } = decodeEnvironment(environment);
  if (bucket === undefined) {
    throw new Error(`${Variable.BUCKET} is not set; CoverageCombiner sets it to the name of its bucket`);
  }
  if (known?.bucket !== bucket || known.prefix !== prefix) {
    known = { store: new S3Store(bucket, prefix, { maxAttempts: MAX_ATTEMPTS }), bucket, prefix, problems };
  }
  return known;
}

/** Whether more than a part of the time that there is now is left. */
export function timeLeft(context: Context, part: number): () => boolean {
  const remaining = () => context.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY;
  const reserve = remaining() * part;
  return () => remaining() >= reserve;
}
