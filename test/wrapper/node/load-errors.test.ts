/** Init that fails: the runtime reports what it would have without coverage, of a module that it has not loaded itself. */
import { CALLBACK_RUNTIMES, expectSame, index, RUNTIMES, type Row } from './comparison';
import type { LambdaRuntime } from '../../lambda/function-configuration';
import type { TaskFiles } from '../../task-folder';

const esModule = (source: string): TaskFiles => ({ 'index.mjs': source });
const failing = (files: TaskFiles, row: Partial<Row> = {}): Row => ({ events: [1], files, ...row });
/** Fails before anything of the function's own runs. Where something does, the second attempt uploads what the first one ran. */
const nothingRan = (files: TaskFiles, row: Partial<Row> = {}): Row => failing(files, { objects: 0, ...row });
const error = (errorType: string, errorMessage: unknown = expect.any(String)) => ({ answer: expect.objectContaining({ errorType, errorMessage }) });
const FINE = index('exports.handler = async () => 1; exports.value = 1;');

const ROWS: Record<string, Row> = {
  'a damaged package.json': nothingRan({ ...FINE, 'package.json': '{' }),
  'a missing module': nothingRan({}, error('Runtime.ImportModuleError', expect.stringMatching(/Cannot find module 'index'\nRequire stack:\n- .*runtime/))),
  'a missing module in a folder': nothingRan({}, { handler: 'dist/app.handler' }),
  'a missing package': failing(index("require('nowhere'); exports.handler = async () => 1;"), error('Runtime.ImportModuleError')),
  'a missing package, asked for deeper': failing({ 'index.js': "require('./lib/a');", 'lib/a.js': "require('nowhere');" }, error('Runtime.ImportModuleError')),
  'a missing package of an ES module': nothingRan(esModule("import 'nowhere'; export const handler = async () => 1;")),
  'a missing export of an ES module': failing({ ...esModule("import { b } from './a.mjs'; export const handler = b;"), 'a.mjs': 'export const a = 1;' }),
  'a missing handler': failing(FINE, { handler: 'index.nowhere', ...error('Runtime.HandlerNotFound', 'index.nowhere is undefined or not exported') }),
  'a missing handler of an ES module': failing(esModule('export const other = 1;'), error('Runtime.HandlerNotFound')),
  'a missing nested handler': failing(FINE, { handler: 'index.a.b.c', ...error('Runtime.HandlerNotFound') }),
  'an export that is no function': failing(FINE, { handler: 'index.value', ...error('Runtime.HandlerNotFound', 'index.value is not a function') }),
  'a handler without an export': nothingRan(FINE, { handler: 'index', ...error('Runtime.MalformedHandlerName', 'Bad handler') }),
  'a handler outside of the package': nothingRan(FINE, { handler: '../index.handler', ...error('Runtime.MalformedHandlerName') }),
  'a syntax error': nothingRan(index('exports.handler = async () => {'), error('Runtime.UserCodeSyntaxError', 'SyntaxError: Unexpected end of input')),
  'a syntax error of an ES module': nothingRan(esModule('export const handler = ;'), error('Runtime.UserCodeSyntaxError')),
  'a syntax error of a module that is required': failing({ ...index("require('./a');"), 'a.js': '}' }, error('Runtime.UserCodeSyntaxError')),
  'an error': failing(index("console.log('init'); throw new RangeError('at init');"), error('RangeError', 'at init')),
  'an error of an ES module': failing(esModule("await null; throw new RangeError('at init');"), error('RangeError', 'at init')),
  'a rejected top-level await': failing(esModule("await Promise.reject(new TypeError('rejected'));"), error('TypeError')),
  'an error in the background': failing(esModule("Promise.reject(new TypeError('background')); await new Promise((resolve) => setTimeout(resolve, 200)); export const handler = async () => 1;")),
  'an exit': failing(index('process.exit(7);'), error('Runtime.ExitError', 'Error: Runtime exited with error: exit status 7')),
  'a top-level await that never settles': failing(esModule('await new Promise(() => {});'), error('Runtime.ExitError')),
};

/** What succeeds, by rules that are easily got wrong. */
const LOADED: Record<string, Row> = {
  'a file that has the name of the module': { files: { 'index': "exports.handler = async () => 'no extension';", 'index.js': '' }, answer: 'no extension' },
  'js before mjs': { files: { 'index.js': "exports.handler = async () => 'js';", 'index.mjs': '' }, answer: 'js' },
  'mjs before cjs': { files: { 'index.cjs': '', 'index.mjs': "export const handler = async () => 'mjs';" }, answer: 'mjs' },
  'the package.json that is nearest': {
    files: { 'package.json': '{"type":"module"}', 'app/package.json': '{}', 'app/index.js': "exports.handler = async () => 'CommonJS';" },
    handler: 'app/index.handler',
    answer: 'CommonJS',
  },
  'a package as the module': { files: { 'node_modules/app/index.js': "exports.handler = async () => 'package';" }, handler: 'app.handler', answer: 'package' },
  'a module named as in the web': { files: { 'my-app@1/in dex.js': "exports.handler = async () => 'odd';" }, handler: 'my-app@1/in dex.handler', answer: 'odd' },
};

const ON_24: Record<string, Row> = {
  'a callback handler': failing(index('exports.handler = (event, context, callback) => callback(null, 1);'), error('Runtime.CallbackHandlerDeprecated')),
  'ES module syntax in a CommonJS package': { files: index('export const handler = async () => 1;'), answer: 1 },
  'a default export': { files: esModule('export default { handler: async () => 1 };'), answer: 1 },
};

/** Each costs four processes, since Lambda tries init twice; Node.js 22 has the loader of 20. */
const REPRESENTATIVES = ['a missing module', 'a missing package of an ES module', 'a syntax error of an ES module', 'an error', 'a rejected top-level await'];

describe.each(RUNTIMES)('%s reports', (runtime: LambdaRuntime) => {
  test.each(Object.entries(ROWS).filter(([name]) => runtime !== 'nodejs22.x' || REPRESENTATIVES.includes(name)))('%s', async (_name, row) => expectSame(row, runtime));
});

describe.each(RUNTIMES)('%s loads', (runtime: LambdaRuntime) => {
  // what is in node_modules is nobody's own code
  const names = Object.entries(LOADED).map(([name, row]): [string, Row] => [name, name === 'a package as the module' ? { ...row, objects: 0 } : row]);
  test.each(names)('%s', async (_name, row) => expectSame({ events: [1], ...row }, runtime));
});

test.each(Object.entries(ON_24))('nodejs24.x: %s', async (_name, row) => expectSame({ events: [1], ...row }, 'nodejs24.x'));

test.each(CALLBACK_RUNTIMES)('%s: ES module syntax in a CommonJS package is an error', async (runtime) => {
  await expectSame(nothingRan(index('export const handler = async () => 1;'), error('Runtime.UserCodeSyntaxError')), runtime);
});

test.each(CALLBACK_RUNTIMES)('%s: a default export is no handler', async (runtime) => {
  await expectSame(failing(esModule('export default { handler: async () => 1 };'), error('Runtime.HandlerNotFound')), runtime);
});
