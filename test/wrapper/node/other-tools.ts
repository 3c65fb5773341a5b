/** What other tools, and functions themselves, do to the process that they share with coverage. */
import { index, type Row } from './comparison';

const FINE = 'function work({ n }) { return n; }\nexports.handler = async (event) => work(event);';
const PATCH = (patch: string, row: Partial<Row> = {}): Row => ({ files: index(`${patch}\n${FINE}`), answer: 1, ran: { work: 2 }, ...row });

/** Counts the calls of a function by all but the function's own code, and answers with how often it was called: as often as without coverage. */
const SPIED = (owner: string, ...names: string[]): Row => ({
  files: index(`const owner = ${owner};
let calls = 0;
for (const name of ${JSON.stringify(names)}) {
  const original = owner[name];
  owner[name] = Object.assign(function (...args) { calls++; return new.target ? Reflect.construct(original, args, new.target) : Reflect.apply(original, this, args); }, original);
  owner[name].prototype = original.prototype;
}
function work() { return calls; }
exports.handler = async () => work();`),
  events: [1, 2, 3],
  ran: { work: 3 },
});

/** Node.js 18 has no way to load a part of itself past these. */
export const LOADING: Record<string, Row> = {
  'loading of modules': SPIED("require('module')", '_load', '_resolveFilename', '_findPath'),
  'require hooks': SPIED("require('module').prototype", 'require'),
};

