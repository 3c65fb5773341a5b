/**
 * What coverage takes in numbers that no machine changes: requests, bytes, objects in memory. More than is said here is a regression, and much
 * less means that the number here is out of date. Times are for `bench/`, sizes of bundles for `test/package`.
 */
import { combine } from '../../src/combiner/combine';
import { keysOf } from '../../src/combiner/distributed/batches';
import { mergeItem } from '../../src/combiner/distributed/partial';
import { mergeIncrementally } from '../../src/combiner/incremental/merge-incrementally';
import type { WritableStore } from '../../src/combiner/stores/store';
import type { Settings } from '../../src/contract/environment';
import { Run } from '../combiner/distributed/state-machine';
import { BUCKET, Bucket, objectOf } from '../combiner/incremental/bucket';
import { tinySource } from '../combiner/tiny-function';
import type { LocalS3 } from '../s3/local-s3';
import { taskFolder } from '../task-folder';
import { startAttached, startS3 } from '../wrapper/node/attached-function';

/** Between so much, and a tenth less. */
function expectAbout(value: number, most: number): void {
  expect(value).toBeLessThanOrEqual(most);
  expect(value).toBeGreaterThanOrEqual(0.9 * most); // else the number is out of date
}

describe('a function', () => {
  /** A hundred functions of some lines, of which an event calls one. */
  const SOURCE = [
    ...Array.from({ length: 100 }, (_, at) => `function f${at}(n) {\n  if (n > ${at}) {\n    return n - ${at};\n  }\n  return n;\n}`),
    `const all = [${Array.from({ length: 100 }, (_, at) => `f${at}`).join(', ')}];`,
    'exports.handler = async ({ which, n }) => all[which](n);\n',
  ].join('\n');

  const FUNCTION = { runtime: 'nodejs22.x', handler: 'index.handler' } as const;

  async function uploads(uploadMode: Settings['uploadMode']): Promise<{ s3: LocalS3; invoke: (event: object) => Promise<{ requests: number; bytes: number }> }> {
    const s3 = await startS3();
    const lambda = await startAttached(s3, { ...FUNCTION, taskRoot: taskFolder({ 'index.js': SOURCE }), settings: { uploadMode } });
    const invoke = async (event: object) => {
      const before = s3.requests.length;
      await lambda.invoke(event);
      await lambda.settled();
      const sent = s3.requests.slice(before);
      return { requests: sent.length, bytes: sent.reduce((sum, { requestBytes }) => sum + requestBytes, 0) };
    };
    return { s3, invoke };
  }

  test('sends its source and a first take, then what is new, and nothing where nothing is', async () => {
    const { invoke } = await uploads('on-change');
    const first = await invoke({ which: 0, n: 1 });
    expect(first.requests).toBe(3); // what ran before it is an object of its own
    expectAbout(first.bytes, 2_700);
    expect(await invoke({ which: 0, n: 1 })).toEqual({ requests: 0, bytes: 0 });
    const news = await invoke({ which: 1, n: 1 });
    expect(news.requests).toBe(1);
    expectAbout(news.bytes, 510);
    expect(await invoke({ which: 1, n: 1 })).toEqual({ requests: 0, bytes: 0 });
  });

  test('of which a second environment sends no source, and no more than its first take', async () => {
    const { s3, invoke } = await uploads('every-invocation');
    await invoke({ which: 0, n: 1 });
    const again = await startAttached(s3, { ...FUNCTION, taskRoot: taskFolder({ 'index.js': SOURCE }) });
    const before = s3.requests.length;
    await again.invoke({ which: 0, n: 1 });
    await again.settled();
    const sent = s3.requests.slice(before);
    expect(sent.map(({ status, requestBytes }) => [status, requestBytes > 0])).toEqual(expect.arrayContaining([[412, false], [200, true]]));
    expect(sent).toHaveLength(2);
  });
});

