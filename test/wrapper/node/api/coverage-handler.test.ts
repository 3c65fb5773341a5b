/** `coverageHandler`: alone, from the layer and bundled; and nothing twice where the layer collects already. */
import { bundledFunction, startOwn } from './own-handler';
import type { LambdaRuntime } from '../../../lambda/function-configuration';
import type { LocalLambda } from '../../../lambda/local-lambda';
import { taskFolder } from '../../../task-folder';
import { counts, rawObjects, startAttached, startPlain, startS3 } from '../attached-function';
import { CALLBACK_RUNTIMES, index, RUNTIMES, type Row } from '../comparison';
import { CALLBACKS, DIFFER_BEFORE_ANSWER, EVERYWHERE, STREAMING } from '../handler-styles';
import { outcomeOf, type Outcome } from '../outcome';

const BODY = `
function size(n) { return n > 1 ? many() : one(); }
function one() { return 'one'; }
function many() { return 'many'; }
const own = async ({ n }) => (n === 0 ? coverageHandler(own) === own : size(n));`;
const COMMON_JS = `const { coverageHandler } = require('coverage-wrapper');${BODY}\nexports.handler = coverageHandler(own);`;
const ES_MODULE = `import { coverageHandler } from 'cdk-lambda-coverage/wrapper';${BODY}\nexport const handler = coverageHandler(own);`;

const OPTIONS = { handler: 'index.handler', timeoutSeconds: 10 };

async function answers(lambda: LocalLambda, ...events: number[]): Promise<unknown[]> {
  const payloads: unknown[] = [];
  for (const n of events) {
    payloads.push((await lambda.invoke({ n })).payload);
  }
  await lambda.settled();
  return payloads;
}

const ours = (calls: Record<string, number>) => Object.fromEntries(['size', 'one', 'many'].map((name) => [name, calls[name] ?? 0]));

describe.each(RUNTIMES)('%s', (runtime) => {
  test.each([
    ['a CommonJS module with the layer', () => taskFolder(index(COMMON_JS)), 'index.js'],
    ['an ES module that is bundled', () => bundledFunction(ES_MODULE, { format: 'esm' }), 'index.mjs'],
    ['an ES module that is bundled to CommonJS', () => bundledFunction(ES_MODULE, { format: 'cjs' }), 'index.js'],
  ])('alone, %s uploads each invocation', async (_name, task, script) => {
    const s3 = await startS3();
    const lambda = await startOwn(s3, { ...OPTIONS, runtime, taskRoot: task() });
    expect(await answers(lambda, 1, 2)).toEqual(['one', 'many']);
    expect(lambda.logs).toEqual([]);
    const [first, second, ...others] = rawObjects(s3);
    expect(others).toEqual([]);
    expect([first!.raw.metadata.phase, second!.raw.metadata.phase]).toEqual(['init', 'invocation']);
    expect(ours(counts(first!.raw)[script]!)).toEqual({ size: 1, one: 1, many: 0 });
    expect(ours(counts(second!.raw)[script]!)).toEqual({ size: 1, one: 0, many: 1 });
  });

  test.each(['esm', 'cjs'] as const)('alone, what is bundled and minified to %s uploads each invocation', async (format) => {
    const s3 = await startS3();
    const lambda = await startOwn(s3, { ...OPTIONS, runtime, taskRoot: bundledFunction(ES_MODULE, { format, minify: true }) });
    expect(await answers(lambda, 1, 2)).toEqual(['one', 'many']);
    expect(rawObjects(s3)).toHaveLength(2);
  });

  test.each([
    ['a CommonJS module with the layer', () => taskFolder(index(COMMON_JS))],
    ['an ES module that is bundled', () => bundledFunction(ES_MODULE, { format: 'esm' })],
    ['an ES module that is bundled to CommonJS', () => bundledFunction(ES_MODULE, { format: 'cjs' })],
  ])('attached, %s has its handler back and uploads nothing twice', async (_name, task) => {
    const s3 = await startS3();
    const lambda = await startAttached(s3, { ...OPTIONS, runtime, taskRoot: task() });
    expect(await answers(lambda, 0, 1)).toEqual([true, 'one']);
    expect(lambda.logs).toEqual([]);
    expect(rawObjects(s3)).toHaveLength(2);
  });

  test('attached but not sampled, nothing is collected', async () => {
    const s3 = await startS3();
    const lambda = await startAttached(s3, { ...OPTIONS, runtime, taskRoot: taskFolder(index(COMMON_JS)), settings: { sampling: 0 } });
    expect(await answers(lambda, 0, 1)).toEqual([true, 'one']);
    expect(lambda.logs).toEqual([]);
    expect(s3.requests).toEqual([]);
  });

  test('attached without a bucket, it is said once', async () => {
    const options = { ...OPTIONS, runtime, taskRoot: taskFolder(index(COMMON_JS)), settings: { bucket: undefined } };
    const lambda = await startAttached(await startS3(), options);
    expect(await answers(lambda, 0, 1)).toEqual([true, 'one']);
    expect(lambda.logs).toHaveLength(1);
  });

  test('an ES module that awaits something while it loads has its uploads after the answers', async () => {
    const s3 = await startS3({ delayMs: 600 });
    const source = `${ES_MODULE}\nawait new Promise((resolve) => setTimeout(resolve, 50));`;
    const lambda = await startOwn(s3, { ...OPTIONS, runtime, taskRoot: bundledFunction(source, { format: 'esm' }) });
    await lambda.invoke({ n: 1 });
    const { latencyMs } = await lambda.invoke({ n: 2 });
    expect(latencyMs).toBeLessThan(600);
    await lambda.settled();
    expect(rawObjects(s3)).toHaveLength(2);
  });

  test('alone, a function that ran before is left out, as V8 does not know its blocks, and the module itself', async () => {
    const s3 = await startS3();
    const source = 'function early(n) { return n ? 1 : 2; }\nearly(1);\n';
    const late = COMMON_JS.replace('=> (n', '=> (early(n), n');
    const lambda = await startOwn(s3, { ...OPTIONS, runtime, taskRoot: taskFolder(index(`${source}${late}`)) });
    expect(await answers(lambda, 1)).toEqual(['one']);
    expect(counts(rawObjects(s3)[0]!.raw)).toEqual({ 'index.js': { own: 1, size: 1, one: 1 } });
  });

  test('without extensions, the upload comes before the answer', async () => {
    const s3 = await startS3();
    const lambda = await startOwn(s3, { ...OPTIONS, runtime, taskRoot: taskFolder(index(COMMON_JS)), extensionsSupported: false });
    await lambda.invoke({ n: 1 });
    expect(rawObjects(s3)).toHaveLength(1);
  });

  test.each([
    ['no bucket', COMMON_JS, { bucket: undefined }, 'no coverage is collected: COVERAGE_S3_BUCKET is not set'],
    ['no inspector', `require('node:inspector').Session.prototype.connect = () => { throw new Error('Inspector is not available'); };\n${COMMON_JS}`, {}, 'Inspector is not available'],
  ])('with %s, the function runs uncovered and it is said once', async (_name, source, settings, message) => {
    const s3 = await startS3();
    const lambda = await startOwn(s3, { ...OPTIONS, runtime, taskRoot: taskFolder(index(source)), settings });
    expect(await answers(lambda, 0, 1, 2)).toEqual([true, 'one', 'many']);
    expect(lambda.logs.map((line) => JSON.parse(line))).toEqual([{
      level: 'ERROR', timestamp: expect.any(String), error_type: 'CoverageInitializationError', message, details: {}, function_name: 'local-function', request_id: null,
    }]);
    expect(s3.requests).toEqual([]);
  });
});

