/** A distributed run comes to what one process does, whatever fails on the way. */
import * as fc from 'fast-check';
import { Run, type Reported } from './state-machine';
import { keysOf } from '../../../src/combiner/distributed/batches';
import { mergeIncrementally } from '../../../src/combiner/incremental/merge-incrementally';
import { BUCKET, Bucket, objectOf, reportOf } from '../incremental/bucket';
import { tinySource, type TinyObject } from '../tiny-function';

const FUNCTIONS = ['orders', 'tiny', 'users'];
let bucket: Bucket;

beforeEach(async () => {
  bucket = await Bucket.start([tinySource()]);
});

afterEach(() => bucket.s3.stop());

function objects(count: number, day = 0): TinyObject[] {
  return Array.from({ length: count }, (_, at) => objectOf(at, { functionName: FUNCTIONS[at % 3]!, day, large: at % 2 === 0 }));
}

const report = ({ coverage, lambdaFunctions }: Reported) => ({ coverage, lambdaFunctions });
const leftBehind = () => [...bucket.s3.keys(BUCKET, 'coverage/combined/partials/'), ...bucket.s3.keys(BUCKET, 'coverage/combined/plans/')];

test('plans, merges, reduces, reports and cleans up', async () => {
  bucket.put(objects(20));
  const run = new Run(bucket.store, 'first');
  const reported = await run.all();
  expect(report(reported)).toEqual(await reportOf(bucket.store));
  expect(reported.read).toMatchObject({ processed: 20, known: 0, skipped: 0, complete: true, errors: [] });
  // 7, 7 and 6 objects in batches of 3, whose rests share one or two; then pairs of 7 or 8, of 4, and 2 are left
  expect(run.answers.map(({ step }) => step)).toEqual(['merge', 'merge', 'merge', 'report']);
  expect(leftBehind()).toEqual(['coverage/combined/plans/first/plan.json']);
});

test('reports the same again where its answer was lost, after it has cleaned up', async () => {
  bucket.put(objects(20));
  const run = new Run(bucket.store, 'first');
  const reported = await run.all();
  bucket.objectsRead();
  expect(await run.report()).toEqual(reported);
  await run.clean();
  expect(await run.report()).toEqual(reported);
  expect(bucket.objectsRead()).toEqual([]);
});

test('another run of the same name begins anew', async () => {
  bucket.put(objects(20));
  await new Run(bucket.store, 'first').all();
  bucket.put(objects(5, 1));
  const again = await new Run(bucket.store, 'first').all();
  expect(again.read).toMatchObject({ processed: 5, known: 20, complete: true });
  expect(report(again)).toEqual(await reportOf(bucket.store));
});

test('batches have objects of one function, but for what is left over', async () => {
  bucket.put(objects(20));
  const run = new Run(bucket.store, 'first');
  await run.plan();
  const items = await run.items();
  const functionsOf = (keys: string[]) => [...new Set(keys.map((key) => /\/([a-z]+)-[^/]+$/.exec(key)![1]))];
  expect(items.map((item) => functionsOf(keysOf(item)).length)).toEqual([1, 1, 1, 1, 1, 2, 1]);
  expect(items.flatMap(keysOf).sort()).toEqual(bucket.keys());
});

test('the next run reads what is new; and one process goes on with what it has left, and the other way round', async () => {
  bucket.put(objects(7));
  await new Run(bucket.store, 'first').all();
  bucket.put(objects(9, 1));
  bucket.objectsRead();
  const second = await new Run(bucket.store, 'second').all();
  expect(bucket.objectsRead()).toEqual(objects(9, 1).map(({ key }) => key).sort());
  expect(report(second)).toEqual(await reportOf(bucket.store));
  expect(second.read).toMatchObject({ processed: 9, known: 7, complete: true });
  bucket.put(objects(5, 2));
  bucket.objectsRead();
  expect((await mergeIncrementally(bucket.store)).read).toMatchObject({ processed: 5, known: 16 });
  expect(bucket.objectsRead()).toHaveLength(5);
  bucket.put(objects(4, 3));
  expect(report(await new Run(bucket.store, 'third').all())).toEqual(await reportOf(bucket.store));
});

test('without news it reports what was merged before', async () => {
  bucket.put(objects(4));
  const first = await new Run(bucket.store, 'first').all();
  bucket.objectsRead();
  const second = new Run(bucket.store, 'second');
  expect(report(await second.all())).toEqual(report(first));
  expect(second.answers.map(({ step }) => step)).toEqual(['alone']);
  expect(bucket.objectsRead()).toEqual([]);
});

