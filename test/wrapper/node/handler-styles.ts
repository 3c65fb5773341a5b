/** Functions of every kind, for tables that run each of them. */
import { index, type Row } from './comparison';

const MODULE_PACKAGE = JSON.stringify({ type: 'module' });
const DELAY = "const { setTimeout: delay } = require('node:timers/promises');\n";

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
  'a module in a folder': { files: { 'dist/src/app.js': "exports.handler = async () => 'deep';" }, handler: 'dist/src/app.handler', answer: 'deep' },
  'a module in a folder of its name': {
    files: { 'app/index.js': "exports.handler = async () => 'folder';" }, handler: 'app/index.handler', answer: 'folder',
  },
  'a nested export': { files: index("exports.api = { v1: { handler: async () => 'v1' } };"), handler: 'index.api.v1.handler', answer: 'v1' },
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
  return [process.env._HANDLER, arguments.length, Object.keys(context).sort(), process.listenerCount('uncaughtException'), process.listenerCount('SIGTERM'),
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
    files: index(`${DELAY}exports.handler = async () => { Promise.reject(new Error('nobody waits')); await delay(300); };`), endsUncollected: true,
  },
  'an uncaught exception': {
    files: index(`${DELAY}exports.handler = async () => { setTimeout(() => { throw new Error('nobody catches'); }); await delay(300); };`), endsUncollected: true,
  },
  'an exit': { files: index('exports.handler = async () => process.exit(3);'), endsUncollected: true },
  'a timeout': {
    files: index(`${DELAY}exports.handler = async () => delay(10_000);`), options: { timeoutSeconds: 1 }, events: [1], endsUncollected: true,
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
  'an error thrown before the callback': { files: CALLBACK("throw new TypeError('early');"), answer: expect.objectContaining({ errorType: 'TypeError' }) },
};
