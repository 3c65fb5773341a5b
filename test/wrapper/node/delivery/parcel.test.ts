import { gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { formatExecutionId, rawCoverageKey } from '../../../../src/contract/object-keys';
import { compress, Parcel } from '../../../../src/wrapper/node/delivery/parcel';

const EXECUTION = formatExecutionId({ requestId: '8f3c0a0e-8f1e-4f0e-9a43-7d2a5f1b6c01', environmentId: '0123456789ab', sequence: 7 });
const KEY = rawCoverageKey('orders', EXECUTION, 'coverage/', new Date('2026-01-31T00:00:00Z'));
const TEXT = '{"text":"ä𝒳\\u0000"}';

test.each(['orders', 'a', 'my-fn-7', `x${'-1'.repeat(31)}`, EXECUTION.slice(0, 36)])("the name of the function '%s' and its execution are read from the key", (name) => {
  for (const prefix of ['', 'coverage/', 'a-b/c-d/']) {
    const parcel = new Parcel(rawCoverageKey(name, EXECUTION, prefix, new Date(0)), '', []);
    expect([parcel.functionName, parcel.executionId]).toEqual([name, EXECUTION]);
  }
});

describe.each<[string, string | Buffer]>([['text', TEXT], ['a buffer of it', Buffer.from(TEXT)], ['it gzipped', gzipSync(TEXT)]])('of %s', (_name, content) => {
  test('the body is it, gzipped once', async () => {
    const parcel = new Parcel(KEY, content, []);
    const [one, two] = await Promise.all([parcel.body(), parcel.body()]);
    expect(gunzipSync(one!).toString()).toBe(TEXT);
    expect(two).toBe(one);
  });

  test('the JSON is it, before and after it was gzipped', async () => {
    const parcel = new Parcel(KEY, content, []);
    expect(parcel.json()).toBe(TEXT);
    await parcel.body();
    expect(parcel.json()).toBe(TEXT);
  });

  test('what is written begins with a line that tells what it is', async () => {
    const parcel = new Parcel(KEY, content, [{ sha256: 'a', text: 'one\ntwo' }]);
    for (const isGzip of [typeof content !== 'string' && content[0] === 0x1f, true]) {
      const written = parcel.serialize();
      const end = written.indexOf('\n');
      expect(JSON.parse(written.toString('utf8', 0, end))).toEqual({ key: KEY, sources: [{ sha256: 'a', text: 'one\ntwo' }] });
      const rest = written.subarray(end + 1);
      expect((isGzip ? gunzipSync(rest) : rest).toString()).toBe(TEXT);
      await parcel.body();
    }
  });
});

test('whatever the text, it is the same behind compression', async () => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
    const parcel = new Parcel(KEY, text, []);
    expect(gunzipSync(await parcel.body()).toString()).toBe(text);
    expect(parcel.json()).toBe(text);
  }));
});

test('compressing leaves the thread to the function', async () => {
  const turns: number[] = [];
  let isDone = false;
  const done = compress(Buffer.alloc(20_000_000, 'abc')).then(() => {
    isDone = true;
  });
  while (!isDone) {
    const before = performance.now();
    await new Promise(setImmediate);
    turns.push(performance.now() - before);
  }
  await done;
  expect(turns.length).toBeGreaterThan(10);
});