test('few objects are left to one function', async () => {
  bucket.put(objects(4));
  const settings = { distributedAbove: 4 };
  const few = new Run(bucket.store, 'few', { settings, afresh: true });
  expect(await few.plan()).toEqual({ step: 'alone', plan: 'few', round: 1, input: { afresh: true } });
  bucket.put(objects(5, 1));
  expect(await new Run(bucket.store, 'many', { settings }).plan()).toMatchObject({ step: 'merge', round: 1 });
});

test('more objects than a manifest has are planned in rounds, also where there is no time to list all', async () => {
  bucket.put(objects(20));
  const run = new Run(bucket.store, 'first', { settings: { objectsPerRound: 8, fanIn: 50 } });
  expect(report(await run.all())).toEqual(await reportOf(bucket.store));
  expect(run.answers.map(({ step }) => step)).toEqual(['merge', 'merge', 'merge', 'report']);
  const small = new Run(bucket.store, 'small', { settings: { batchSize: 1, batchesPerRound: 6, fanIn: 50 }, afresh: true });
  expect(report(await small.all())).toEqual(await reportOf(bucket.store));
  expect(small.answers.map(({ step }) => step)).toEqual(['merge', 'merge', 'merge', 'merge', 'report']);
  let asked = 0;
  const slow = new Run(bucket.store, 'second', { settings: { hasTime: () => ++asked % 7 > 0 } });
  expect((await slow.all()).read).toMatchObject({ known: 20, processed: 0, complete: true });
  expect(slow.answers.map(({ step }) => step)).toEqual(['plan', 'plan', 'plan', 'report']);
});

test('asked again, since its answer was lost, it answers the same', async () => {
  bucket.put(objects(7));
  const run = new Run(bucket.store, 'first');
  const answer = await run.plan();
  const again = new Run(bucket.store, 'first');
  expect(await again.plan()).toEqual(answer);
  expect(report(await run.prepare().then(() => run.report()))).toEqual(await reportOf(bucket.store));
});

test('items that are delivered twice, in any order, are merged once', async () => {
  bucket.put(objects(20));
  const run = new Run(bucket.store, 'first');
  expect(report(await run.all(async (item) => {
    await Promise.all([run.merge(item), run.merge(item)]);
    await run.merge(item);
  }))).toEqual(await reportOf(bucket.store));
});

test('objects that were deleted after they were planned are named, and the rest is combined', async () => {
  bucket.put(objects(10));
  const run = new Run(bucket.store, 'first');
  await run.plan();
  const [gone] = objects(1);
  bucket.s3.remove(BUCKET, gone!.key);
  for (const item of await run.items()) {
    await run.merge(item);
  }
  await run.prepare();
  const reported = await run.report();
  expect(report(reported)).toEqual(await reportOf(bucket.store));
  expect(reported.read).toMatchObject({ processed: 9, skipped: 1, complete: true, errors: [expect.stringContaining(gone!.key)] });
});

test('objects that cannot be read are named by each run', async () => {
  const [broken, ...others] = objects(10);
  bucket.put([...others, { key: broken!.key, body: Buffer.from('damaged') }]);
  for (const name of ['first', 'second']) {
    expect((await new Run(bucket.store, name).all()).read).toMatchObject({ skipped: 1, errors: [expect.stringContaining(broken!.key)] });
  }
  bucket.put([broken!]);
  expect(report(await new Run(bucket.store, 'third').all())).toEqual(await reportOf(bucket.store));
});

test('a batch that fails is named, its objects are left to the next run, and the rest is combined', async () => {
  bucket.put(objects(20));
  const run = new Run(bucket.store, 'first');
  let lost: string[] = [];
  const reported = await run.all(async (item) => {
    if (lost.length === 0) {
      lost = keysOf(item);
    } else {
      await run.merge(item);
    }
  });
  expect(reported.read).toMatchObject({
    processed: 17, complete: false, errors: [`3 objects from ${lost[0]} to ${lost[2]} could not be merged; the next run reads them again`],
  });
  bucket.objectsRead();
  const next = await new Run(bucket.store, 'second').all();
  expect(bucket.objectsRead()).toEqual(lost);
  expect(report(next)).toEqual(await reportOf(bucket.store));
});

