/** What S3 answers, in words that say what to do. */
import { BUCKET, Bucket, objectOf } from '../incremental/bucket';
import { tinySource } from '../tiny-function';

const MISSING = 'coverage/combined/checkpoint/index.json';
let bucket: Bucket;

beforeEach(async () => {
  bucket = await Bucket.start([tinySource(), objectOf(0)]);
});

afterEach(() => bucket.s3.stop());

/** As S3 answers a role whose right to list has a condition on the prefix: that an object is missing it does not say. */
function withoutWordOfMissing(): void {
  bucket.s3.deny(({ operation, key }) => operation === 'GetObject' && !bucket.s3.keys(BUCKET, '').includes(key!));
}

test('an object that is missing is told from one that is denied, also where S3 does not', async () => {
  withoutWordOfMissing();
  expect(await bucket.store.find(MISSING)).toBeUndefined();
  await expect(bucket.store.read(MISSING)).rejects.toThrow(`'${MISSING}' is not in bucket '${BUCKET}'`);
  expect(await bucket.store.find(objectOf(0).key)).toEqual(objectOf(0).body);
});

test('an object that is there and denied is denied, and one of which nobody may say whether it is there', async () => {
  const { key } = objectOf(0);
  bucket.s3.deny((request) => request.operation === 'GetObject');
  await expect(bucket.store.find(key)).rejects.toThrow(`no right to use '${key}' (s3:GetObject is denied)`);
  bucket.s3.deny((request) => request.operation === 'ListObjectsV2');
  await expect(bucket.store.find(MISSING)).rejects.toThrow(`no right to use '${MISSING}' (s3:GetObject is denied)`);
});

test('raw objects are listed with their sizes, also from a key on', async () => {
  bucket.put([objectOf(1), objectOf(2)]);
  const listed = async (after?: string) => {
    const found: Array<[string, number]> = [];
    for await (const { key, size } of bucket.store.rawObjects(after)) {
      found.push([key, size]);
    }
    return found;
  };
  const all = [0, 1, 2].map((sequence) => objectOf(sequence)).map(({ key, body }): [string, number] => [key, body.length]);
  expect(await listed()).toEqual(all);
  expect(await listed(all[0]![0])).toEqual(all.slice(1));
});
