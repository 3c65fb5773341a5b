/** Functions of every kind, for tables that run each of them. */
import { index, type Row } from './comparison';

const MODULE_PACKAGE = JSON.stringify({ type: 'module' });
const DELAY = "const { setTimeout: delay } = require('node:timers/promises');\n";

/** What runs in a process that ends is uploaded by the next one; of two invocations, the second has none. */
const ENDS_PROCESS = { objects: 1 };

/** Run on every runtime. */
export const EVERYWHERE: Record<string, Row> = {
  'an async handler': { files: index('exports.handler = async ({ n }) => ({ twice: 2 * n });'), answer: { twice: 2 } },
  'an async handler without a result': { files: index('exports.handler = async () => {};'), answer: null },
  'a CommonJS module with the extension cjs': { files: { 'index.cjs': "exports.handler = async () => 'cjs';" }, answer: 'cjs' },
  'an ES module': { files: { 'index.mjs': "import path from 'node:path';\nexport const handler = async () => path.basename('a/mjs');" }, answer: 'mjs' },
  'an ES module by the type of its package': {
    files: { 'package.json': MODULE_PACKAGE, 'index.js': 'export const handler = async () => import.meta.url.slice(-8);' }, answer: 'index.js',
  },
  'an ES module with a top-level await': {
    files: { 'index.mjs': 'const ready = await new Promise((resolve) => setTimeout(resolve, 20, "ready"));\nexport const handler = async () => ready;' },
    answer: 'ready',
  },
  'an ES module that imports a CommonJS package': {
    files: { 'index.mjs': "import dep from 'dep';\nexport const handler = async () => dep.name;", 'node_modules/dep/index.js': "exports.name = 'dep';" },
    answer: 'dep',
  },
  'a CommonJS module with the extension cjs, deep in a folder': {
    files: { 'dist/a/b.cjs': 'exports.handler = async () => __filename.slice(-12);' }, handler: 'dist/a/b.handler', answer: '/dist/a/b.cjs'.slice(-12),
  },
  'a module in a folder': { files: { 'dist/src/app.js': "exports.handler = async () => 'deep';" }, handler: 'dist/src/app.handler', answer: 'deep' },
  'a module in a folder of its name': {
    files: { 'app/index.js': "exports.handler = async () => 'folder';" }, handler: 'app/index.handler', answer: 'folder',
  },
  'a nested export': { files: index("exports.api = { v1: { handler: async () => 'v1' } };"), handler: 'index.api.v1.handler', answer: 'v1' },
  'a nested export of a module with another name': {
    files: { 'mod.mjs': 'export const api = { v1: { handler: async function () { return this === api.v1; } } };' }, handler: 'mod.api.v1.handler',
  },
  'a thrown error': {
    files: index("exports.handler = async () => { const { length } = await 'x'; throw new RangeError('out of ' + length); };"),
    answer: expect.objectContaining({ errorType: 'RangeError', errorMessage: 'out of 1' }),
  },
  'a synchronously thrown error': {
    files: index("exports.handler = () => { throw new TypeError('at once'); };"), answer: expect.objectContaining({ errorType: 'TypeError' }),
  },
  'an error with properties and a cause': {
    files: index("exports.handler = async () => { throw Object.assign(new Error('bad', { cause: new Error('why') }), { code: 'E_BAD', status: 418 }); };"),
    answer: expect.objectContaining({ errorMessage: 'bad' }),
  },
  'an error of a class of its own': {
    files: index("class Custom extends Error { name = 'Custom'; }\nexports.handler = async () => { throw new Custom('own'); };"),
    answer: expect.objectContaining({ errorType: 'Custom' }),
  },
  'a thrown text': { files: index("exports.handler = async () => { throw 'only text'; };"), answer: { errorType: 'string', errorMessage: 'only text', trace: [] } },
  'a thrown object': { files: index('exports.handler = async () => { throw { code: 7 }; };') },
  'a thrown nothing': { files: index('exports.handler = async () => { throw undefined; };') },
  'an answer that JSON cannot hold': {
    files: index('exports.handler = async () => { const a = {}; a.a = a; return a; };'),
    answer: expect.objectContaining({ errorMessage: 'Unable to stringify response body' }),
  },
  'a thenable whose then does the work': {
    files: index(`let calls = 0;
exports.handler = (event) => ({ then(resolve, reject) { calls++; return Promise.resolve(calls).then(resolve, reject); } });`),
    answer: 1,
  },
  'a subclass of Promise whose then does the work': {
    files: index(`let calls = 0;
class Lazy extends Promise {
  static get [Symbol.species]() { return Promise; }
  then(resolve, reject) { calls++; return Promise.resolve(calls).then(resolve, reject); }
}
exports.handler = () => new Lazy(() => {});`),
    answer: 1,
  },
  'a bound method': {
    files: index("class App { greeting = 'hello'; async handle() { return this.greeting; } }\nconst app = new App();\nexports.handler = app.handle.bind(app);"),
    answer: 'hello',
  },
  'the environment and the globals': {
    files: index(`exports.handler = async function (event, context) {
  return [process.env._HANDLER, arguments.length, Object.keys(context).sort(), process.listenerCount('uncaughtException'),
    module.parent?.filename, require.main?.filename, module.paths[0], process.cwd(), typeof awslambda, Object.keys(globalThis)];
};`),
    answer: expect.arrayContaining(['index.handler']),
  },
  'log lines of all kinds': {
    files: index(`console.log('at init');
exports.handler = async () => { console.log('one\\ntwo'); console.error(new Error('logged')); process.stdout.write('raw\\n'); console.warn({ a: 1 }); };`),
  },
  'log lines in JSON': {
    files: index("exports.handler = async () => { console.log('text', { a: 1 }); console.error(new Error('logged')); };"),
    options: { environment: { AWS_LAMBDA_LOG_FORMAT: 'JSON' } },
  },
  'an unhandled rejection in the background': {
    files: index(`${DELAY}exports.handler = async () => { Promise.reject(new Error('nobody waits')); await delay(300); };`), ...ENDS_PROCESS,
  },
  'an uncaught exception': {
    files: index(`${DELAY}exports.handler = async () => { setTimeout(() => { throw new Error('nobody catches'); }); await delay(300); };`), ...ENDS_PROCESS,
  },
  'an exit': { files: index('exports.handler = async () => process.exit(3);'), ...ENDS_PROCESS },
  'a timeout': {
    files: index(`${DELAY}exports.handler = async () => delay(10_000);`), options: { timeoutSeconds: 1 }, events: [1],
  },
  'patched globals': {
    files: index(`const broken = () => { throw new Error('patched'); };
const http = require('node:http'), https = require('node:https'), fs = require('node:fs');
exports.handler = async () => {
  Object.assign(http, { request: broken, Agent: broken }); https.request = broken;
  JSON.stringify = ((original) => (value, ...rest) => value?.metadata ? broken() : original(value, ...rest))(JSON.stringify);
  fs.readFileSync = fs.writeSync = broken; Date.now = broken;
  globalThis.setTimeout = globalThis.clearTimeout = broken; Math.random = () => NaN;
  for (const name of Object.keys(process.env)) if (!/^(AWS_LAMBDA|LAMBDA|_)/.test(name)) delete process.env[name];
  process.chdir('/');
  return 'patched';
};`),
    answer: 'patched',
  },
};

