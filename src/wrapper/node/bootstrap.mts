/**
 * What `Handler` of an attached function names: `…/coverage-wrapper/bootstrap.handler`. Loaded by the runtime as if it were
 * the user's module; starts coverage, loads the user's module, and exports a handler of the same kind.
 */
import { loadHandler, type Handler } from './handler/loader.js';
import { Log } from './log.js';
import { startCollection } from './start-collection.js';
import { decodeEnvironment, Variable } from '../../contract/environment.js';

const environment = { ...process.env };
const { settings, problems, deprecated } = decodeEnvironment(environment);
const log = new Log(environment.AWS_LAMBDA_FUNCTION_NAME ?? 'unknown', settings.debug);
problems.forEach((problem) => log.problem(problem));
deprecated.forEach((problem) => log.deprecated(problem));
if (settings.handler === undefined) {
  throw new Error(`${Variable.HANDLER} is not set: it names the function's own handler; attach the function with CoverageLayer.attachTo`);
}

const collection = startCollection({ environment, settings, log });
collection?.track();
await collection?.prepared();
process.env._HANDLER = settings.handler;
const userHandler = await loadHandler(settings.handler, {
  taskRoot: environment.LAMBDA_TASK_ROOT ?? process.cwd(),
  runtimeFolder: environment.LAMBDA_RUNTIME_DIR ?? '/var/runtime',
  nodeMajor: Number(process.versions.node.split('.')[0]),
});
collection?.loaded();
await collection?.ready();

export const handler: Handler = collection ? collection.around(userHandler) : userHandler;
