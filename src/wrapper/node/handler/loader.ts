/**
 * Finds and loads the user's handler by the rules of the runtime: `UserFunction.js` of aws-lambda-ric 3.3.0 for Node.js 18
 * to 22, `user-function-loader.js` and `module-loader.js` of 4.0.2 from Node.js 24 on.
 *
 * A syntax error or a missing module is thrown as it is: the runtime, which loads this wrapper as its user module, gives it
 * its name (`Runtime.UserCodeSyntaxError`, `Runtime.ImportModuleError`).
 */
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { existsSync, readFileSync } from '../platform';
import { runtimeError, type RuntimeErrorKind } from './runtime-errors';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever the user exports
export type Handler = (this: unknown, ...args: any[]) => unknown;

interface HandlerName {
  /** Folder of the module, relative to the task root; empty, or ends with a slash. */
  readonly folder: string;
  readonly module: string;
  readonly path: readonly string[];
}

/** The first Node.js whose managed runtime has the loader of aws-lambda-ric 4. */
const FIRST_WITH_IMPORT = 24;

export interface LoaderOptions {
  readonly taskRoot: string;
  /** Folder of the runtime's own code, which Node.js names in its errors as the one that requires the user's module. */
  readonly runtimeFolder: string;
  readonly nodeMajor: number;
}

/** @throws what the runtime would have found wrong, or what the user's module throws */
export async function loadHandler(handler: string, { taskRoot, runtimeFolder, nodeMajor }: LoaderOptions): Promise<Handler> {
  const byImport = nodeMajor >= FIRST_WITH_IMPORT;
  const fail = (kind: RuntimeErrorKind, message: string) => runtimeError(kind, message, byImport);
  if (handler.includes('..')) {
    throw fail('MalformedHandlerName', `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
  }
  const name = parseHandlerName(handler);
  if (!name) {
    throw fail('MalformedHandlerName', 'Bad handler');
  }
  const require = createRequire(join(runtimeFolder, 'index.mjs'));
  const found = byImport
    ? findImported(await importModule(taskRoot, name, require), name.path)
    : findNested(await requireModule(taskRoot, name, require), name.path);
  if (!found) {
    throw fail('HandlerNotFound', `${handler} is undefined or not exported`);
  }
  if (typeof found !== 'function') {
    throw fail('HandlerNotFound', `${handler} is not a function`);
  }
  return found as Handler;
}

function parseHandlerName(handler: string): HandlerName | undefined {
  const file = basename(handler);
  const match = /^([^.]*)\.(.*)$/.exec(file);
  return match ? { folder: handler.substring(0, handler.indexOf(file)), module: match[1]!, path: match[2]!.split('.') } : undefined;
}

/** Node.js 18 to 22: CommonJS first, by `require`; ES modules where the package or the extension says so. */
async function requireModule(taskRoot: string, name: HandlerName, require: NodeJS.Require): Promise<unknown> {
  const path = resolve(taskRoot, name.folder, name.module);
  const requireFile = (file: string): unknown => (existsSync(file) ? require(file) : undefined);
  const importFile = async (file: string): Promise<unknown> => (existsSync(file) ? import(file) : undefined);
  const extensionless = requireFile(path);
  if (extensionless) {
    return extensionless;
  }
  const isModule = existsSync(`${path}.js`) && belongsToModulePackage(dirname(`${path}.js`));
  return (!isModule && requireFile(`${path}.js`))
    || (isModule && await importFile(`${path}.js`))
    || await importFile(`${path}.mjs`)
    || requireFile(`${path}.cjs`)
    || require(require.resolve(name.module, { paths: [taskRoot, name.folder] }));
}

/** Node.js 24 and later: everything by `import`. */
async function importModule(taskRoot: string, name: HandlerName, require: NodeJS.Require): Promise<unknown> {
  const path = resolve(taskRoot, name.folder, name.module);
  for (const extension of ['', '.js', '.mjs', '.cjs']) {
    if (existsSync(path + extension)) {
      return import(path + extension);
    }
  }
  return require(require.resolve(name.module, { paths: [taskRoot, join(taskRoot, name.folder)] }));
}

/** Whether the nearest package.json says `"type": "module"`; the search ends at a node_modules folder. */
function belongsToModulePackage(folder: string): boolean {
  const file = join(folder, 'package.json');
  if (folder.endsWith('/node_modules')) {
    return false;
  }
  if (existsSync(file)) {
    try {
      const json = JSON.parse(readFileSync(file, 'utf8')) as { type?: unknown } | null;
      if (json) {
        return json.type === 'module';
      }
    } catch (error) {
      console.warn(`${file} cannot be read, it will be ignored for ES module detection purposes.`, error);
      return false;
    }
  }
  return folder === '/' ? false : belongsToModulePackage(resolve(folder, '..'));
}

function findNested(module: unknown, path: readonly string[]): unknown {
  return path.reduce((nested, key) => nested && (nested as Record<string, unknown>)[key], module);
}

function findImported(module: unknown, path: readonly string[]): unknown {
  const inObjects = (root: unknown) => path.reduce((nested, key) => (isObject(nested) ? nested[key] : undefined), root);
  return inObjects(module) || (isObject(module) && 'default' in module ? inObjects(module.default) : undefined);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