const DECORATED = `const measured = (target, key, descriptor) => {
  const original = descriptor.value;
  descriptor.value = async function (...args) {
    console.log('begin', args.length);
    try { return await original.apply(this, args); } finally { console.log('end'); }
  };
};
class App { constructor() { this.name = 'app'; } async handler({ n }, context) { return [this.name, n, context.functionName]; } }
const descriptor = Object.getOwnPropertyDescriptor(App.prototype, 'handler');
measured(App.prototype, 'handler', descriptor);
Object.defineProperty(App.prototype, 'handler', descriptor);
const app = new App();
`;
const MIDDY = `const middy = (handler) => {
  const [before, after] = [[], []];
  const wrapped = (event, context) => (async () => {
    for (const each of before) await each({ event, context });
    const request = { event, context, response: await handler(event, context) };
    for (const each of after) await each(request);
    return request.response;
  })();
  wrapped.use = ({ before: b, after: a }) => { before.push(b); after.push(a); return wrapped; };
  return wrapped;
};
`;

/** Other ways to write, export and change a handler. */
export const UNUSUAL: Record<string, Row> = {
  'a default export as the handler': { files: { 'index.mjs': "export default async () => 'default';" }, handler: 'index.default', answer: 'default' },
  'a folder with a dot in its name': { files: { 'dist.v1/index.js': "exports.handler = async () => 'dot';" }, handler: 'dist.v1/index.handler', answer: 'dot' },
  'a path that begins with a dot': { files: index("exports.handler = async () => 'here';"), handler: './index.handler', answer: 'here' },
  'a method, which is called on what it is called on without coverage': {
    files: index("exports.app = { name: 'app', async handler() { return [this === exports.app, this?.name, this === undefined, typeof this]; } };"), handler: 'index.app.handler',
  },
  'a static method': { files: index('exports.App = class App { static async handler() { return [this === exports.App, typeof this]; } };'), handler: 'index.App.handler', events: [1] },
  'a decorated method': { files: index(`${DECORATED}exports.handler = app.handler.bind(app);`), answer: ['app', 1, 'local-function'] },
  'middleware around the handler': {
    files: index(`${MIDDY}exports.handler = middy(async ({ n }) => ({ n })).use({ before: ({ event }) => { event.n += 10; }, after: ({ response }) => { response.after = true; } });`),
    answer: { n: 11, after: true },
  },
  'an export by a getter, as bundlers write them': {
    files: index("Object.defineProperty(exports, 'handler', { enumerable: true, get: () => handler });\nconst handler = async () => 'got';"), answer: 'got',
  },
  'a function with another name that throws, as in bundles': {
    files: index("async function E() { throw new Error('bundled'); }\nexports.handler = E;"), answer: expect.objectContaining({ errorMessage: 'bundled' }),
  },
  'a proxy of a function': { files: index('exports.handler = new Proxy(async (event) => event, { apply: (target, self, args) => Reflect.apply(target, self, [args.length]) });') },
  'a function with rest parameters': { files: index('exports.handler = async (...args) => args.length;') },
  'a function with parameters that have defaults': { files: index("exports.handler = async (event, context = {}, more = 'none') => [typeof more, Object.keys(context).length];") },
  'a handler that replaces itself': { files: index("exports.handler = async () => { exports.handler = async () => 'second'; return 'first'; };"), answer: 'first' },
  'an ES module whose handler replaces itself': {
    files: { 'index.mjs': "export let handler = async () => { handler = async () => 'second'; return 'first'; };" }, answer: 'first',
  },
  'a module that replaces its exports': {
    files: index("exports.handler = async () => 'unused';\nmodule.exports = { handler: async () => { module.exports = {}; delete require.cache[__filename]; return 'used'; } };"), answer: 'used',
  },
  'a module that is loaded by the first invocation': {
    files: { ...index("let real;\nexports.handler = async (...args) => (real ??= require('./real')).handler(...args);"), 'real.js': "exports.handler = async ({ n }) => [n, module.parent.filename === __dirname + '/index.js'];" },
    answer: [1, true],
  },
  'a module that is imported by the first invocation': {
    files: { ...index("exports.handler = async (event) => (await import('./real.mjs')).handler(event);"), 'real.mjs': 'export const handler = async ({ n }) => n;' }, answer: 1,
  },
  'a context that is frozen': { files: index("exports.handler = async (event, context) => { Object.freeze(context); return 'frozen'; };"), answer: 'frozen' },
  'a context that is copied, cleared and written to JSON': {
    files: index(`exports.handler = async (event, context) => {
  const copy = { ...context }, known = { ...JSON.parse(JSON.stringify(context)), awsRequestId: '', logStreamName: '' };
  for (const key of Object.keys(context)) delete context[key];
  return [known, Object.keys(copy).map((key) => [key, typeof copy[key]])];
};`),
  },
  'a context whose clock is stopped': { files: index('exports.handler = async (event, context) => { context.getRemainingTimeInMillis = () => { throw new Error(); }; return 1; };'), answer: 1 },
  'a promise of another realm': { files: index("exports.handler = () => require('vm').runInNewContext(\"Promise.resolve('realm')\");"), answer: 'realm' },
  'a thenable that answers twice': { files: index("exports.handler = () => ({ then(resolve) { resolve('first'); resolve('second'); } });"), answer: 'first' },
  'a thenable that throws': { files: index("exports.handler = () => ({ then() { throw new RangeError('in then'); } });"), answer: expect.objectContaining({ errorMessage: 'in then' }) },
  'a thenable that answers with a promise': { files: index("exports.handler = () => ({ then(resolve) { resolve(Promise.resolve('inner')); } });") },
  'a generator as the handler': { files: index('exports.handler = function* () { yield 1; };'), emptiesLoop: true },
  'an async generator as the handler': { files: index('exports.handler = async function* () { yield 1; };'), emptiesLoop: true },
  'a class as the handler': { files: index("exports.handler = class { constructor() { throw new Error('never'); } };"), objects: 1 },
  'a promise with a then of its own': {
    files: index("exports.handler = () => { const promise = Promise.resolve('native'); promise.then = (resolve) => { resolve('own'); return promise; }; return promise; };"),
  },
  'a thenable whose then returns nothing': { files: index("exports.handler = () => ({ then(resolve) { setTimeout(resolve, 10, 'late'); } });") },
  'the event null': { files: index('exports.handler = async (event) => [event === null, typeof event];'), events: [null, 'text', 0, [1], true] },
  'work that goes on after the answer': {
    files: index(`${DELAY}let steps = 0;\nconst work = async () => { for (;;) { await delay(1); steps++; } };\nexports.handler = async () => { if (!steps) void work(); await delay(20); return steps > 0; };`),
    answer: true,
  },
  'a worker thread': {
    files: index(`const { Worker } = require('node:worker_threads');
exports.handler = async () => new Promise((resolve, reject) => new Worker("require('node:worker_threads').parentPort.postMessage(Object.keys(process.env).includes('AWS_REGION'))", { eval: true })
  .once('message', resolve).once('error', reject));`),
    answer: true,
  },
  'a child process': {
    files: index("exports.handler = async () => require('child_process').execFileSync(process.execPath, ['-e', 'console.log(6 * 7)'], { encoding: 'utf8' });"), answer: '42\n',
  },
};