test('where partials cannot be reduced they are all reported', async () => {
  bucket.put(objects(20));
  const run = new Run(bucket.store, 'first');
  const reported = await run.all(async (item) => {
    if (!item.partials) {
      await run.merge(item);
    }
  });
  expect(report(reported)).toEqual(await reportOf(bucket.store));
  expect(reported.read).toMatchObject({ processed: 20, complete: true });
  expect(run.answers.map(({ step }) => step)).toEqual(['merge', 'merge', 'report']);
});

test('a batch that has no time for all keeps what it has read, and the rest is left to the next run', async () => {
  bucket.put(objects(20));
  let left = 1_000;
  const run = new Run(bucket.store, 'first', { settings: { hasTime: () => left-- > 0 } });
  const reported = await run.all(async (item) => {
    left = item.partials ? 1_000 : 2;
    await run.merge(item);
    left = 1_000;
  });
  expect(reported.read).toMatchObject({ processed: 14, complete: false });
  expect(reported.read.errors.map((line) => /^1 objects from .* could not be merged; the next run reads them again$/.test(line))).toEqual(Array.from({ length: 6 }, () => true));
  expect(report(await new Run(bucket.store, 'second').all())).toEqual(await reportOf(bucket.store));
});

test.each([0, 1, 2, 3, 5, 8, 10])('ended after %i items, it is taken over by the next run, which reads nothing twice', async (most) => {
  bucket.put(objects(20));
  const killed = new Run(bucket.store, 'killed');
  let merged = 0;
  await expect(killed.all(async (item) => {
    if (merged++ === most) {
      throw new Error('killed');
    }
    await killed.merge(item);
  })).rejects.toThrow('killed');
  const read = bucket.objectsRead();
  bucket.put(objects(3, 1));
  const next = await new Run(bucket.store, 'next').all();
  expect([...read, ...bucket.objectsRead()].sort()).toEqual(bucket.keys());
  expect(report(next)).toEqual(await reportOf(bucket.store));
  expect(next.read).toMatchObject({ processed: 23, complete: true, errors: [] });
  expect(leftBehind().filter((key) => !key.includes('/killed/'))).toEqual(['coverage/combined/plans/next/plan.json']);
});

test('a partial of an earlier run that is damaged is named, its objects are read again, and it goes', async () => {
  bucket.put(objects(9));
  const killed = new Run(bucket.store, 'killed');
  await killed.plan();
  const [first, second] = await killed.items();
  await killed.merge(first!);
  await killed.merge(second!);
  bucket.s3.put(BUCKET, `coverage/combined/partials/${first!.id}/index.json`, Buffer.from('{'));
  const next = await new Run(bucket.store, 'next').all();
  expect(report(next)).toEqual(await reportOf(bucket.store));
  expect(next.read).toMatchObject({ processed: 9, complete: true, errors: [expect.stringContaining(`partials/${first!.id}/ of an earlier run cannot be used`)] });
  expect(leftBehind().filter((key) => !key.includes('/killed/'))).toEqual(['coverage/combined/plans/next/plan.json']);
});

test('reported twice it is the same, also where partials have gone meanwhile', async () => {
  bucket.put(objects(20));
  const run = await new Run(bucket.store, 'first').prepare();
  const first = await run.report();
  bucket.s3.keys(BUCKET, 'coverage/combined/partials/').forEach((key) => bucket.s3.remove(BUCKET, key));
  expect(await run.report()).toEqual(first);
});

test('afresh reads everything, and takes over nothing', async () => {
  bucket.put(objects(8));
  await new Run(bucket.store, 'first').all();
  const half = new Run(bucket.store, 'half', { afresh: true });
  await half.plan();
  await half.merge((await half.items())[0]!);
  objects(3).forEach(({ key }) => bucket.s3.remove(BUCKET, key));
  const afresh = await new Run(bucket.store, 'second', { afresh: true }).all();
  expect(report(afresh)).toEqual(await reportOf(bucket.store));
  expect(afresh.read).toMatchObject({ processed: 5, known: 0, complete: true });
});

