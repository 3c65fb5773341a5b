/**
 * What `Handler` of an attached function names: `…/coverage-wrapper/bootstrap.handler`. Loaded by the runtime as if it were
 * the user's module; starts coverage, loads the user's module, and exports a handler of the same kind.
 */
import { decodeEnvironment, Variable } from '../../contract/environment.js';
import { Collector } from './collector.js';
import { InternalExtension } from './extension.js';
import { Holds } from './holds.js';
import { observed, type Context } from './invocation.js';
import { loadHandler, type Handler } from './loader.js';
import { Log, NO_BUCKET } from './log.js';
import { unreferencedTimer } from './platform.js';
import { Profiler } from './profiler.js';
import { bucketAddress } from './s3-endpoint.js';
import { Scripts } from './scripts.js';
import { Uploader } from './uploader.js';

/** Set when the layer is bundled. */
declare const LAYER_VERSION: string;

/** Longest time that an environment stays busy after its answer, in milliseconds: it is billed and holds its concurrency. */
const LONGEST_HOLD = 2_000;

const environment = { ...process.env };
const { settings, problems } = decodeEnvironment(environment);
const functionName = environment.AWS_LAMBDA_FUNCTION_NAME ?? 'unknown';
const taskRoot = environment.LAMBDA_TASK_ROOT ?? process.cwd();
const nodeMajor = Number(process.versions.node.split('.')[0]);
const log = new Log(functionName, settings.debug);
problems.forEach((problem) => log.problem(problem));

const profiler = startProfiler();
const registration = profiler && environment.AWS_LAMBDA_RUNTIME_API
  ? InternalExtension.register(environment.AWS_LAMBDA_RUNTIME_API).catch((error: Error) => error)
  : undefined;

if (settings.handler === undefined) {
  throw new Error(`${Variable.HANDLER} is not set: it names the function's own handler; attach the function with CoverageLayer.attachTo`);
}
process.env._HANDLER = settings.handler;
const userHandler = await loadHandler(taskRoot, settings.handler, nodeMajor);

export const handler: Handler = profiler ? collecting(userHandler, profiler, await registration) : userHandler;

/** Coverage that cannot start leaves the function as it is. */
function startProfiler(): Profiler | undefined {
  try {
    if (settings.bucket === undefined) {
      throw new Error(NO_BUCKET);
    }
    return Profiler.start();
  } catch (error) {
    log.error('CoverageInitializationError', (error as Error).message, {});
    return undefined;
  }
}

function collecting(user: Handler, running: Profiler, extension: InternalExtension | Error | undefined): Handler {
  try {
    const afterAnswer = extension instanceof InternalExtension;
    const region = environment.AWS_REGION ?? 'us-east-1';
    const uploader = new Uploader(bucketAddress(settings.bucket!, region, environment), region, {
      accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
      ...(environment.AWS_SESSION_TOKEN && { sessionToken: environment.AWS_SESSION_TOKEN }),
    }, !afterAnswer);
    const collector = new Collector({
      functionName,
      functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION ?? '$LATEST',
      runtime: environment.AWS_EXECUTION_ENV ?? `Node.js ${process.versions.node}`,
      layerVersion: LAYER_VERSION,
    }, settings, running, new Scripts(taskRoot), uploader, log);
    const holds = new Holds();
    if (afterAnswer) {
      extension.start((invocation) => holds.wait(invocation), (error) => log.error('CoverageError', error.message, {}));
    } else {
      log.debug('coverage is uploaded before the answer: no extension could register', { reason: extension?.message });
    }
    return observed(user, {
      delaysAnswer: !afterAnswer,
      returnIsAnswer: nodeMajor >= 24,
      begin: (context) => {
        const end = holds.begin();
        return () => bounded(collector, context, end);
      },
    });
  } catch (error) {
    log.error('CoverageInitializationError', (error as Error).message, {});
    return user;
  }
}

/** Collects, and ends the hold when that is done or has taken its time; an upload that is under way goes on when it can. */
async function bounded(collector: Collector, context: Context | undefined, end: () => void): Promise<void> {
  const remaining = context?.getRemainingTimeInMillis?.() ?? LONGEST_HOLD;
  const longest = Math.max(0, Math.min(LONGEST_HOLD, settings.uploadTimeout * 1_000, remaining));
  await new Promise<void>((resolve) => {
    unreferencedTimer(longest, resolve);
    void collector.collect(context?.awsRequestId).finally(resolve);
  });
  end();
}