/** Functions that were loaded as `UNUSUAL` says, where the runtime answers with a value that is no promise. */
export const ON_24: Record<string, Row> = {
  'a value that is returned without a promise is an answer': { files: index('exports.handler = ({ n }) => n;'), answer: 1 },
  'nothing that is returned without a promise is an answer': { files: index('exports.handler = () => {};'), answer: null },
  'a promise that never settles, with an empty loop, ends the process': { files: index('exports.handler = () => new Promise(() => {});'), events: [1], objects: 0 },
  'a promise that never settles, with an empty loop and an exit code, ends the process': {
    files: index('exports.handler = () => { process.exitCode = 7; return new Promise(() => {}); };'), events: [1], objects: 0,
  },
};

const STREAM = (body: string) => index(`${DELAY}exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {${body}});`);
/** Run on every runtime. */
export const STREAMING: Record<string, Row> = {
  'a streaming handler': { files: STREAM("stream.setContentType('text/plain'); stream.write('a'); await delay(20); stream.write('b'); stream.end();"), answer: 'ab' },
  'a streaming handler with metadata': {
    files: STREAM("stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201 }); stream.write('body'); stream.end();"),
  },
  'a pipeline into the stream': {
    files: STREAM("await require('node:stream/promises').pipeline(require('node:stream').Readable.from(['x'.repeat(100_000), 'y'.repeat(100_000)]), stream);"),
    answer: 'x'.repeat(100_000) + 'y'.repeat(100_000),
  },
  'a stream that fails before its first byte': { files: STREAM("await delay(1); throw new TypeError('broke');") },
  'metadata and a pipeline': {
    files: STREAM(`const body = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: { 'content-type': 'text/html' }, cookies: ['a=1'] });
await require('node:stream/promises').pipeline(async function* () { yield 'a'; await delay(10); yield 'b'; }, body);`),
  },
  'a stream that is written to after its handler has returned': { files: STREAM("setTimeout(() => { stream.write('b'); stream.end('c'); }, 50); stream.write('a');"), answer: 'abc' },
  'a stream that is never ended': { files: STREAM("stream.write('half');"), events: [1], options: { timeoutSeconds: 1 } },
  'a stream that is ended twice': { files: STREAM("stream.end('once'); stream.end();") },
  'a stream that is written to after its end': { files: STREAM("stream.on('error', ({ code }) => console.log(code)); stream.end('once'); stream.write('twice');"), ...ENDS_PROCESS },
  'a stream that is destroyed': { files: STREAM("stream.write('half'); await delay(20); stream.destroy(new Error('destroyed')); await delay(20);"), ...ENDS_PROCESS },
  'a content type after the first byte': { files: STREAM("stream.write('a'); stream.setContentType('text/html'); stream.end();") },
  'a large stream with back pressure': {
    files: STREAM("let waits = 0; for (let n = 0; n < 128; n++) if (!stream.write(String(n % 10).repeat(65536))) { waits++; await new Promise((go) => stream.once('drain', go)); } stream.end(); console.log(waits > 0);"),
    options: { memorySize: 512, timeoutSeconds: 30 },
  },
  'a source that fails in a pipeline': { files: STREAM("await require('node:stream/promises').pipeline(async function* () { yield 'a'; await delay(20); throw new RangeError('source'); }, stream);"), ...ENDS_PROCESS },
  'a streaming handler that returns a value': { files: STREAM("stream.end('body'); return 'ignored';"), answer: 'body' },
  'a streaming handler that is not async': { files: index("exports.handler = awslambda.streamifyResponse((event, stream) => { stream.end('x'); });") },
  'a streaming handler with a small buffer': {
    files: index('exports.handler = awslambda.streamifyResponse(async (event, stream, context) => { stream.end(String([stream.writableHighWaterMark, Object.keys(context).sort()])); }, { highWaterMark: 8 });'),
  },
  'a streaming handler that leaves a timer': { files: STREAM("setTimeout(() => {}, 50); stream.end('now');"), answer: 'now' },
  'a streaming handler that leaves an interval and does not wait for it': { files: STREAM("context.callbackWaitsForEmptyEventLoop = false; setInterval(() => {}, 400); stream.end('now');") },
  'a streaming handler that throws before its first await': { files: index("exports.handler = awslambda.streamifyResponse((event, stream) => { throw new TypeError('at once'); });") },
  'a streaming handler that exits': { files: STREAM("stream.write('half'); await delay(20); process.exit(4);"), ...ENDS_PROCESS },
  'a stream that fails in the middle': { files: STREAM("stream.write('half'); await delay(20); throw new TypeError('broke');") },
};

