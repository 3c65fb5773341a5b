/** What functions see of their process, and what they do to it. */
import { index, type Row } from './comparison';

const HANDLER = (expression: string, before = '') => index(`${before}\nexports.handler = async (event, context) => (${expression});`);
/** What runs in a process that ends is uploaded by the next one; of two invocations, the second has none. */
const ENDS_PROCESS = { objects: 1 };
const DELAY = "const { setTimeout: delay } = require('node:timers/promises');\n";
const LOG_ENDS = "for (const name of ['exit', 'beforeExit', 'uncaughtException', 'unhandledRejection', 'warning', 'SIGTERM']) process.on(name, (value) => console.log(name, String(value)));\n";

/** What a function can list, less what is known to be ours: variables of ours, and the collection that all copies of the wrapper share. */
export const LISTINGS: Record<string, Row> = {
  'the names and symbols of globals': {
    files: HANDLER("[Object.getOwnPropertyNames(globalThis), Object.getOwnPropertySymbols(globalThis).map(String).filter((name) => !name.includes('cdk-lambda-coverage')), Object.keys(globalThis)]"),
  },
  'the own properties of builtins': {
    files: HANDLER("[Array, Object, Promise, Function, Map, Error, JSON, Math, Reflect, Buffer, console, process, require('http'), require('fs'), require('module'), require('events')]"
      + '.map((one) => [Object.getOwnPropertyNames(one), one.prototype && Object.getOwnPropertyNames(one.prototype)]).map((names) => JSON.stringify(names).length)'),
  },
  'its process': {
    files: HANDLER('[process.title, process.argv, process.argv0, process.execArgv, process.exitCode, process.cwd(), process.umask(), process.allowedNodeEnvironmentFlags.size, process.domain]'),
  },
  'variables, by their names': { files: HANDLER('[Object.keys(process.env).filter((name) => !/^(COVERAGE_|NODE_DISABLE_COMPILE_CACHE$|AWS_(ACCESS|SECRET|SESSION|ENDPOINT))/.test(name)).sort(), process.env._HANDLER, process.env.NODE_OPTIONS]') },
  'modules': {
    files: { ...index("const child = require('./child');\nexports.handler = async () => [Object.keys(require.cache), module.children.map(({ id }) => id), module.parent?.id, module.id, require.main?.id, process.mainModule?.id, child.parent, module.paths];"), 'child.js': 'exports.parent = module.parent.id;' },
  },
  'what an ES module knows of itself': {
    files: { 'index.mjs': "export const handler = async () => [import.meta.url, import.meta.filename, typeof import.meta.resolve, import.meta.resolve?.('./x'), typeof require, typeof module];" },
  },
  // but for standard error, which Node.js itself opens when a socket is closed
  'open resources': { files: HANDLER('[process._getActiveHandles().filter(({ fd }) => fd !== 2).length, process._getActiveRequests().length, process.getActiveResourcesInfo().filter((name) => name !== "PipeWrap").sort()]') },
  'temporary files': { files: HANDLER("require('fs').readdirSync(require('os').tmpdir())"), answer: [] },
  'descriptors and hooks': { files: HANDLER("[typeof require('inspector').url(), require('async_hooks').executionAsyncId() > 0, Object.keys(require('module')._extensions), require('module')._load.name, require('v8').startupSnapshot?.isBuildingSnapshot()]") },
  'listeners that others have': { files: HANDLER("['uncaughtException', 'unhandledRejection', 'warning', 'SIGINT', 'message', 'disconnect'].map((name) => process.listenerCount(name))") },
};

export const ENDINGS: Record<string, Row> = {
  'as many listeners as Node.js takes without a warning': {
    files: HANDLER('new Promise((go) => setTimeout(go, 20))', "for (const [name, count] of [['exit', 9], ['SIGTERM', 10], ['beforeExit', 9]]) for (let n = 0; n < count; n++) process.on(name, () => {});"),
  },
  'listeners of all endings, and an answer': { files: HANDLER("'fine'", LOG_ENDS), answer: 'fine' },
  'listeners of all endings, and an exit': { files: HANDLER('process.exit(5)', LOG_ENDS), ...ENDS_PROCESS },
  // on Node.js 24 the runtime has no listeners of its own, so the process goes on
  'listeners of all endings, and an exception in the background': {
    files: HANDLER("(setTimeout(() => { throw new Error('background'); }, 10), delay(200))", `${DELAY}${LOG_ENDS}`), objects: { 'nodejs18.x': 1 },
  },
  'listeners of all endings, and a rejection in the background': { files: HANDLER("(Promise.reject(new Error('background')), delay(200))", `${DELAY}${LOG_ENDS}`), objects: { 'nodejs18.x': 1 } },
  'listeners that take exceptions for themselves': {
    files: HANDLER("(setTimeout(() => { throw new Error('taken'); }, 10), delay(50, 'survived'))", `${DELAY}process.removeAllListeners('uncaughtException').on('uncaughtException', ({ message }) => console.log(message));`), answer: 'survived',
  },
  'a listener that exits on an exception': {
    files: HANDLER("(setTimeout(() => { throw new Error('background'); }, 10), delay(200))", `${DELAY}process.on('uncaughtException', () => process.exit(9));`), ...ENDS_PROCESS,
  },
  'a listener that changes the exit code': { files: HANDLER('process.exit(0)', "process.on('exit', () => { process.exitCode = 6; });"), ...ENDS_PROCESS },
  'a listener that exits once more': { files: HANDLER('process.exit(3)', "process.on('exit', () => process.exit(4));"), ...ENDS_PROCESS },
  'an exit code, and an answer': { files: HANDLER("(process.exitCode = 5, 'fine')"), answer: 'fine' },
  'an exit at init': { files: index('process.exitCode = 4; process.exit();'), events: [1] },
  'an exit of a child listener at init': { files: index(`${LOG_ENDS}exports.handler = async () => process.exitCode;`) },
  'process.kill of itself': { files: HANDLER("(process.kill(process.pid, 'SIGKILL'), new Promise((go) => setTimeout(go, 1000)))"), events: [1], objects: 0 },
  'process.reallyExit': { files: HANDLER('process.reallyExit(3)'), events: [1], objects: 0 },
  'warnings': { files: HANDLER("(process.emitWarning('of the function', { code: 'OWN' }), new Promise((go) => setImmediate(go)))") },
  'all listeners removed': { files: HANDLER("'fine'", 'process.removeAllListeners();'), answer: 'fine' },
};

