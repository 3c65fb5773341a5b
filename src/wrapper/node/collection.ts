import type { sign } from 'aws4';
import { Collector } from './collector';
import { registerExtension } from './extension';
import { Holds } from './holds';
import type { Context } from './invocation';
import type { Handler } from './loader';
import { NO_BUCKET, type Log } from './log';
import { observed } from './observed-handler';
import { unreferencedTimer } from './platform';
import { Profiler } from './profiler';
import { bucketAddress, type BucketAddress } from './s3-endpoint';
import { Scripts } from './scripts';
import { Uploader } from './uploader';
import { type Settings } from '../../contract/environment';

export interface CollectionOptions {
  /** Of the process, as it was before the user's code ran. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly settings: Settings;
  readonly taskRoot: string;
  readonly layerVersion: string;
  readonly log: Log;
  readonly loadSign: () => Promise<typeof sign>;
}

/** Longest time that an environment stays busy after its answer, in milliseconds: it is billed and holds its concurrency. */
const LONGEST_HOLD = 2_000;
/** What is left of a function's timeout when the hold ends, so that Lambda does not take the hold for a timeout. */
const RESERVE = 100;
const REGISTER_TIMEOUT = 1_000;

/** The collection of coverage in one execution environment, from its start on. Whatever fails in it leaves the function as it is. */
export class Collection {
  /** @returns nothing where coverage cannot be collected, which is logged */
  public static start(options: CollectionOptions): Collection | undefined {
    const { environment, settings, log } = options;
    try {
      if (settings.bucket === undefined) {
        throw new Error(NO_BUCKET);
      }
      const address = bucketAddress(settings.bucket, regionOf(options), environment);
      const holds = new Holds();
      const registered = register(environment.AWS_LAMBDA_RUNTIME_API, holds, log);
      try {
        return new Collection(options, address, holds, registered, Profiler.start());
      } catch (error) {
        holds.release();
        throw error;
      }
    } catch (error) {
      log.error('CoverageInitializationError', (error as Error).message, {});
      return undefined;
    }
  }

  private constructor(
    private readonly options: CollectionOptions,
    private readonly address: BucketAddress,
    private readonly holds: Holds,
    private readonly registered: Promise<boolean>,
    private readonly profiler: Profiler,
  ) {}

  /** The user's handler with the collection around it. */
  public async around(user: Handler): Promise<Handler> {
    // counted from here: as long as the user's module loads, an answer that has arrived cannot be read
    const late = new Promise<false>((resolve) => unreferencedTimer(REGISTER_TIMEOUT, () => resolve(false)));
    const afterAnswer = await Promise.race([this.registered, late]);
    if (!afterAnswer) {
      this.options.log.debug('coverage is uploaded before the answer: no extension could register', {});
    }
    const collector = this.collector(!afterAnswer);
    const limit = Math.min(LONGEST_HOLD, this.options.settings.uploadTimeout * 1_000);
    return observed(user, {
      delaysAnswer: !afterAnswer,
      begin: (context) => {
        const requestId = typeof context?.awsRequestId === 'string' ? context.awsRequestId : undefined;
        const end = this.holds.begin(requestId ?? '');
        const remaining = remainingTime(context);
        return async () => {
          await within(Math.min(limit, remaining() - RESERVE), collector.collect(requestId));
          end();
        };
      },
    });
  }

  private collector(keepsAlive: boolean): Collector {
    const { environment, settings, taskRoot, layerVersion, log, loadSign } = this.options;
    const uploader = new Uploader(this.address, regionOf(this.options), {
      accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
      ...(environment.AWS_SESSION_TOKEN && { sessionToken: environment.AWS_SESSION_TOKEN }),
    }, loadSign, keepsAlive);
    return new Collector({
      functionName: environment.AWS_LAMBDA_FUNCTION_NAME ?? 'unknown',
      functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION ?? '$LATEST',
      runtime: environment.AWS_EXECUTION_ENV ?? `Node.js ${process.versions.node}`,
      layerVersion,
    }, settings, this.profiler, new Scripts(taskRoot), uploader, log);
  }
}

/** Whether uploads can come after the answer. */
async function register(runtimeApi: string | undefined, holds: Holds, log: Log): Promise<boolean> {
  try {
    if (runtimeApi === undefined) {
      return false;
    }
    await registerExtension(runtimeApi, (requestId) => holds.wait(requestId), (error) => log.error('CoverageError', error.message, {}));
    return true;
  } catch {
    return false;
  }
}

function regionOf({ environment }: CollectionOptions): string {
  return environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? 'us-east-1';
}

/** Taken before the handler runs: what handlers do to their context must not reach us. */
function remainingTime(context: Context | undefined): () => number {
  const ask = context?.getRemainingTimeInMillis;
  return () => {
    try {
      const remaining = Number(ask?.call(context));
      return Number.isFinite(remaining) ? remaining : LONGEST_HOLD;
    } catch {
      return LONGEST_HOLD;
    }
  };
}

/** Waits for something, but not longer; what is not done then goes on when it can. */
async function within(milliseconds: number, done: Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => {
    unreferencedTimer(Math.max(0, milliseconds), resolve);
    done.then(resolve, resolve);
  });
}