const ROWS: Array<[string, Row]> = [
  ...Object.entries(EVERYWHERE).filter(([, { files, handler }]) => 'index.js' in files && handler === undefined && !('package.json' in files)),
  ...Object.entries(STREAMING),
];
/** They show where they are: a module that another module of the function's has loaded. */
const PLACES = ['the environment and the globals'];
const DECORATED = "const { coverageHandler } = require('coverage-wrapper');\nexports.handler = coverageHandler(require('./index').handler);";

describe('keeps the kind, the answers, the errors and the logs of', () => {
  // whether the extension can register in time is a race, so that the upload may come before the answer
  const inAnyCase = ([name]: [string, Row]) => !PLACES.includes(name) && !DIFFER_BEFORE_ANSWER.includes(name);
  const rows = ROWS.filter(inAnyCase);

  test.each(rows)('nodejs22.x: %s', async (_name, row) => expectSame(row, 'nodejs22.x'));
  test.each(rows)('nodejs24.x: %s', async (_name, row) => expectSame(row, 'nodejs24.x'));
  describe.each(CALLBACK_RUNTIMES.slice(-1))('%s', (runtime) => {
    test.each(Object.entries(CALLBACKS).filter(inAnyCase))('%s', async (_name, row) => expectSame(row, runtime));
  });
});

async function expectSame(row: Row, runtime: LambdaRuntime) {
  const task = taskFolder({ ...row.files, 'decorated.js': DECORATED });
  const options = { runtime, taskRoot: task, ...row.options, environment: { NODE_OPTIONS: '--stack-trace-limit=50', ...row.options?.environment } };
  const plain = await outcomes(await startPlain({ ...options, handler: 'index.handler' }), row);
  const s3 = await startS3();
  expect(await outcomes(await startOwn(s3, { ...options, handler: 'decorated.handler' }), row)).toEqual(plain);
}

async function outcomes(lambda: LocalLambda, { events = [{ n: 1 }, { n: 2 }] }: Row): Promise<Outcome[]> {
  const all: Outcome[] = [];
  for (const event of events) {
    all.push(await outcomeOf(lambda, event));
  }
  return all;
}