export const CONTEXTS: Record<string, Row> = {
  'an AsyncLocalStorage around its work': {
    files: HANDLER('storage.run({ n: event.n }, async () => { await delay(1); return storage.getStore(); })', `${DELAY}const storage = new (require('async_hooks').AsyncLocalStorage)();`), answer: { n: 1 },
  },
  'an AsyncLocalStorage entered by each invocation': {
    files: index(`${DELAY}const storage = new (require('async_hooks').AsyncLocalStorage)();\nexports.handler = async ({ n }) => { const before = storage.getStore() ?? 'none'; storage.enterWith(n); await delay(1); return [before, storage.getStore()]; };`),
  },
  'an AsyncLocalStorage entered while the module loads': {
    files: index("const storage = new (require('async_hooks').AsyncLocalStorage)();\nstorage.enterWith('init');\nexports.handler = async () => storage.getStore() ?? 'none';"),
  },
  'an AsyncLocalStorage entered while an ES module loads': {
    files: { 'index.mjs': "import { AsyncLocalStorage } from 'node:async_hooks';\nconst storage = new AsyncLocalStorage();\nstorage.enterWith('init');\nexport const handler = async () => storage.getStore() ?? 'none';" },
  },
  'a domain that catches': {
    files: index("const domain = require('domain');\nexports.handler = () => new Promise((resolve) => { const own = domain.create(); own.on('error', ({ message }) => resolve(message)); own.run(() => setTimeout(() => { throw new Error('in the domain'); }, 10)); });"),
    answer: 'in the domain',
  },
  'async hooks': {
    files: index("let inits = 0;\nconst hook = require('async_hooks').createHook({ init() { inits++; } });\nexports.handler = async () => { hook.enable(); await new Promise((go) => setTimeout(go, 5)); hook.disable(); return inits > 0; };"), answer: true,
  },
  'performance marks and observers': {
    files: index("const { performance, PerformanceObserver } = require('perf_hooks');\nconst seen = [];\nnew PerformanceObserver((list) => seen.push(...list.getEntries().map(({ name }) => name))).observe({ entryTypes: ['mark', 'measure', 'function', 'resource'] });\n"
      + "exports.handler = async () => { performance.mark('own'); await new Promise((go) => setTimeout(go, 60)); return seen; };"),
    answer: ['own'],
  },
};

export const OUTPUT: Record<string, Row> = {
  'raw output and partial lines': { files: HANDLER("(process.stdout.write('no newline'), process.stdout.write(' end\\n'), undefined)"), events: [1] },
  'raw output to standard error': { files: HANDLER("process.stderr.write('err\\n')"), events: [1] },
  'console methods of its own': {
    files: HANDLER("(console.log('a'), console.error('b'), lines)", "const lines = [];\nfor (const name of ['log', 'info', 'warn', 'error', 'debug', 'trace']) console[name] = (...args) => { lines.push([name, ...args]); };"), answer: [['log', 'a'], ['error', 'b']],
  },
  'an output that is captured': {
    files: HANDLER("(console.log('a'), captured.length)", 'const captured = [];\nfor (const stream of [process.stdout, process.stderr]) stream.write = (chunk) => { captured.push(chunk); return true; };'),
  },
  'an output that throws': { files: HANDLER("'quiet'", "process.stdout.write = process.stderr.write = () => { throw new Error('closed'); };"), answer: 'quiet' },
  'another console': { files: HANDLER("(new (require('console').Console)(process.stdout, process.stderr).log('other'), 1)") },
  ...Object.fromEntries(['TRACE', 'DEBUG', 'WARN', 'FATAL'].map((level): [string, Row] => [`log lines from the level ${level} on, in JSON`, {
    files: HANDLER("(['trace', 'debug', 'info', 'warn', 'error', 'fatal'].forEach((name) => console[name]?.(name, { n: 1 })), Promise.reject(new Error('no')))"),
    options: { environment: { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: level } },
    events: [1],
  }])),
  'log lines from the level ERROR on': { files: HANDLER("console.log('no') ?? console.error('yes')"), options: { environment: { AWS_LAMBDA_LOG_LEVEL: 'ERROR' } }, events: [1] },
  'debug output of Node.js': { files: HANDLER('1'), options: { environment: { NODE_DEBUG: 'timers_none' } }, events: [1] },
};
