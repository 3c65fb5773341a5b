/** Merged objects take the place of those that they were made of, and no report tells the difference, whenever it is ended. */
import { BUCKET, Bucket, incrementalReportOf, objectOf, reportOf } from './bucket';
import { compact } from '../../../src/combiner/incremental/compaction';
import { mergeIncrementally } from '../../../src/combiner/incremental/merge-incrementally';
import type { WritableStore } from '../../../src/combiner/stores/store';
import { decodeRawCoverageFile, type FunctionCoverage, type RawCoverage } from '../../../src/contract/raw-coverage';
import { tinyObject } from '../tiny-function';

const JOURNAL = 'coverage/combined/compaction.json';
/** The objects are of 31 January and of 1 February. */
const NOW = new Date('2026-02-02T10:00:00Z');
const LATER = new Date('2026-02-02T11:00:00Z');
const started: Bucket[] = [];
let bucket: Bucket;

beforeEach(async () => {
  bucket = await anotherBucket();
});

afterEach(() => Promise.all(started.splice(0).map(({ s3 }) => s3.stop())));

async function anotherBucket(): Promise<Bucket> {
  const another = await Bucket.start();
  started.push(another);
  return another;
}

function fill(): void {
  bucket.put([
    ...[0, 1, 2, 3].map((sequence) => objectOf(sequence, { large: sequence === 2 })),
    ...[4, 5].map((sequence) => objectOf(sequence, { functionName: 'other' })),
    ...[6, 7, 8].map((sequence) => objectOf(sequence, { day: 1 })),
  ]);
}

test('one object for each function and day says what all of them said', async () => {
  fill();
  const before = await reportOf(bucket.store);
  expect(await compact(bucket.store, NOW)).toEqual({ objectsReplaced: 9, objectsWritten: 3, errors: [] });
  expect(bucket.keys().map((key) => key.replace(/-.*/, ''))).toEqual(['coverage/2026/01/31/other', 'coverage/2026/01/31/tiny', 'coverage/2026/02/01/tiny']);
  expect(await reportOf(bucket.store)).toEqual(before);
  expect(await incrementalReportOf(bucket.store)).toEqual(before);
  expect(await incrementalReportOf(bucket.store, { afresh: true })).toEqual(before);
  expect(bucket.s3.keys(BUCKET, JOURNAL)).toEqual([]);
});

test('what reports may be split by stays apart', async () => {
  const split = (sequence: number, change: Partial<RawCoverage['metadata']>) => tinyObject(sequence, (raw) => ({ ...raw, metadata: { ...raw.metadata, phase: 'init', ...change } }));
  bucket.put([split(0, {}), split(1, {}), split(2, { runId: 'a' }), split(3, { runId: 'a' }), split(4, { runId: 'b', phase: 'invocation' }), split(5, { functionVersion: '2' })]);
  await compact(bucket.store, NOW);
  const raws = bucket.keys().flatMap((key) => decodeRawCoverageFile(bucket.text(key)));
  const parts = raws.map(({ metadata: { runId, phase, functionVersion } }) => [runId, phase, functionVersion].join(' ')).sort();
  expect(parts).toEqual([' init $LATEST', ' init 2', 'a init $LATEST', 'b invocation $LATEST']);
});

test('objects of this day stay, and so do damaged ones, which are named', async () => {
  fill();
  const today = [9, 10].map((sequence) => objectOf(sequence, { day: 2 }));
  const { key } = objectOf(11);
  bucket.put([...today, { key, body: Buffer.from('damaged') }]);
  expect(await compact(bucket.store, NOW)).toEqual({ objectsReplaced: 9, objectsWritten: 3, errors: [expect.stringContaining(key)] });
  expect(bucket.keys()).toEqual(expect.arrayContaining([key, ...today.map((object) => object.key)]));
});

test('what is compact already is left as it is', async () => {
  fill();
  await compact(bucket.store, NOW);
  const before = bucket.keys();
  expect(await compact(bucket.store, LATER)).toEqual({ objectsReplaced: 0, objectsWritten: 0, errors: [] });
  expect(bucket.keys()).toEqual(before);
});

test('objects that arrive late are added to what is compact', async () => {
  fill();
  await compact(bucket.store, NOW);
  bucket.put([objectOf(12), objectOf(13)]);
  const before = await reportOf(bucket.store);
  await compact(bucket.store, LATER);
  expect(bucket.keys()).toHaveLength(3);
  expect(await reportOf(bucket.store)).toEqual(before);
  expect(await incrementalReportOf(bucket.store)).toEqual(before);
});