export const SPIES: Record<string, Row> = {
  'promises of files': SPIED("require('fs').promises", 'readFile', 'writeFile', 'mkdir', 'access', 'rename'),
  'files': SPIED("require('fs')", 'readFileSync', 'writeFileSync', 'writeSync', 'existsSync', 'readdirSync', 'mkdirSync', 'unlinkSync', 'renameSync', 'realpathSync', 'writeFile'),
  'net.connect': SPIED("require('net')", 'connect', 'createConnection'),
  'http.request': SPIED("require('http')", 'request', 'get', 'Agent', 'ClientRequest'),
  'https.request': SPIED("require('https')", 'request', 'get', 'Agent'),
  'tls.connect': SPIED("require('tls')", 'connect'),
  'dns.lookup': SPIED("require('dns')", 'lookup'),
  'fetch': SPIED('globalThis', 'fetch'),
  'timers': SPIED('globalThis', 'setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'queueMicrotask'),
  'the module of timers': SPIED("require('timers')", 'setTimeout', 'setInterval', 'clearTimeout'),
  'JSON': SPIED('JSON', 'parse', 'stringify'),
  'Math.random': SPIED('Math', 'random'),
  'the console': SPIED('console', 'log', 'info', 'warn', 'error', 'debug'),
  'standard output': SPIED('process.stdout', 'write'),
};

export const PATCHES: Record<string, Row> = {
  'a stopped clock': PATCH('const Real = Date; globalThis.Date = class extends Real { constructor(...args) { super(...(args.length ? args : [0])); } static now() { return 0; } };'),
  'a clock that is far ahead': PATCH('const { now } = Date; Date.now = () => now() + 1e12;'),
  'a clock that goes backwards': PATCH('let time = 2e12; Date.now = () => (time -= 1000);'),
  'fake timers, which are never restored': PATCH(`for (const [owner, names] of [[globalThis, ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval']], [require('timers'), ['setTimeout', 'clearTimeout']]]) {
  for (const name of names) owner[name] = () => ({ id: 1, ref() { return this; }, unref() { return this; } });
}
globalThis.performance = { now: () => 0 };
globalThis.Date = class FakeDate { static now() { return 0; } getTime() { return 0; } toISOString() { return '1970-01-01T00:00:00.000Z'; } };`),
  'tracing of requests, by wrapping what sends them': PATCH(`const broken = () => { throw new Error('traced'); };
Object.assign(require('http'), { request: broken, get: broken }); Object.assign(require('https'), { request: broken, get: broken });
Object.assign(require('net'), { connect: broken, createConnection: broken }); require('tls').connect = broken; globalThis.fetch = broken; require('dns').lookup = broken;`),
  'a Math.random that is constant': PATCH('Math.random = () => 0.5;'),
  'a Math.random that is broken': PATCH('Math.random = () => { throw new Error(); };'),
  'a JSON of its own': PATCH('const { stringify, parse } = JSON; globalThis.JSON = { stringify: (value) => stringify(value), parse };'),
  'another Promise': PATCH('const Real = Promise; globalThis.Promise = class Own extends Real {};'),
  'a then that counts': PATCH('const { then } = Promise.prototype; let calls = 0; Promise.prototype.then = function (...args) { calls++; return then.apply(this, args); };'),
  'a then that calls later': PATCH('const { then } = Promise.prototype; Promise.prototype.then = function (a, b) { return then.call(this, a && ((v) => a(v)), b && ((e) => b(e))); };'),
  'nextTick that keeps a context': PATCH('const { nextTick } = process; process.nextTick = (callback, ...args) => nextTick(() => callback(...args));'),
  'emit of all emitters': PATCH("const { EventEmitter } = require('events'); const { emit } = EventEmitter.prototype; EventEmitter.prototype.emit = function (...args) { return emit.apply(this, args); };"),
  'emit of the process': PATCH('const { emit } = process; process.emit = function (...args) { return emit.apply(this, args); };'),
  'methods of arrays, replaced': PATCH("for (const name of Object.getOwnPropertyNames(Array.prototype)) { const original = Array.prototype[name]; if (typeof original === 'function' && name !== 'constructor') Array.prototype[name] = function (...args) { return original.apply(this, args); }; }"),
  'an enumerable method of all arrays': PATCH('Array.prototype.last = function () { return this[this.length - 1]; };'),
  'an enumerable property of all objects': PATCH("Object.prototype.extra = 'of all';"),
  'an enumerable property of all functions': PATCH('Function.prototype.property = function () { return this; };'),
  'methods of texts, replaced': PATCH("for (const name of ['replace', 'split', 'startsWith', 'slice', 'match']) { const original = String.prototype[name]; String.prototype[name] = function (...args) { return original.apply(this, args); }; }"),
  'Buffer, wrapped': PATCH('const { from, concat } = Buffer; Buffer.from = (...args) => from.apply(Buffer, args); Buffer.concat = (...args) => concat.apply(Buffer, args);'),
  'no variables but those of the runtime': PATCH('for (const name of Object.keys(process.env)) if (!/^(AWS_LAMBDA|LAMBDA|_)/.test(name)) delete process.env[name];'),
  'another object of variables': PATCH('process.env = Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(AWS_LAMBDA|LAMBDA|_)/.test(name)));'),
  'another folder': PATCH("process.chdir('/');"),
  'another temporary folder': PATCH("process.env.TMPDIR = '/nowhere';"),
  'another title, arguments and exit': PATCH("process.title = 'own'; process.argv.length = 0; const { exit } = process; process.exit = (code) => exit.call(process, code);"),
  'frozen prototypes': PATCH('for (const one of [Array, Object, Promise, Function, Map, Set, String, Number, Error, RegExp, Date]) Object.freeze(one.prototype), Object.freeze(one);'),
  'frozen globals': PATCH('for (const one of [JSON, Math, Reflect, Buffer, console, Intl, WebAssembly]) Object.freeze(one);'),
  'frozen modules of Node.js': PATCH("for (const name of ['http', 'https', 'net', 'fs', 'zlib', 'crypto']) Object.freeze(require(name));"),
  'a global proxy': PATCH("require('http').globalAgent = new (require('http').Agent)({ maxSockets: 1, timeout: 1 }); process.env.HTTP_PROXY = process.env.HTTPS_PROXY = 'http://127.0.0.1:9'; require('https').globalAgent = null;"),
};

const PRELOAD = (option: string, files: Row['files'], row: Partial<Row> = {}): Row => ({
  files: { ...index(FINE), ...files },
  answer: 1,
  ran: { work: 2 },
  options: { environment: { NODE_OPTIONS: option, ...row.options?.environment } },
});
/** Wraps what OpenTelemetry and Datadog wrap. */
const INSTRUMENTATION = `const Module = require('module');
const { _load } = Module;
Module._load = function (...args) { const loaded = _load.apply(this, args); if (args[0] === './traced') loaded.traced = true; return loaded; };
for (const [name, methods] of Object.entries({ http: ['request', 'get'], https: ['request', 'get'], fs: ['readFile', 'readFileSync', 'existsSync'], net: ['connect'] })) {
  const owner = require(name);
  for (const method of methods) { const original = owner[method]; owner[method] = function traced(...args) { return original.apply(this, args); }; }
}
`;
const LOADER = 'exports.load = (variable) => { const [module, name] = process.env[variable].split(\'.\'); return require(require(\'path\').join(process.env.LAMBDA_TASK_ROOT, module))[name]; };';

export const TOOLS: Record<string, Row> = {
  'a module that is preloaded, and used by the function': {
    ...PRELOAD('--require ./early.cjs', { 'early.cjs': 'exports.early = function early(n) { if (n > 5) { return 5; } return n; };\nexports.early(9);', 'index.js': "const { early } = require('./early.cjs');\nfunction work({ n }) { return early(n); }\nexports.handler = async (event) => work(event);" }),
    // it was compiled before blocks were counted: nothing is known of its branches
    ran: { work: 2, early: undefined },
  },
  'a module that is preloaded by --require and traces': PRELOAD('--require ./trace.cjs', { 'trace.cjs': INSTRUMENTATION }),
  'a module that is preloaded by --import and traces': PRELOAD('--import ./trace.mjs', { 'trace.mjs': "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\n" + INSTRUMENTATION }),
  'loader hooks': PRELOAD('--import ./register.mjs', {
    'register.mjs': "import { register } from 'node:module';\nregister('./hooks.mjs', import.meta.url);",
    'hooks.mjs': 'export async function resolve(specifier, context, next) { return next(specifier, context); }\nexport async function load(url, context, next) { return next(url, context); }',
  }),
  'source maps': PRELOAD('--enable-source-maps', {}),
  'no prototypes by __proto__': PRELOAD('--disable-proto=delete', {}),
  'no eval': PRELOAD('--disallow-code-generation-from-strings', {}),
  'warnings with traces': PRELOAD('--trace-warnings --unhandled-rejections=strict', {}),
  'coverage by Node.js itself': PRELOAD('--no-warnings', {}, { options: { environment: { NODE_V8_COVERAGE: '/tmp/none' } } }),
  'a wrapper script that only runs the runtime': PRELOAD('--no-warnings', {}, { options: { environment: { AWS_LAMBDA_EXEC_WRAPPER: '/usr/bin/env' } } }),
  'a tool that redirects to the handler of its own variable': {
    files: { ...index(FINE), 'tool.js': `${LOADER}\nconst user = exports.load('TOOL_HANDLER');\nexports.handler = async (event, context) => { console.log('span of', context.functionName); return user(event, context); };` },
    handler: 'tool.handler',
    options: { environment: { TOOL_HANDLER: 'index.handler' } },
    answer: 1,
    ran: { work: 2 },
  },
  'a tool that calls the handler for a moment as if it were a promise': {
    files: { ...index('function work({ n }) { return n; }\nexports.handler = (event, context, callback) => callback(null, work(event));'), 'tool.js': `${LOADER}\nconst user = exports.load('TOOL_HANDLER');\nexports.handler = (event, context) => new Promise((resolve, reject) => user(event, context, (error, result) => (error ? reject(error) : resolve(result))));` },
    handler: 'tool.handler',
    options: { environment: { TOOL_HANDLER: 'index.handler' } },
    answer: 1,
    ran: { work: 2 },
  },
};

const PROFILED = (body: string) => index(`const { Session } = require('node:inspector');
const session = new Session();
session.connect();
const post = (method, parameters) => new Promise((resolve, reject) => session.post(method, parameters, (error, result) => (error ? reject(error) : resolve(result))));
function before() { return 'before'; }
function after(n) { if (n > 9) { return 'never'; } return 'after'; }
before();
exports.handler = async ({ n }) => {
  if (n === 1) {${body}}
  return [before(), ...(n > 1 ? [after(n)] : [])];
};`);
const EVENTS = [{ n: 1 }, { n: 2 }, { n: 3 }];
const PROFILE = "await post('Profiler.enable'); await post('Profiler.start'); before(); const { profile } = await post('Profiler.stop'); if (!profile.nodes.length) throw new Error();";

export const INSPECTORS: Record<string, Row> = {
  'coverage of its own, started, taken and stopped': {
    files: PROFILED("await post('Profiler.enable'); await post('Profiler.startPreciseCoverage', { callCount: false, detailed: false }); before(); await post('Profiler.takePreciseCoverage'); await post('Profiler.stopPreciseCoverage');"),
    events: EVENTS,
    says: /^Other code in this process took the code coverage/,
    ran: { after: 2 },
  },
  'a CPU profile': { files: PROFILED(PROFILE), events: EVENTS, ran: { before: 5, after: 2 } },
  'a heap snapshot': { files: PROFILED("session.on('HeapProfiler.addHeapSnapshotChunk', () => {}); await post('HeapProfiler.takeHeapSnapshot');"), events: EVENTS, ran: { before: 4, after: 2 }, options: { memorySize: 512, timeoutSeconds: 20 } },
  // V8 drops its blocks when the debugger leaves
  'the debugger, attached for a while': { files: PROFILED("await post('Debugger.enable'); await post('Debugger.disable'); session.disconnect();"), events: EVENTS, says: /^Other code in this process stopped code coverage/ },
  'a CPU profile, and a session that disconnects': { files: PROFILED(`${PROFILE} session.disconnect();`), events: EVENTS, says: /^Other code in this process stopped code coverage/, ran: { after: 2 } },
  'a CPU profile, and a profiler that is disabled': { files: PROFILED(`${PROFILE} await post('Profiler.disable');`), events: EVENTS, says: /^Other code in this process stopped code coverage/, ran: { after: 2 } },
  'coverage that is stopped': { files: PROFILED("await post('Profiler.enable'); await post('Profiler.stopPreciseCoverage');"), events: EVENTS, says: /^Other code in this process stopped code coverage/, ran: { after: 2 } },
  'coverage that is taken': {
    files: PROFILED("await post('Profiler.enable'); await post('Profiler.startPreciseCoverage', { callCount: true, detailed: true }); await post('Profiler.takePreciseCoverage');"), events: EVENTS, says: /^Other code in this process took the code coverage/, ran: { before: 3, after: 2 },
  },
  'coverage of its own in another mode': {
    files: PROFILED("await post('Profiler.enable'); await post('Profiler.startPreciseCoverage', { callCount: false, detailed: true });"), events: EVENTS, says: /^Other code in this process stopped code coverage/,
  },
  'v8.takeCoverage and v8.stopCoverage': { files: PROFILED("require('v8').takeCoverage(); require('v8').stopCoverage();"), events: EVENTS, ran: { before: 4, after: 2 } },
};