test('afresh, what fails is left to the next run; and what another run has reported meanwhile stays', async () => {
  bucket.put(objects(8));
  await new Run(bucket.store, 'first').all();
  const failing = new Run(bucket.store, 'failing', { afresh: true });
  let failed = false;
  expect((await failing.all(async (item) => {
    await (failed ? failing.merge(item) : undefined);
    failed = true;
  })).read).toMatchObject({ processed: 5, known: 0, complete: false });
  const [one, other] = [new Run(bucket.store, 'one', { afresh: true }), new Run(bucket.store, 'other', { afresh: true })];
  await other.plan();
  for (const item of await other.items()) {
    await other.merge(item);
  }
  await one.all();
  await other.plan();
  const late = await other.all();
  expect(report(late)).toEqual(await reportOf(bucket.store));
  expect(late.read).toMatchObject({ complete: true, errors: [expect.stringMatching(/^another run has ended meanwhile/)] });
});

test('what an emptied bucket had is not reported any more, merged or half merged', async () => {
  bucket.put(objects(8));
  await new Run(bucket.store, 'first').all();
  bucket.put(objects(4, 1));
  const half = new Run(bucket.store, 'half');
  await half.plan();
  await half.merge((await half.items())[0]!);
  bucket.keys().forEach((key) => bucket.s3.remove(BUCKET, key));
  await expect(new Run(bucket.store, 'second').all()).rejects.toThrow(/^no coverage in s3:/);
  bucket.put(objects(5, 2));
  expect(report(await new Run(bucket.store, 'third').all())).toEqual(await reportOf(bucket.store));
});

test.each<[string, () => void, RegExp]>([
  ['an index of another form', () => bucket.s3.put(BUCKET, 'coverage/combined/checkpoint/index.json', Buffer.from('{"version":2}')), /it has another form/],
  ['a part that is missing', () => {
    const { parts: [part] } = JSON.parse(bucket.s3.object(BUCKET, 'coverage/combined/checkpoint/index.json').body.toString('utf8')) as { parts: string[] };
    bucket.s3.remove(BUCKET, `coverage/combined/checkpoint/${part}`);
  }, /is missing\), so all objects are read again/],
])('a checkpoint with %s is named, and everything is read in the end', async (_, damage, message) => {
  bucket.put(objects(8));
  await new Run(bucket.store, 'first').all();
  damage();
  const [second] = await Promise.allSettled([new Run(bucket.store, 'second').all()]);
  expect(second.status === 'rejected' ? String(second.reason) : second.value.read.errors.join()).toMatch(message);
  const third = await new Run(bucket.store, 'third').all();
  expect(report(third)).toEqual(await reportOf(bucket.store));
  expect(third.read).toMatchObject({ complete: true, errors: [] });
});

test('names a plan that there is none of, and one of another version', async () => {
  const run = new Run(bucket.store, 'first');
  await expect(run.report()).rejects.toThrow("there is no plan 'first' in coverage/combined/plans/first/");
  bucket.s3.put(BUCKET, 'coverage/combined/plans/first/plan.json', Buffer.from('{"version":9}'));
  await expect(run.plan()).rejects.toThrow('has version 9, and this release reads 1; start a new execution');
});

test('runs beside each other, step by step in any order, come to the same, and lose nothing', async () => {
  const steppingRuns = fc.array(fc.nat(2), { minLength: 5, maxLength: 40 });
  await fc.assert(fc.asyncProperty(steppingRuns, fc.array(fc.nat(12), { maxLength: 3 }), async (order, late) => {
    const another = await Bucket.start([tinySource()]);
    try {
      another.put(objects(10));
      const all = ['a', 'b', 'c'].map((name) => steps(new Run(another.store, name, { afresh: name === 'c' })));
      for (const [at, which] of order.entries()) {
        if (late.includes(at)) {
          another.put(objects(4, at + 1));
        }
        await all[which]!.next();
      }
      for (const one of all) {
        while (!(await one.next()).done);
      }
      const last = await new Run(another.store, 'last').all();
      expect(report(last)).toEqual(await reportOf(another.store));
      expect(last.read).toMatchObject({ complete: true, errors: [] });
    } finally {
      await another.s3.stop();
    }
  }), { numRuns: 8 });
});

/** Items that fail are tolerated, as the map does. */
async function* steps(run: Run): AsyncGenerator<void, void> {
  for (let { step } = await run.plan(); step === 'merge'; { step } = await run.plan()) {
    yield;
    for (const item of await run.items()) {
      await run.merge(item).catch(() => undefined);
      yield;
    }
  }
  yield;
  await run.report();
  yield;
  await run.clean();
}
