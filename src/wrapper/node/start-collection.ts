import { tmpdir } from 'node:os';
import { Collection } from './collection';
import { BuiltInCounters } from './counting/built-in-counters';
import { InstrumentedCode } from './counting/instrumented-code';
import { Profiler } from './counting/profiler';
import { Scripts } from './counting/scripts';
import { Takes } from './counting/takes';
import { Collector } from './delivery/collector';
import { createSink, type Environment } from './delivery/create-sink';
import { Outbox } from './delivery/outbox';
import { Spool } from './delivery/spool';
import { layerVersion } from './layer-version';
import type { Log } from './log';
import { random } from './platform';
import { shareCollection } from './process-collection';
import type { Settings } from '../../contract/environment';

export interface StartOptions {
  /** Of the process, as it was before the user's code ran. */
  readonly environment: Environment;
  readonly settings: Settings;
  readonly log: Log;
}

/**
 * Starts coverage in this process.
 *
 * @returns nothing where coverage is not collected: not to be had, which is logged, or not sampled
 */
export function startCollection({ environment, settings, log }: StartOptions): Collection | undefined {
  try {
    if (random() >= settings.sampling) {
      log.debug('this execution environment is not among those that are sampled: no coverage is collected', { sampling: settings.sampling });
      return undefined;
    }
    const concurrent = environment.AWS_LAMBDA_MAX_CONCURRENCY !== undefined;
    let collection: Collection | undefined;
    const sink = createSink(environment, settings, () => collection?.delaysAnswers ?? true);
    const isV8 = settings.engine === 'v8';
    const profiler = isV8 ? Profiler.start() : undefined;
    const taskRoot = environment.LAMBDA_TASK_ROOT ?? process.cwd();
    const scripts = new Scripts(taskRoot);
    const prepared = settings.include.length > 0 || settings.exclude.length > 0 ? selectFiles(scripts, settings) : Promise.resolve();
    const takes = new Takes({
      functionName: environment.AWS_LAMBDA_FUNCTION_NAME ?? 'unknown',
      functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION ?? '$LATEST',
      runtime: environment.AWS_EXECUTION_ENV ?? `Node.js ${process.versions.node}`,
      layerVersion,
    }, settings, profiler, scripts, new InstrumentedCode(), new BuiltInCounters(taskRoot), log);
    const spool = new Spool(tmpdir());
    const outbox = new Outbox(settings, sink, spool, (parcels) => takes.merged(parcels), log);
    const options = { runtimeApi: environment.AWS_LAMBDA_RUNTIME_API, concurrent, settings, prepared };
    collection = new Collection(options, new Collector(takes, outbox, log), log);
    if (isV8) {
      avoidCompileCache(environment, log);
    }
    shareCollection(collection);
    return collection;
  } catch (error) {
    log.error('CoverageInitializationError', (error as Error).message, {});
    return undefined;
  }
}

/** Loaded only where there are patterns. What is taken before it is there the combiner filters. */
async function selectFiles(scripts: Scripts, { include, exclude }: Settings): Promise<void> {
  try {
    const { pathFilter } = await import('../../patterns/path-filter.js');
    scripts.select(pathFilter(include, exclude));
  } catch {
    // all files are sent
  }
}

/** What Node.js compiled in another process has no counters: its documentation says to switch the cache off for coverage. */
function avoidCompileCache(environment: Environment, log: Log): void {
  if (environment.NODE_DISABLE_COMPILE_CACHE === undefined) {
    process.env.NODE_DISABLE_COMPILE_CACHE = '1';
    if (environment.NODE_COMPILE_CACHE !== undefined) {
      log.warning('NODE_COMPILE_CACHE is set, so coverage of what comes from the cache is not exact; set NODE_DISABLE_COMPILE_CACHE to 1', {});
    }
  }
}