const CALLBACK = (body: string) => index(`${DELAY}exports.handler = (event, context, callback) => {${body}};`);
/** Run where the runtime has callbacks, up to Node.js 22. */
export const CALLBACKS: Record<string, Row> = {
  'a callback': { files: CALLBACK("setTimeout(callback, 20, null, 'later');"), answer: 'later' },
  'a callback at once, with a timer that goes on': { files: CALLBACK("setTimeout(() => console.log('timer'), 50); callback(null, 'now');"), answer: 'now' },
  'a callback that does not wait for the timer': {
    files: CALLBACK("context.callbackWaitsForEmptyEventLoop = false; setTimeout(() => {}, 400); callback(null, 'now');"), answer: 'now',
  },
  'a callback that does not wait, said with 0': {
    files: CALLBACK("context.callbackWaitsForEmptyEventLoop = 0; setInterval(() => {}, 400); callback(null, 'now');"), answer: 'now',
  },
  'a callback with an error': { files: CALLBACK("callback(new RangeError('no'));"), answer: expect.objectContaining({ errorType: 'RangeError' }) },
  'a callback with a text as its error': { files: CALLBACK("callback('no');") },
  'a callback that is called twice': { files: CALLBACK("callback(null, 'first'); callback(new Error('second'));"), answer: 'first' },
  'a callback with what JSON cannot hold': { files: CALLBACK('context.callbackWaitsForEmptyEventLoop = false; callback(null, { n: 1n });') },
  'neither a callback nor a promise': { files: CALLBACK("setTimeout(() => console.log('done'), 20);"), answer: null, emptiesLoop: true },
  'a returned value, which is no answer': { files: index("exports.handler = () => 'ignored';"), answer: null, emptiesLoop: true },
  'context.succeed': { files: index("exports.handler = (event, context) => { setTimeout(() => context.succeed('yes'), 10); };"), answer: 'yes' },
  'context.fail': { files: index("exports.handler = (event, context) => context.fail(new Error('no'));"), answer: expect.objectContaining({ errorMessage: 'no' }) },
  'context.fail without an error': { files: index('exports.handler = (event, context) => context.fail();') },
  'context.done': { files: index("exports.handler = (event, context) => context.done(null, 'done');"), answer: 'done' },
  'context.done after context.succeed': { files: index('exports.handler = (event, context) => { context.succeed(1); context.done(null, 2); };'), answer: 1 },
  'a callback that comes before the promise': { files: index("exports.handler = async (event, context, callback) => { callback(null, 'callback'); return 'promise'; };"), answer: 'callback' },
  'a promise that never settles, with an empty loop': { files: index('exports.handler = () => new Promise(() => {});'), answer: null, emptiesLoop: true },
  'a thenable that neither answers nor returns': { files: index('exports.handler = () => ({ then() {} });'), events: [1], options: { timeoutSeconds: 1 } },
  'an error thrown before the callback': { files: CALLBACK("throw new TypeError('early');"), answer: expect.objectContaining({ errorType: 'TypeError' }) },
  'a callback of the invocation before': { files: index("let before;\nexports.handler = (event, context, callback) => { before?.(null, 'late'); before = callback; callback(null, event.n); };"), answer: 1 },
  'a callback of the invocation before, with an error': {
    files: index("let before;\nexports.handler = (event, context, callback) => { before?.(new Error('late')); before = callback; context.callbackWaitsForEmptyEventLoop = false; callback(null, event.n); };"),
    answer: 1,
  },
  'a callback long after the promise': {
    files: index("let before;\nexports.handler = async (event, context, callback) => { before?.(null, 'late'); before = callback; return event.n; };"), answer: 1,
  },
  'context.done of the invocation before': { files: index("let before;\nexports.handler = async (event, context) => { before?.done(null, 'late'); before = context; return event.n; };"), answer: 1 },
  'a callback that waits for an interval': { files: CALLBACK("setInterval(() => {}, 50); callback(null, 'never');"), events: [1], options: { timeoutSeconds: 1 } },
  'a callback that waits for an open server': { files: CALLBACK("require('node:net').createServer().listen(0); callback(null, 'never');"), events: [1], options: { timeoutSeconds: 1 } },
  'a callback that does not wait for an open server and its sockets': {
    files: CALLBACK(`context.callbackWaitsForEmptyEventLoop = false; const net = require('node:net');
const server = net.createServer(() => callback(null, 'connected')).listen(0, () => net.connect(server.address().port));`),
    answer: 'connected',
  },
  'a callback with an unreferenced interval': { files: CALLBACK("setInterval(() => {}, 50).unref(); callback(null, 'now');"), answer: 'now' },
  'a callback that stops to wait after it was called': { files: CALLBACK("callback(null, 'now'); context.callbackWaitsForEmptyEventLoop = false; setTimeout(() => console.log('timer'), 50);"), answer: 'now' },
  'a callback without arguments': { files: CALLBACK('callback();'), answer: null },
  'a callback with undefined as its error': { files: CALLBACK("callback(undefined, 'fine');"), answer: 'fine' },
  'a callback with false as its error': { files: CALLBACK("callback(false, 'fine');") },
  'a callback from a function with rest parameters': { files: index('exports.handler = (...args) => args[2](null, args.length);'), answer: 3 },
  'a callback after an error that was thrown later': { files: CALLBACK("setTimeout(() => { throw new Error('later'); }, 20); setTimeout(callback, 40, null, 'never');"), ...ENDS_PROCESS },
  'context.succeed without a value': { files: index('exports.handler = (event, context) => context.succeed();'), answer: null },
  'context.succeed as a function of its own': { files: index("exports.handler = (event, { succeed }) => succeed('alone');"), answer: 'alone' },
  'context.succeed in an async handler': { files: index("exports.handler = async (event, context) => { context.succeed('context'); return 'promise'; };"), answer: 'context' },
  'context.succeed with a timer that goes on': { files: index("exports.handler = (event, context) => { setTimeout(() => console.log('timer'), 300); context.succeed('now'); };"), answer: 'now', events: [1] },
  'context.fail with a text': { files: index("exports.handler = (event, context) => context.fail('no');") },
  'context.fail after the promise': { files: index("let before;\nexports.handler = async (event, context) => { before?.fail(new Error('late')); before = context; return event.n; };"), answer: 1 },
  'context.done with an error': { files: index("exports.handler = (event, context) => context.done(new RangeError('done'), 'ignored');") },
  'context.succeed with what JSON cannot hold': { files: index('exports.handler = (event, context) => { context.succeed(1n); };') },
  'context.succeed of a copied context': { files: index("exports.handler = (event, context) => { ({ ...context }).succeed('copied'); };"), answer: 'copied' },
};

/** A callback is called from elsewhere, so the runtime's own errors have another stack. */
const STACKS_OF_CALLBACKS = [
  'a callback with a text as its error', 'a callback with what JSON cannot hold', 'a callback with false as its error',
  'context.fail without an error', 'context.fail with a text', 'context.succeed with what JSON cannot hold',
];
/** What happens while the answer waits comes first: another line of the handler, the end of the event loop or of the process. */
const OVERTAKEN = [
  'a callback that stops to wait after it was called', 'a thenable that neither answers nor returns', 'a stream that is written to after its end',
  'a source that fails in a pipeline',
];
/** Rows that differ where the upload comes before the answer. */
export const DIFFER_BEFORE_ANSWER: readonly string[] = [...STACKS_OF_CALLBACKS, ...OVERTAKEN];
