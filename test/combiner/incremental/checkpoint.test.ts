/** What was merged once is not read again, and what is reported is the same as if it were. */
import * as fc from 'fast-check';
import { BUCKET, Bucket, incrementalReportOf, objectOf, reportOf } from './bucket';
import { mergeIncrementally } from '../../../src/combiner/incremental/merge-incrementally';
import { MergedCoverage } from '../../../src/combiner/merging/merged-coverage';
import { tinyObject, tinySource } from '../tiny-function';

const INDEX = 'coverage/combined/checkpoint/index.json';
let bucket: Bucket;

beforeEach(async () => {
  bucket = await Bucket.start();
});

afterEach(() => bucket.s3.stop());

const named = (list: 'parts' | 'keys') => (JSON.parse(bucket.s3.object(BUCKET, INDEX).body.toString('utf8')) as Record<typeof list, string[]>)[list]
  .map((name) => `coverage/combined/checkpoint/${name}`);
const parts = () => named('parts');

test('the second run reads what is new, and reports all', async () => {
  bucket.put([objectOf(0), objectOf(1, { large: true })]);
  await incrementalReportOf(bucket.store);
  expect(bucket.objectsRead()).toEqual([objectOf(0).key, objectOf(1).key].sort());
  bucket.put([objectOf(2, { functionName: 'other' })]);
  const incremental = await incrementalReportOf(bucket.store);
  expect(bucket.objectsRead()).toEqual([objectOf(2, { functionName: 'other' }).key]);
  expect(incremental).toEqual(await reportOf(bucket.store));
  expect(incremental).toMatchObject({ lambdaFunctions: ['other', 'tiny'], coverage: { 'index.js': { f: { 0: 3 }, b: { 0: [1, 2] } } } });
});

test('without news nothing is written', async () => {
  bucket.put([objectOf(0)]);
  await mergeIncrementally(bucket.store);
  const before = bucket.s3.requests.length;
  await mergeIncrementally(bucket.store);
  expect(bucket.s3.requests.slice(before).filter(({ method }) => method !== 'GET')).toEqual([]);
});

test('an object that arrives late, under an earlier key, is read', async () => {
  bucket.put([objectOf(5, { day: 1 })]);
  await mergeIncrementally(bucket.store);
  bucket.put([objectOf(0), objectOf(6, { day: 1, functionName: 'a' })]);
  expect(await incrementalReportOf(bucket.store)).toEqual(await reportOf(bucket.store));
});

test('however objects are split into runs, the report is that of one run', async () => {
  const object = fc.record({ functionName: fc.constantFrom('tiny', 'other'), day: fc.nat(2), large: fc.boolean(), run: fc.nat(2) });
  await fc.assert(fc.asyncProperty(fc.array(object, { minLength: 1, maxLength: 8 }), async (objects) => {
    const another = await Bucket.start();
    try {
      const all = objects.map(({ run, ...options }, sequence) => ({ run, object: objectOf(sequence, options) }));
      for (const run of [0, 1, 2].filter((wanted) => all.some((one) => one.run === wanted))) {
        another.put(all.filter((one) => one.run === run).map((one) => one.object));
        await mergeIncrementally(another.store);
      }
      expect(await incrementalReportOf(another.store)).toEqual(await reportOf(another.store));
    } finally {
      await another.s3.stop();
    }
  }), { numRuns: 15 });
});

test('what cannot be read is named by each run, and nothing of it is kept', async () => {
  const { key } = objectOf(7);
  bucket.put([objectOf(0), { key, body: Buffer.from('damaged') }]);
  for (let run = 0; run < 2; run++) {
    const { read } = await mergeIncrementally(bucket.store);
    expect(read).toMatchObject({ skipped: 1, errors: [expect.stringContaining(key)] });
  }
  bucket.put([objectOf(7)]);
  expect(await incrementalReportOf(bucket.store)).toEqual(await reportOf(bucket.store));
});

test('a run that has no time for all keeps what it has read, and the next one goes on', async () => {
  bucket.put(Array.from({ length: 40 }, (_, sequence) => objectOf(sequence)));
  let left = 25;
  const { read } = await mergeIncrementally(bucket.store, { hasTime: () => left-- > 0 });
  expect(read).toMatchObject({ complete: false, processed: 25 });
  bucket.objectsRead();
  const report = await incrementalReportOf(bucket.store);
  expect(bucket.objectsRead()).toHaveLength(15);
  expect(report).toMatchObject({ coverage: { 'index.js': { f: { 0: 40 } } } });
});

