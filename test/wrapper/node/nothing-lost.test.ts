/** Whatever happens to the process or to S3: when it is over, the bucket holds what ran. */
import { counts, rawObjects, startAttached, startS3, type AttachOptions } from './attached-function';
import { CALLBACK_RUNTIMES, index, RUNTIMES } from './comparison';
import type { LambdaRuntime } from '../../lambda/function-configuration';
import type { LocalS3 } from '../../s3/local-s3';
import { taskFolder } from '../../task-folder';

/** Each event names a function of its own to run, so that what is in the bucket can be told from what is not. */
const FILES = index(`
const { setTimeout: delay } = require('node:timers/promises');
const acts = {
  async answer() { return 'fine'; },
  async exit() { process.exit(3); },
  async exitLater() { setImmediate(() => process.exit(0)); await delay(1_000); },
  async uncaught() { setTimeout(() => { throw new Error('nobody catches'); }); await delay(1_000); },
  async rejected() { Promise.reject(new Error('nobody waits')); await delay(1_000); },
  async hang() { await delay(60_000); },
  async hangAndGoOn() { for (;;) { await delay(10); goOn(); } },
  async busy() { for (;;); },
  async abort() { process.abort(); },
  async empty() { await new Promise(() => {}); },
};
function goOn() { if (Date.now() > deadline) atTheEnd(); }
let deadline = Infinity;
function atTheEnd() { deadline = Infinity; }
exports.handler = async ({ act }, context) => {
  deadline = Date.now() + context.getRemainingTimeInMillis() - 90;
  return acts[act]();
};`);

const start = (s3: LocalS3, runtime: LambdaRuntime, options: Partial<AttachOptions> = {}) =>
  startAttached(s3, { runtime, taskRoot: taskFolder(FILES), handler: 'index.handler', timeoutSeconds: 2, ...options });

/** How often each function ran, by all objects in the bucket. */
function ran(s3: LocalS3): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { raw } of rawObjects(s3)) {
    for (const [name, count] of Object.entries(counts(raw)['index.js'] ?? {})) {
      sums[name] = (sums[name] ?? 0) + count;
    }
  }
  return Object.fromEntries(Object.entries(sums).filter(([, count]) => count > 0));
}

describe.each(RUNTIMES)('%s:', (runtime) => {
  test.each(['exit', 'exitLater', 'uncaught', 'rejected', 'hang'])('an invocation that ends in "%s" is uploaded when the next one is answered', async (act) => {
    const s3 = await startS3();
    const lambda = await start(s3, runtime);
    await lambda.invoke({ act: 'answer' });
    await lambda.invoke({ act });
    await lambda.invoke({ act: 'answer' });
    await lambda.settled();
    expect(ran(s3)).toMatchObject({ answer: 2, [act]: 1 });
    expect(lambda.logs.filter((line) => line.includes('error_type'))).toEqual([]);
  });

  test('what runs between the upload ahead of the timeout and the timeout is uploaded by the next process', async () => {
    const s3 = await startS3();
    const lambda = await start(s3, runtime);
    await lambda.invoke({ act: 'hangAndGoOn' });
    expect(ran(s3)).toMatchObject({ hangAndGoOn: 1 });
    expect(ran(s3).atTheEnd).toBeUndefined();
    await lambda.invoke({ act: 'answer' });
    await lambda.settled();
    expect(ran(s3)).toMatchObject({ answer: 1, atTheEnd: 1 });
  });

  test.each(['busy', 'abort'])('"%s" loses nothing of the invocations before it', async (act) => {
    const s3 = await startS3();
    const lambda = await start(s3, runtime);
    await lambda.invoke({ act: 'answer' });
    await lambda.invoke({ act });
    expect(ran(s3)).toMatchObject({ answer: 1 });
  });

  test('a process that ends in each invocation is uploaded by its successors', async () => {
    const s3 = await startS3();
    const lambda = await start(s3, runtime);
    for (let n = 0; n < 3; n++) {
      await lambda.invoke({ act: 'exit' });
    }
    await lambda.settled();
    expect(ran(s3)).toMatchObject({ exit: 2 });
  });

  test('an init that fails is uploaded by its successors', async () => {
    const s3 = await startS3();
    const lambda = await start(s3, runtime, { taskRoot: taskFolder(index('function early() { return 1; }\nearly();\nthrow new Error("no");')) });
    await lambda.invoke({});
    await lambda.settled();
    expect(ran(s3).early).toBeGreaterThanOrEqual(1);
  });

  test('what ran since the last upload is uploaded when the environment is shut down', async () => {
    const s3 = await startS3();
    const lambda = await start(s3, runtime);
    await lambda.init();
    const { tookMs, signal } = await lambda.shutdown();
    expect(rawObjects(s3)).toHaveLength(1);
    expect(signal).toBe('SIGTERM');
    expect(tookMs).toBeLessThan(500);
  });

  test('while S3 is down objects wait, and they arrive when it is back, also by another process', async () => {
    const s3 = await startS3();
    const lambda = await start(s3, runtime);
    const allow = s3.deny(() => true);
    await lambda.invoke({ act: 'answer' });
    await lambda.invoke({ act: 'answer' });
    await lambda.invoke({ act: 'exit' });
    expect(ran(s3)).toEqual({});
    allow();
    await lambda.invoke({ act: 'answer' });
    await lambda.settled();
    expect(ran(s3)).toMatchObject({ answer: 3, exit: 1 });
  });
});

test('processes that crash one after the other do not wait again and again for an S3 that does not answer', async () => {
  const s3 = await startS3({ delayMs: 600_000 });
  const lambda = await start(s3, 'nodejs22.x', { timeoutSeconds: 20 });
  const inits: number[] = [];
  for (let n = 0; n < 4; n++) {
    inits.push((await lambda.invoke({ act: 'exit' })).initMs!);
  }
  expect(inits[1]).toBeGreaterThan(1_000);
  expect(inits.slice(2).filter((ms) => ms > 900)).toEqual([]);
}, 60_000);

test.each(CALLBACK_RUNTIMES)('%s: what runs when the event loop is empty already is uploaded with the next invocation', async (runtime) => {
  const s3 = await startS3();
  const lambda = await start(s3, runtime);
  await lambda.invoke({ act: 'empty' });
  await lambda.invoke({ act: 'answer' });
  await lambda.settled();
  expect(ran(s3)).toMatchObject({ answer: 1, empty: 1 });
});
