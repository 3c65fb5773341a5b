import { KnownKeys } from '../../../src/combiner/incremental/known-keys';

const COUNT = 1_200_000;

/** More than are added at once, and more than a file has. */
function many(): KnownKeys {
  const keys = new KnownKeys();
  for (let at = 0; at < COUNT; at++) {
    keys.add(`coverage/${at}`);
  }
  return keys;
}

test('holds what was added, once, also when it is read back', () => {
  const keys = many();
  keys.add('coverage/0');
  expect(keys.size).toBe(COUNT);
  const files = keys.toFiles();
  expect(files.map(({ length }) => length)).toEqual([8_000_000, 1_600_000]);
  const back = KnownKeys.fromFiles(files);
  expect(back.size).toBe(COUNT);
  for (let at = 0; at < COUNT; at += 997) {
    expect([back.has(`coverage/${at}`), back.has(`coverage/${at}x`)]).toEqual([true, false]);
  }
});

test('the same keys give the same files, whatever the order', () => {
  const some = new KnownKeys();
  const others = new KnownKeys();
  ['a', 'b', 'c'].forEach((key) => some.add(key));
  ['c', 'a', 'b', 'a'].forEach((key) => others.add(key));
  expect(some.toFiles()).toEqual(others.toFiles());
});

test('adds others, and counts what it has of them', () => {
  const some = new KnownKeys();
  const others = new KnownKeys();
  ['a', 'b'].forEach((key) => some.add(key));
  ['b', 'c'].forEach((key) => others.add(key));
  expect(some.countOf(others)).toBe(1);
  some.addAll(others);
  expect([some.size, some.countOf(others), ['a', 'b', 'c', 'd'].map((key) => some.has(key))]).toEqual([3, 2, [true, true, true, false]]);
  expect(some.countOf(new KnownKeys())).toBe(0);
});

test('refuses what is no list of hashes', () => {
  expect(() => KnownKeys.fromFiles([Buffer.alloc(8), Buffer.alloc(3)])).toThrow('3 bytes are no list of hashes of 8 bytes');
});