test('the same code that ran again is one part, which replaces the one before', async () => {
  bucket.put([objectOf(0)]);
  await mergeIncrementally(bucket.store);
  const [first, ...others] = parts();
  expect(others).toEqual([]);
  bucket.put([objectOf(1)]);
  await mergeIncrementally(bucket.store);
  expect(parts()).toHaveLength(1);
  expect(parts()).not.toContain(first);
  expect(bucket.s3.keys(BUCKET, 'coverage/combined/checkpoint/')).toEqual([INDEX, ...parts(), ...named('keys')].sort());
});

test.each<[string, () => void, RegExp]>([
  ['an index that is no JSON', () => bucket.s3.put(BUCKET, INDEX, Buffer.from('{')), /index\.json cannot be used .* all objects are read again/],
  ['an index of another version', () => bucket.s3.put(BUCKET, INDEX, Buffer.from('{"version":9}')), /it has version 9, and this release reads 2/],
  ['an index of another form', () => bucket.s3.put(BUCKET, INDEX, Buffer.from('{"version":2,"parts":["../x"],"keys":[]}')), /it has another form/],
  ['keys that are no list', () => bucket.s3.put(BUCKET, INDEX, Buffer.from('{"version":2,"parts":[],"keys":"AAAA"}')), /it has another form/],
  ['keys that are missing', () => bucket.s3.remove(BUCKET, named('keys')[0]!), /its part .* is missing/],
  ['a part that is missing', () => bucket.s3.remove(BUCKET, parts()[0]!), /its part .* is missing/],
  ['a part with other content', () => bucket.s3.put(BUCKET, parts()[0]!, tinyObject(0).body), /other content than its name says/],
])('%s is named, and everything is read', async (_, damage, message) => {
  bucket.put([objectOf(0), objectOf(1)]);
  await mergeIncrementally(bucket.store);
  damage();
  const { read } = await mergeIncrementally(bucket.store);
  expect(read).toMatchObject({ processed: 2, errors: [expect.stringMatching(message)] });
  expect((await mergeIncrementally(bucket.store)).read).toMatchObject({ known: 2, processed: 0, errors: [] });
});

test('coverage of objects that have expired stays, until none is left', async () => {
  bucket.put([objectOf(0), objectOf(1, { day: 1, large: true })]);
  await mergeIncrementally(bucket.store);
  bucket.s3.remove(BUCKET, objectOf(0).key);
  expect(await incrementalReportOf(bucket.store)).toMatchObject({ coverage: { 'index.js': { f: { 0: 2 } } } });
  bucket.s3.remove(BUCKET, objectOf(1, { day: 1 }).key);
  bucket.put([objectOf(2, { day: 2 })]);
  expect(await incrementalReportOf(bucket.store)).toMatchObject({ coverage: { 'index.js': { f: { 0: 1 } } } });
});

test('a run that begins afresh reads everything', async () => {
  bucket.put([objectOf(0), objectOf(1)]);
  await mergeIncrementally(bucket.store);
  bucket.s3.remove(BUCKET, objectOf(0).key);
  expect(await incrementalReportOf(bucket.store, { afresh: true })).toEqual(await reportOf(bucket.store));
  expect(bucket.s3.keys(BUCKET, 'coverage/combined/checkpoint/')).toEqual([INDEX, ...parts(), ...named('keys')].sort());
});

test('ten builds of a place are kept, so that deployments do not make it grow', async () => {
  const builds = Array.from({ length: 14 }, (_, build) => {
    const sha256 = build.toString(16).repeat(64);
    return tinyObject(build, (raw) => ({ ...raw, result: raw.result.map((script) => ({ ...script, sha256 })) }));
  });
  bucket.put(builds);
  await mergeIncrementally(bucket.store);
  const { merged } = await mergeIncrementally(bucket.store);
  expect(merged.v8.scripts().map(({ sha256 }) => parseInt(sha256[0]!, 16))).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
});

test('what has merged coverage is merged to the same', async () => {
  bucket.put([objectOf(0), objectOf(1, { large: true }), objectOf(2, { functionName: 'other' })]);
  const { merged } = await mergeIncrementally(bucket.store);
  expect(merged.raws()).toHaveLength(2);
  const again = new MergedCoverage();
  merged.raws().forEach((raw) => again.add(raw));
  expect(again.raws()).toEqual(merged.raws());
});

test('needs an index to be written after its parts, and names the right that is missing', async () => {
  bucket.put([tinySource(), objectOf(0)]);
  bucket.s3.deny(({ operation, key }) => operation === 'PutObject' && key === INDEX);
  await expect(mergeIncrementally(bucket.store)).rejects.toThrow(/s3:PutObject/);
});
