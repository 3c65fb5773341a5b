/** What functions answer with and throw, however odd. */
import { index, type Row } from './comparison';

const MEGABYTES = 1024 * 1024;

const ANSWER = (expression: string, row: Partial<Row> = {}): Row => ({ files: index(`exports.handler = async (event) => (${expression});`), events: [1], ...row });

export const ANSWERS: Record<string, Row> = {
  'a large event and a large answer': ANSWER('{ length: event.length, event }', { events: ['é'.repeat(2.5 * MEGABYTES)], options: { memorySize: 512 } }),
  'an answer that is too large for Lambda': ANSWER(`'x'.repeat(${7 * MEGABYTES})`, { options: { memorySize: 512 } }),
  'text of all kinds': ANSWER("'\\u{1F600} \\u2028 \\u0000 \\ud800 é \\\\ \"' + event", { events: ['\u{1F600} \u2028 \u0000'] }),
  'an empty text': ANSWER("''", { answer: '' }),
  'a BigInt': ANSWER('{ n: 1n }', { answer: expect.objectContaining({ errorMessage: 'Unable to stringify response body' }) }),
  'undefined in an answer': ANSWER('{ a: undefined, b: [undefined], c: { d: undefined } }', { answer: { b: [null], c: {} } }),
  'what JSON has no words for': ANSWER('[NaN, Infinity, -0, Symbol("s"), () => 1, new Map([[1, 2]]), /x/, new Error("e")]', { answer: [null, null, 0, null, null, {}, {}, {}] }),
  'a function': ANSWER('() => 1'),
  'a symbol': ANSWER('Symbol("s")'),
  'dates, buffers and boxed values': ANSWER('[new Date(0), Buffer.from("b"), new String("s"), new Number(1)]'),
  'toJSON, which is called once': { files: index('let calls = 0;\nexports.handler = async () => ({ toJSON: () => ++calls });'), answer: 1 },
  'toJSON that throws': ANSWER('({ toJSON() { throw new RangeError("in toJSON"); } })'),
  'a getter that throws': ANSWER('({ get a() { throw new RangeError("in a getter"); } })'),
  'a proxy': ANSWER('new Proxy({ a: 1 }, { ownKeys: (target) => { console.log("listed"); return Reflect.ownKeys(target); } })', { answer: { a: 1 } }),
  'an object without a prototype': ANSWER('Object.assign(Object.create(null), { a: 1 })', { answer: { a: 1 } }),
  'a promise in an answer': ANSWER('[Promise.resolve(1)]', { answer: [{}] }),
  'the event itself': ANSWER('event', { events: [{ nested: [1, { deep: null }] }], answer: { nested: [1, { deep: null }] } }),
};

const THROW = (expression: string, before = '', row: Partial<Row> = {}): Row => ({
  files: index(`${before}\nexports.handler = async () => { throw ${expression}; };`), events: [1], ...row,
});
const THROWN = (statements: string, row: Partial<Row> = {}): Row => THROW('error', `${statements};`, row);
/** Three calls deep, two of them after an await. */
const DEEP = `const inner = async () => { await null; throw new Error('deep'); };
const middle = async () => { await null; return await inner(); };
`;

export const ERRORS: Record<string, Row> = {
  'an error with a long message': THROW("new Error('m'.repeat(10000))"),
  'an error with a long stack': THROWN("const error = new Error('long'); error.stack = Array.from({ length: 500 }, (_, n) => '    at f' + n + ' (/var/task/f.js:1:1)').join('\\n')"),
  'an endless recursion': {
    files: index("const down = (n) => down(n + 1) + 1;\nexports.handler = async () => { try { return down(0); } catch (error) { error.stack = 'RangeError: deep'; throw error; } };"), answer: expect.objectContaining({ errorMessage: 'Maximum call stack size exceeded' }), events: [1],
  },
  'a frozen error': THROWN("const error = Object.freeze(new Error('frozen'))", { answer: expect.objectContaining({ errorMessage: 'frozen' }) }),
  'an error without a stack': THROWN("const error = new Error('none'); delete error.stack; error.stack = undefined"),
  'an error whose stack is no text': THROWN("const error = Object.assign(new Error('odd'), { stack: ['a', 'b'] })"),
  'an error whose stack throws': THROWN("const error = new Error('odd'); Object.defineProperty(error, 'stack', { get() { throw new Error('no stack'); } })"),
  'an error whose message throws': THROWN("const error = new Error('odd'); Object.defineProperty(error, 'message', { get() { throw new Error('no message'); } })"),
  'an error with another name': THROWN("const error = Object.assign(new Error('named'), { name: 'Other', errorType: 'Third' })", { answer: expect.objectContaining({ errorType: 'Other' }) }),
  'an error with toJSON': THROWN("const error = Object.assign(new Error('json'), { toJSON: () => ({ own: true }) })"),
  'an error that refers to itself': THROWN("const error = new Error('circular'); error.self = error; error.cause = error"),
  'an aggregate of errors': THROW("new AggregateError([new TypeError('a'), new RangeError('b')], 'both')", '', { answer: expect.objectContaining({ errorType: 'AggregateError' }) }),
  'an abort': THROW('AbortSignal.abort().reason'),
  'an error of another realm': THROW("require('vm').runInNewContext(\"new TypeError('realm')\")"),
  'an error that only inherits': THROW("Object.create(Error.prototype, { message: { value: 'inherits' } })"),
  'null': THROW('null'),
  'a symbol': THROW("Symbol('s')"),
  'a BigInt': THROW('1n'),
  'a function': THROW('() => 1'),
  'a promise': THROW("Promise.resolve('p')"),
  'an error after awaits': THROW('await middle()', DEEP, { answer: expect.objectContaining({ errorMessage: 'deep' }) }),
  'an error of a library that writes its own stacks': THROW('(await middle().catch(({ stack }) => new Error(stack)))', `Error.prepareStackTrace = (error, frames) => error + ' at ' + frames[0]?.getFunctionName() + ':' + frames[0]?.getLineNumber();\n${DEEP}`),
  'stacks that somebody else prepares, asked for no more often': {
    files: index("let calls = 0;\nError.prepareStackTrace = (error) => { calls++; return String(error); };\nexports.handler = async () => { void new Error('a').stack; return calls; };"), answer: 1,
  },
  'a stack trace limit of 0': THROW("new Error('short')", 'Error.stackTraceLimit = 0;'),
  'a captured stack': THROW('new Own()', 'class Own extends Error { constructor() { super("own"); Error.captureStackTrace(this, Own); } }'),
  'an error that is caught and logged': {
    files: index(`${DEEP}exports.handler = async () => { try { await middle(); } catch (error) { console.error('caught', error); console.log(error.stack); return error.message; } };`), answer: 'deep',
  },
  'an error in JSON logs': THROW('await middle()', DEEP, { options: { environment: { AWS_LAMBDA_LOG_FORMAT: 'JSON' } } }),
  'an error with source maps': {
    files: {
      'index.js': "exports.handler=async()=>{throw new Error('mapped')};\n//# sourceMappingURL=index.js.map",
      'index.js.map': JSON.stringify({ version: 3, sources: ['index.ts'], names: [], mappings: 'AAEA,QAAQ,CAAC,OAAO,CAAC', sourcesContent: ['\n\nexport const handler = 1;'] }),
    },
    options: { environment: { NODE_OPTIONS: '--enable-source-maps --stack-trace-limit=50' } },
    answer: expect.objectContaining({ errorMessage: 'mapped' }),
  },
};
