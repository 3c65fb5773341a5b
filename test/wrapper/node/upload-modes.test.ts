/** When an invocation is uploaded, where to, and from which environments. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUCKET, rawObjects, startAttached, startS3, type AttachOptions } from './attached-function';
import { storeOf } from './bucket-as-store';
import { index, RUNTIMES } from './comparison';
import { combine } from '../../../src/combiner/combine';
import { FolderStore } from '../../../src/combiner/stores/folder-store';
import type { CoverageStore } from '../../../src/combiner/stores/store';
import type { LambdaRuntime } from '../../lambda/function-configuration';
import type { LocalS3 } from '../../s3/local-s3';
import { taskFolder } from '../../task-folder';

const FILES = index(`
const seen = [];
function classify(n) {
  if (n > 5) { return 'large'; }
  for (let i = 0; i < n; i++) { if (i % 2) { seen.push(i); } }
  return n === 0 ? 'none' : seen.length > 2 && n < 4 ? 'some' : n?.toString() ?? 'never';
}
exports.handler = async ({ n }) => classify(n);
`);
const EVENTS = [0, 3, 3, 0, 9, 4, 9, 5, 3, 0].map((n) => ({ n }));

const start = (s3: LocalS3, runtime: LambdaRuntime, options: Partial<AttachOptions> = {}) =>
  startAttached(s3, { runtime, taskRoot: taskFolder(FILES), handler: 'index.handler', ...options });

/** Which statements, branches and functions were hit. */
async function hits(store: CoverageStore): Promise<unknown> {
  const { coverage } = await combine(store);
  return coverage.files().map((file) => {
    const { s, b, f } = coverage.fileCoverageFor(file).data;
    const hit = (counts: Record<string, number>) => Object.values(counts).map((count) => count > 0);
    return { file, s: hit(s), f: hit(f), b: Object.values(b).map((arms) => arms.map((count) => count > 0)) };
  });
}

describe.each(RUNTIMES)('%s', (runtime) => {
  test('on change, an invocation without news makes no request, and all together hold the same', async () => {
    const [everyInvocation, onChange] = await Promise.all([startS3(), startS3()]);
    const always = await start(everyInvocation, runtime);
    const changes = await start(onChange, runtime, { settings: { uploadMode: 'on-change' } });
    const requests: number[] = [];
    for (const event of EVENTS) {
      await always.invoke(event);
      await changes.invoke(event);
      await changes.settled();
      requests.push(onChange.requests.length);
    }
    await always.settled();
    expect(rawObjects(everyInvocation)).toHaveLength(EVENTS.length);
    // 3 once more, 9 once more, and at the end what has been there before in this state of the module
    const withoutNews = requests.filter((count, n) => n > 0 && count === requests[n - 1]).length;
    expect(withoutNews).toBeGreaterThanOrEqual(3);
    expect(rawObjects(onChange)).toHaveLength(EVENTS.length - withoutNews);
    expect(await hits(storeOf(onChange, BUCKET))).toEqual(await hits(storeOf(everyInvocation, BUCKET)));
  });

  test('two equal runs against a warm environment give the same report, each from the objects of its own time', async () => {
    const s3 = await startS3();
    const lambda = await start(s3, runtime);
    await lambda.invoke({ n: 7 });
    const run = async () => {
      await lambda.settled();
      const before = new Set(s3.keys(BUCKET));
      for (const n of [6, 8, 6]) {
        await lambda.invoke({ n });
      }
      await lambda.settled();
      return hits(storeOf(s3, BUCKET, (key) => !before.has(key)));
    };
    const first = await run();
    expect(first).toEqual([expect.objectContaining({ f: [true, true] })]);
    expect(await run()).toEqual(first);
  });
});

describe('sampling', () => {
  test('0: nothing is collected, and nothing of the wrapper is to be seen', async () => {
    const s3 = await startS3();
    const files = index("exports.handler = async () => ['exit', 'SIGTERM', 'beforeExit'].map((name) => process.listenerCount(name) - (name === 'beforeExit' ? 1 : 0));");
    const lambda = await start(s3, 'nodejs22.x', { taskRoot: taskFolder(files), settings: { sampling: 0 } });
    expect((await lambda.invoke({})).payload).toEqual([0, 0, 0]);
    await lambda.settled();
    expect(s3.requests).toEqual([]);
    expect(lambda.logs).toEqual([]);
  });

  test('0.5: some environments collect, and others do not', async () => {
    const counts = await Promise.all(Array.from({ length: 20 }, async () => {
      const s3 = await startS3();
      const lambda = await start(s3, 'nodejs22.x', { settings: { sampling: 0.5 } });
      await lambda.invoke({ n: 1 });
      await lambda.settled();
      return rawObjects(s3).length;
    }));
    expect(new Set(counts)).toEqual(new Set([0, 1])); // all alike once in 500,000 times
  });
});

test('a directory takes the objects instead of the bucket, and a report is made of it', async () => {
  const s3 = await startS3();
  const directory = join(mkdtempSync(join(tmpdir(), 'directory-sink-')), 'coverage');
  const lambda = await start(s3, 'nodejs22.x', { settings: { directory } });
  const bucket = await start(s3, 'nodejs22.x');
  for (const event of EVENTS) {
    await lambda.invoke(event);
    await bucket.invoke(event);
  }
  await lambda.settled();
  await bucket.settled();
  expect(lambda.logs).toEqual([]);
  const inFolder = new FolderStore(directory);
  expect(await hits(inFolder)).toEqual(await hits(storeOf(s3, BUCKET)));
});
