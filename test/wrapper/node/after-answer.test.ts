/** Who waits for the upload: the environment, not the caller. */
import { rawObjects, startAttached, startS3, type AttachOptions } from './attached-function';
import { CALLBACK_RUNTIMES, index, RUNTIMES } from './comparison';
import type { LambdaRuntime } from '../../lambda/function-configuration';
import type { LocalLambda } from '../../lambda/local-lambda';
import type { LocalS3 } from '../../s3/local-s3';
import { taskFolder } from '../../task-folder';

const DELAY = 300;
const NEVER = 600_000;
const ASYNC = index("exports.handler = async () => 'answer';");

const start = (s3: LocalS3, options: Partial<AttachOptions> = {}, files = ASYNC) =>
  startAttached(s3, { runtime: 'nodejs22.x', taskRoot: taskFolder(files), handler: 'index.handler', ...options });

/** Invokes, and tells when the answer came and when S3 answered the PUT of the object. */
async function times(lambda: LocalLambda, s3: LocalS3) {
  const { payload } = await lambda.invoke({});
  const answered = Date.now();
  const { frozen } = lambda;
  await lambda.settled();
  const put = s3.requests.filter(({ key }) => key?.endsWith('.coverage')).at(-1)!;
  return { payload, answered, frozen, uploaded: put.at.getTime() + s3.delayMs, settled: Date.now() };
}

const STYLES: ReadonlyArray<readonly [string, readonly LambdaRuntime[], string, unknown]> = [
  ['an async handler', RUNTIMES, "exports.handler = async () => 'answer';", 'answer'],
  ['a thrown text', RUNTIMES, "exports.handler = async () => { console.error = () => {}; throw 'no'; };", expect.objectContaining({ errorMessage: 'no' })],
  ['a stream', RUNTIMES, "exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.write('a'); stream.end('nswer'); });", expect.any(String)],
  ['a callback, which waits for an empty event loop', CALLBACK_RUNTIMES, "exports.handler = (event, context, callback) => callback(null, 'answer');", 'answer'],
];

test.each(STYLES)('%s is answered before S3 has answered, and the environment is frozen after that', async (_name, runtimes, source, answer) => {
  await Promise.all(runtimes.map(async (runtime) => {
    const s3 = await startS3({ delayMs: DELAY });
    const lambda = await start(s3, { runtime }, index(source));
    for (const _invocation of ['cold', 'warm']) {
      const { payload, answered, frozen, uploaded, settled } = await times(lambda, s3);
      expect(payload).toEqual(answer);
      expect(answered).toBeLessThan(uploaded);
      expect(frozen).toBe(false);
      expect(settled).toBeGreaterThanOrEqual(uploaded);
    }
    expect(rawObjects(s3)).toHaveLength(2);
    expect(lambda.logs).toEqual([]);
  }));
});

test.each(RUNTIMES)('%s: without extensions, S3 has the object before the caller has the answer', async (runtime) => {
  const s3 = await startS3({ delayMs: DELAY });
  const { payload, answered, uploaded } = await times(await start(s3, { runtime, extensionsSupported: false }), s3);
  expect(payload).toBe('answer');
  expect(answered).toBeGreaterThanOrEqual(uploaded);
});

test('an extension registers while the module of the function blocks for longer than registering may take', async () => {
  const s3 = await startS3({ delayMs: DELAY });
  const blocking = index("for (const end = Date.now() + 1_300; Date.now() < end;);\nexports.handler = async () => 'answer';");
  const { answered, uploaded } = await times(await start(s3, {}, blocking), s3);
  expect(answered).toBeLessThan(uploaded);
});

describe('an S3 that never answers', () => {
  test('holds the environment for 2 s, and nothing else', async () => {
    const s3 = await startS3({ delayMs: NEVER });
    const lambda = await start(s3, { timeoutSeconds: 20 });
    const first = await lambda.invoke({});
    const hold = await first.holdMs;
    expect(first.payload).toBe('answer');
    expect(first.latencyMs).toBeLessThan(1_000);
    expect(hold).toBeGreaterThan(1_900);
    expect(hold).toBeLessThan(3_500);

    s3.delayMs = 0;
    const second = await lambda.invoke({});
    await second.holdMs;
    expect([second.payload, second.initMs]).toEqual(['answer', undefined]);
    expect(lambda.logs).toEqual([]);
    expect(rawObjects(s3).map(({ raw }) => raw.metadata.sequence)).toContain(1);
  });

  test("does not hold the environment beyond the function's timeout", async () => {
    const s3 = await startS3({ delayMs: NEVER });
    const lambda = await start(s3, { timeoutSeconds: 1 });
    await (await lambda.invoke({})).holdMs;
    expect(lambda.pid).toBeDefined();
    expect((await lambda.invoke({})).initMs).toBeUndefined();
    expect(lambda.logs).toEqual([]);
  });

  test('delays the answer by 2 s at most where it waits for the upload', async () => {
    const s3 = await startS3({ delayMs: NEVER });
    const lambda = await start(s3, { timeoutSeconds: 20, extensionsSupported: false });
    const { payload, latencyMs } = await lambda.invoke({});
    expect(payload).toBe('answer');
    expect(latencyMs).toBeLessThan(3_500);
  });
});
