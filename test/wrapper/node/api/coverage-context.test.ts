/** `CoverageContext`: blocks, alone and where invocations are collected. */
import { bundledFunction, startOwn } from './own-handler';
import type { LocalLambda } from '../../../lambda/local-lambda';
import { taskFolder } from '../../../task-folder';
import { counts, rawObjects, startAttached, startS3, type RawObject } from '../attached-function';
import { index, RUNTIMES } from '../comparison';

const FUNCTIONS = `
function prepare() { return 1; }
function work(n) { if (n > 1) { throw new RangeError('too much'); } return n; }
function tidy() { return 1; }`;
const COMMON_JS = (body: string) => index(`const { CoverageContext, getCoverageStatus } = require('coverage-wrapper');
const context = new CoverageContext();${FUNCTIONS}\nexports.handler = async ({ n }) => { ${body} };`);
const RUN = 'prepare(); try { return await context.run(async () => work(n)); } finally { tidy(); }';
const OPTIONS = { handler: 'index.handler', timeoutSeconds: 10 };

/** Which of the functions ran, object by object. */
const ran = (objects: readonly RawObject[]) => objects.map(({ raw }) => Object.values(counts(raw)).flatMap((calls) => Object.keys(calls)
  .filter((name) => ['prepare', 'work', 'tidy'].includes(name) && calls[name]! > 0)).sort());

async function payloads(lambda: LocalLambda, ...events: number[]): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const n of events) {
    all.push((await lambda.invoke({ n })).payload);
  }
  await lambda.settled();
  return all;
}

const TOO_MUCH = expect.objectContaining({ errorType: 'RangeError', errorMessage: 'too much' });

describe.each(RUNTIMES)('%s', (runtime) => {
  test.each([
    ['run with an async function', RUN],
    ['run with a sync function', 'prepare(); try { return await context.run(() => work(n)); } finally { tidy(); }'],
    ['start and stop', 'prepare(); context.start(); try { return work(n); } finally { await context.stop(); tidy(); }'],
  ])('alone, only the block is uploaded, and its errors are propagated: %s', async (_name, body) => {
    const s3 = await startS3();
    const lambda = await startOwn(s3, { ...OPTIONS, runtime, taskRoot: taskFolder(COMMON_JS(body)) });
    expect(await payloads(lambda, 1, 2)).toEqual([1, TOO_MUCH]);
    expect(ran(rawObjects(s3))).toEqual([['work'], ['work']]);
  });

  test('alone, the block is uploaded before the answer', async () => {
    const s3 = await startS3();
    const lambda = await startOwn(s3, { ...OPTIONS, runtime, taskRoot: taskFolder(COMMON_JS(RUN)), extensionsSupported: false });
    await lambda.invoke({ n: 1 });
    expect(rawObjects(s3)).toHaveLength(1);
  });

  test.each(['esm', 'cjs'] as const)('`await using`, bundled to %s, ends the block', async (format) => {
    const s3 = await startS3();
    const source = `import { CoverageContext } from 'cdk-lambda-coverage/wrapper';${FUNCTIONS}
export const handler = async ({ n }) => { prepare(); { await using context = new CoverageContext().start(); work(n); } return tidy(); };`;
    const lambda = await startOwn(s3, { ...OPTIONS, runtime, taskRoot: bundledFunction(source, { format }) });
    expect(await payloads(lambda, 0, 2)).toEqual([1, TOO_MUCH]);
    expect(ran(rawObjects(s3))).toEqual([['work'], ['work']]);
  });

  test('attached, the block is an object of its own, and what is around it is uploaded as well', async () => {
    const s3 = await startS3();
    const lambda = await startAttached(s3, { ...OPTIONS, runtime, taskRoot: taskFolder(COMMON_JS(RUN)) });
    expect(await payloads(lambda, 1, 2)).toEqual([1, TOO_MUCH]);
    expect(ran(rawObjects(s3))).toEqual([['prepare'], ['work'], ['tidy'], ['prepare'], ['work'], ['tidy']]);
  });

  test.each([
    ['denies', { deny: () => true }],
    ['does not answer', { faults: () => ({ kind: 'hang' } as const) }],
  ])('an S3 that %s is logged, and changes nothing', async (_name, options) => {
    const lambda = await startOwn(await startS3(options), { ...OPTIONS, runtime, taskRoot: taskFolder(COMMON_JS(RUN)) });
    expect(await payloads(lambda, 1, 2)).toEqual([1, TOO_MUCH]);
    expect(lambda.logs.filter((line) => line.includes('"error_type":"S3UploadError"')).length).toBeLessThanOrEqual(1);
  });

  test('without a bucket, it is said once, and the block runs', async () => {
    const lambda = await startOwn(await startS3(), { ...OPTIONS, runtime, taskRoot: taskFolder(COMMON_JS(RUN)), settings: { bucket: undefined } });
    expect(await payloads(lambda, 1, 1)).toEqual([1, 1]);
    expect(lambda.logs.map((line) => JSON.parse(line).message)).toEqual(['no coverage is collected: COVERAGE_S3_BUCKET is not set']);
  });

  test('alone, it takes a configuration of its own', async () => {
    const s3 = await startS3({ buckets: ['coverage-bucket', 'other'] });
    const files = COMMON_JS(RUN.replaceAll('context.run', "new CoverageContext({ s3Bucket: 'other', s3Prefix: 'blocks/' }).run"));
    const source = { 'index.js': files['index.js']!.toString().replace('const context = new CoverageContext();', '') };
    const lambda = await startOwn(s3, { ...OPTIONS, runtime, taskRoot: taskFolder(source) });
    expect(await payloads(lambda, 1)).toEqual([1]);
    expect(s3.keys('coverage-bucket')).toEqual([]);
    expect(s3.keys('other').filter((key) => key.endsWith('.coverage'))).toEqual([expect.stringMatching(/^blocks\/20/)]);
  });

  test('attached, a configuration of its own is not used, which is logged once', async () => {
    const s3 = await startS3();
    const lambda = await startAttached(s3, { ...OPTIONS, runtime, taskRoot: taskFolder(COMMON_JS(RUN.replace('context.run', "new CoverageContext({ s3Bucket: 'other' }).run"))) });
    expect(await payloads(lambda, 1, 1)).toEqual([1, 1]);
    expect(lambda.logs.map((line) => JSON.parse(line))).toEqual([expect.objectContaining({ level: 'WARNING', message: expect.stringContaining('CoverageContext is not used') })]);
    expect(rawObjects(s3)).toHaveLength(6);
  });

  test('its state shows in the status', async () => {
    const body = `const { active } = getCoverageStatus(); const inside = await context.run(() => getCoverageStatus().active);
return [getCoverageStatus().initialized, active, inside, getCoverageStatus().active];`;
    const taskRoot = taskFolder(COMMON_JS(body));
    const alone = await startOwn(await startS3(), { ...OPTIONS, runtime, taskRoot });
    expect(await payloads(alone, 1)).toEqual([[true, false, true, false]]);
    const attached = await startAttached(await startS3(), { ...OPTIONS, runtime, taskRoot });
    expect(await payloads(attached, 1)).toEqual([[true, true, true, true]]);
  });
});