test('wherever it is ended, no report counts anything twice or not at all, and the next one finishes it', async () => {
  let steps = 0;
  for (let ended = false; !ended; steps++) {
    const another = await anotherBucket();
    another.put([0, 1, 2].map((sequence) => objectOf(sequence, { large: sequence === 1 })));
    another.put([3, 4].map((sequence) => objectOf(sequence, { functionName: 'other' })));
    another.put([objectOf(5, { day: 2 })]); // of this day, which stays known whatever becomes of the others
    const before = await reportOf(another.store);
    ended = await compact(endingAfter(another.store, steps), NOW).then(() => true, () => false);
    expect(await reportOf(another.store)).toEqual(before);
    expect(await incrementalReportOf(another.store)).toEqual(before);
    expect(await incrementalReportOf(another.store, { afresh: true })).toEqual(before);
    await compact(another.store, LATER);
    expect(another.keys()).toHaveLength(3);
    expect(await reportOf(another.store)).toEqual(before);
    expect(await incrementalReportOf(another.store)).toEqual(before);
  }
  expect(steps).toBeGreaterThan(6);
});

test('one that was ended is finished by the next one, without a report between them', async () => {
  for (let steps = 0, ended = false; !ended; steps++) {
    const another = await anotherBucket();
    another.put([...[0, 1, 2].map((sequence) => objectOf(sequence, { large: sequence === 1 })), objectOf(3, { day: 2 })]);
    const before = await reportOf(another.store);
    ended = await compact(endingAfter(another.store, steps), NOW).then(() => true, () => false);
    await compact(another.store, LATER);
    expect(another.keys()).toHaveLength(2);
    expect(await incrementalReportOf(another.store)).toEqual(before);
    expect(await reportOf(another.store)).toEqual(before);
  }
});

test('counts that add up to more than a number holds stay readable', async () => {
  const often = ({ ranges, ...one }: FunctionCoverage) => (
    { ...one, ranges: ranges.map((range) => ({ ...range, count: range.count * Number.MAX_SAFE_INTEGER })) }
  );
  const most = (sequence: number) => tinyObject(sequence, (raw) => (
    { ...raw, result: raw.result.map((script) => ({ ...script, functions: script.functions.map(often) })) }
  ));
  bucket.put([most(0), most(1), most(2)]);
  expect(await compact(bucket.store, NOW)).toMatchObject({ objectsReplaced: 3, objectsWritten: 1 });
  expect(await incrementalReportOf(bucket.store)).toMatchObject({ coverage: { 'index.js': { f: { 0: Number.MAX_SAFE_INTEGER } } } });
  expect((await mergeIncrementally(bucket.store)).read.errors).toEqual([]);
});

test('an object that is read back with other content ends it, and nothing is removed', async () => {
  fill();
  const before = bucket.keys();
  const falsifying = changed(bucket.store, { read: async (key) => (key.includes('-000000000000-') ? Buffer.from('other') : bucket.store.read(key)) });
  await expect(compact(falsifying, NOW)).rejects.toThrow(/was read back with other content than was written; the objects that it was to replace are still there/);
  expect(bucket.keys()).toEqual(expect.arrayContaining(before));
});

test('two of them do not run at a time', async () => {
  fill();
  await expect(compact(endingAfter(bucket.store, 4), NOW)).rejects.toThrow('ended');
  const soon = new Date(NOW.getTime() + 60_000);
  await expect(compact(bucket.store, soon)).rejects.toThrow(`another compaction began at ${NOW.toISOString()}; wait until it has ended, or remove '${JOURNAL}'`);
});

test('names the right that it lacks', async () => {
  fill();
  await mergeIncrementally(bucket.store);
  bucket.s3.deny(({ operation }) => operation === 'DeleteObject');
  await expect(compact(bucket.store, NOW)).rejects.toThrow(/the credentials need s3:DeleteObject on bucket/);
});

function changed(store: WritableStore, methods: Partial<WritableStore>): WritableStore {
  return new Proxy(store, { get: (target, name) => (methods as Record<string | symbol, unknown>)[name] ?? bound(target, name) });
}

function bound(target: WritableStore, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
}

/** A store that fails after so many changes, as when the process ends there. */
function endingAfter(store: WritableStore, changes: number): WritableStore {
  let left = changes;
  const change = async (act: () => Promise<void>): Promise<void> => {
    if (left-- <= 0) {
      throw new Error('ended');
    }
    return act();
  };
  return changed(store, {
    write: (...args) => change(() => store.write(...args)),
    remove: async (keys) => (keys.length === 0 ? undefined : change(() => store.remove(keys))),
  });
}
