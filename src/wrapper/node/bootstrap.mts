/**
 * What `Handler` of an attached function names: `…/coverage-wrapper/bootstrap.handler`. Loaded by the runtime as if it were
 * the user's module; starts coverage, loads the user's module, and exports a handler of the same kind.
 */
import { Collection } from './collection.js';
import { loadHandler, type Handler } from './loader.js';
import { Log } from './log.js';
import { decodeEnvironment, Variable } from '../../contract/environment.js';

/** Set when the layer is bundled. */
declare const LAYER_VERSION: string;

const environment = { ...process.env };
const { settings, problems } = decodeEnvironment(environment);
const log = new Log(environment.AWS_LAMBDA_FUNCTION_NAME ?? 'unknown', settings.debug);
problems.forEach((problem) => log.problem(problem));
if (settings.handler === undefined) {
  throw new Error(`${Variable.HANDLER} is not set: it names the function's own handler; attach the function with CoverageLayer.attachTo`);
}

const taskRoot = environment.LAMBDA_TASK_ROOT ?? process.cwd();
const collection = Collection.start({
  environment,
  settings,
  taskRoot,
  layerVersion: LAYER_VERSION,
  log,
  // bundled, but run only when it is asked for
  loadSign: async () => (await import('aws4')).sign,
});

process.env._HANDLER = settings.handler;
const userHandler = await loadHandler(settings.handler, {
  taskRoot,
  runtimeFolder: environment.LAMBDA_RUNTIME_DIR ?? '/var/runtime',
  nodeMajor: Number(process.versions.node.split('.')[0]),
});

export const handler: Handler = collection ? await collection.around(userHandler) : userHandler;