describe('combining', () => {
  const OBJECTS = 60;
  const FUNCTIONS = ['orders', 'tiny', 'users'];
  let bucket: Bucket;

  beforeEach(async () => {
    bucket = await Bucket.start([tinySource(), ...Array.from({ length: OBJECTS }, (_, at) => objectOf(at, { functionName: FUNCTIONS[at % 3]! }))]);
  });

  afterEach(() => bucket.s3.stop());

  const requestsOf = async (what: () => Promise<unknown>): Promise<Record<string, number>> => {
    const before = bucket.s3.requests.length;
    await what();
    const counts: Record<string, number> = {};
    bucket.s3.requests.slice(before).forEach(({ operation }) => (counts[operation!] = (counts[operation!] ?? 0) + 1));
    return counts;
  };

  test('reads each object once, beside a list, what may be replaced, and one source', async () => {
    expect(await requestsOf(() => combine(bucket.store))).toEqual({ ListObjectsV2: 1, GetObject: OBJECTS + 1 + 1 });
  });

  test('keeps three files, and reads these instead of the objects', async () => {
    // index, compaction; index, keys, part
    expect(await requestsOf(() => mergeIncrementally(bucket.store))).toEqual({ ListObjectsV2: 1, GetObject: OBJECTS + 3, PutObject: 3 });
    expect(await requestsOf(() => mergeIncrementally(bucket.store))).toEqual({ ListObjectsV2: 1, GetObject: 5 });
  });

  test('has in memory what functions there are, and not what objects', async () => {
    const { merged } = await combine(bucket.store);
    expect(merged.raws().map(({ metadata, result }) => [metadata.functionName, result.length])).toEqual(FUNCTIONS.map((name) => [name, 1]));
  });

  test.each<[string, number, (store: WritableStore) => Promise<unknown>]>([
    ['32 objects, alone', 32, combine],
    ['16 objects in each of the functions that do so together', 16, async (store) => {
      const run = new Run(bucket.store, 'together', { settings: { batchSize: OBJECTS, fanIn: 50 } });
      await run.plan();
      const [item] = await run.items();
      await mergeItem(store, item!, () => true);
    }],
  ])('has %s, on their way at most', async (_, expected, read) => {
    let current = 0;
    let most = 0;
    const counting = Object.create(bucket.store, {
      read: {
        value: async (key: string, limit?: number) => {
          most = Math.max(most, ++current);
          return bucket.store.read(key, limit).finally(() => current--);
        },
      },
    }) as WritableStore;
    await read(counting);
    expect(most).toBe(expected);
  });

  test('distributed takes what docs/scale.md computes with', async () => {
    const BATCH = 20;
    const run = new Run(bucket.store, 'counted', { settings: { batchSize: BATCH, fanIn: 50 } });
    // plan, compaction twice, checkpoint; manifest, plan
    expect(await requestsOf(() => run.plan())).toEqual({ ListObjectsV2: 2, GetObject: 4, PutObject: 2 });
    const items = await run.items();
    expect(items.map((item) => keysOf(item).length)).toEqual([BATCH, BATCH, BATCH]);
    // whether it is there; then its objects, and index, keys, part
    expect(await requestsOf(() => run.merge(items[0]!))).toEqual({ GetObject: 1 + BATCH, PutObject: 3 });
    await run.merge(items[1]!);
    await run.merge(items[2]!);
    expect(await requestsOf(() => run.plan())).toEqual({ ListObjectsV2: 1, GetObject: 1, PutObject: 1 });
    // plan, checkpoint; three of each partial; one source; checkpoint and plan are written
    expect(await requestsOf(() => run.report())).toEqual({ ListObjectsV2: 1, GetObject: 2 + 3 * items.length + 1, PutObject: 4 });
    // what it came to is kept
    expect(await requestsOf(() => run.clean())).toEqual({ ListObjectsV2: 2, GetObject: 1, PutObject: 1, DeleteObjects: 2 });
    expect(bucket.s3.keys(BUCKET, 'coverage/combined/').filter((key) => !key.includes('/checkpoint/'))).toEqual(['coverage/combined/plans/counted/plan.json']);
  });
});
