/** Merging in the function has to be what merging in the combiner would have been. */
import * as fc from 'fast-check';
import { InstrumentedMerge } from '../../../../src/combiner/merging/instrumented-merge';
import { RawMerge } from '../../../../src/combiner/merging/raw-merge';
import type { FunctionCoverage, InstrumentedFile, IstanbulRawCoverage, RawCoverage, RawCoverageMetadata, V8RawCoverage } from '../../../../src/contract/raw-coverage';
import { mergeRaw } from '../../../../src/wrapper/node/counting/merge-raw';
import { rawCoverage } from '../../../combiner/raw-coverage';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

/** A function with blocks that are nested as V8 nests them, or of which only the whole is known. */
const functionCoverage: fc.Arbitrary<FunctionCoverage> = fc.record({
  functionName: fc.constantFrom('', 'f'),
  whole: fc.constantFrom([0, 40], [50, 90]),
  counts: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)),
  chosen: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
  isBlockCoverage: fc.boolean(),
}).map(({ functionName, whole: [start, end], counts: [count, ...inner], chosen, isBlockCoverage }) => {
  const blocks = [[start! + 5, start! + 20], [start! + 7, start! + 15], [start! + 20, end!]]
    .map(([startOffset, endOffset], n) => ({ startOffset: startOffset!, endOffset: endOffset!, count: inner[n]! }))
    .filter((_, n) => isBlockCoverage && chosen[n]!);
  return { functionName, isBlockCoverage, ranges: [{ startOffset: start!, endOffset: end!, count }, ...blocks] };
});

const script = fc.record({
  name: fc.constantFrom('index.js', 'lib/other.js'),
  sha256: fc.constantFrom(A, B),
  // another, where something patched the loader in one process of the environment and not in the next
  wrapperLength: fc.constantFrom(0, 62),
  functions: fc.array(functionCoverage, { maxLength: 4 }),
}).map(({ name, ...rest }) => ({ url: `file:///var/task/${name}`, path: name, sourceMap: B, ...rest }));

const metadata = fc.record({
  timestamp: fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 0, 2) - 1 }).map((time) => new Date(time).toISOString()),
  phase: fc.constantFrom('init' as const, 'invocation' as const),
  sequence: fc.nat(100),
});

const omitted = fc.array(fc.record({ url: fc.constantFrom('file:///x', 'file:///y'), reason: fc.constantFrom('gone', 'changed') }), { maxLength: 3 });

const v8Raw = fc.tuple(metadata, fc.array(script, { maxLength: 3 }), omitted)
  .map(([about, result, left]) => rawCoverage({ ...about, result, omitted: left }));

const counters = fc.dictionary(fc.constantFrom('0', '1', '2', '__proto__'), fc.integer({ min: 1, max: 5 }), { noNullPrototype: true });
const file: fc.Arbitrary<InstrumentedFile> = fc.record({
  path: fc.constantFrom('/home/a.ts', '/home/b.ts'),
  shape: fc.constantFrom(A, B),
  s: counters,
  f: counters,
  b: fc.dictionary(fc.constantFrom('0', '1'), fc.array(fc.nat(3), { minLength: 1, maxLength: 3 }), { noNullPrototype: true }),
});
const istanbulRaw = fc.tuple(metadata, fc.array(file, { maxLength: 3 })).map(([about, result]) => istanbul(result, about));

function istanbul(result: InstrumentedFile[], about: Partial<RawCoverageMetadata> = {}): IstanbulRawCoverage {
  return { ...rawCoverage(about), kind: 'istanbul', result };
}

/** What the combiner makes of them; of each function the count at each place, since V8 has several ways to say the same. */
function combinedV8(raws: readonly RawCoverage[]) {
  const merge = new RawMerge();
  raws.forEach((raw) => merge.add(raw as V8RawCoverage));
  return merge.scripts().map(({ functions, ...rest }) => ({
    ...rest,
    functions: Object.fromEntries(functions.map(({ functionName, isBlockCoverage, ranges }) => {
      const [{ startOffset: start, endOffset: end }] = ranges as [FunctionCoverage['ranges'][number]];
      const around = (offset: number) => ranges.filter((range) => range.startOffset <= offset && offset < range.endOffset);
      const counts = Array.from({ length: end - start }, (_, n) => around(start + n).at(-1)!.count);
      return [`${start}-${end} ${functionName}`, { isBlockCoverage, counts }];
    })),
  }));
}

function combinedIstanbul(raws: readonly RawCoverage[]) {
  const merge = new InstrumentedMerge();
  raws.forEach((raw) => merge.add(raw as IstanbulRawCoverage));
  return merge.files();
}

/** Without what is of one object and not of the sum. */
const results = (raws: readonly RawCoverage[]) => raws.map(({ kind, result }) => ({ kind, result }));

describe.each<[string, fc.Arbitrary<RawCoverage>, (raws: readonly RawCoverage[]) => unknown]>([
  ["V8's counts", v8Raw, combinedV8],
  ["Istanbul's counters", istanbulRaw, combinedIstanbul],
])('%s:', (_name, raw, combined) => {
  const some = fc.array(raw, { minLength: 1, maxLength: 6 });
  /** Of the newest, whose time the combiner reports. */
  const unlessTimesAreEqual = (raws: readonly RawCoverage[]) => new Set(raws.map(({ metadata: { timestamp } }) => timestamp)).size === raws.length;

  test('those of a phase become one, which the combiner takes for all of them', () => {
    fc.assert(fc.property(some, (raws) => {
      const merged = mergeRaw(raws);
      expect(merged.map(({ metadata: { phase } }) => phase).sort()).toEqual([...new Set(raws.map(({ metadata: { phase } }) => phase))].sort());
      const functionsOf = (of: readonly RawCoverage[]) => (combined(of) as Array<Record<string, unknown>>)
        .map(({ lambdaFunctions: _, ...rest }) => rest);
      expect(functionsOf(merged)).toEqual(functionsOf(raws));
    }), { numRuns: 500 });
  });

  test('the order changes nothing', () => {
    fc.assert(fc.property(some.filter(unlessTimesAreEqual), fc.infiniteStream(fc.nat()), (raws, random) => {
      const shuffled = raws.map((one) => [random.next().value as number, one] as const).sort((a, b) => a[0] - b[0]).map(([, one]) => one);
      expect(combined(mergeRaw(shuffled))).toEqual(combined(mergeRaw(raws)));
      const told = (of: readonly RawCoverage[]) => mergeRaw(of)
        .map((one) => ({ metadata: one.metadata, omitted: one.omitted.map((left) => JSON.stringify(left)).sort() }))
        .sort((a, b) => (a.metadata.phase < b.metadata.phase ? -1 : 1));
      expect(told(shuffled)).toEqual(told(raws));
    }));
  });

  test('the grouping changes nothing: merged early, late or in pieces', () => {
    fc.assert(fc.property(some, fc.nat(6), (raws, at) => {
      const pieces = [raws.slice(0, at), raws.slice(at)].filter((piece) => piece.length > 0);
      expect(combined(mergeRaw(pieces.flatMap((piece) => mergeRaw(piece))))).toEqual(combined(mergeRaw(raws)));
    }), { numRuns: 300 });
  });

  test('one alone stays what it says', () => {
    fc.assert(fc.property(raw, (one) => {
      expect(combined(mergeRaw([one]))).toEqual(combined([one]));
    }));
  });

  test('what was given is not changed', () => {
    fc.assert(fc.property(some, (raws) => {
      const before = structuredClone(raws);
      mergeRaw(raws);
      expect(raws).toEqual(before);
    }));
  });

  test('it can be sent: nothing is lost in JSON', () => {
    fc.assert(fc.property(some, (raws) => {
      const merged = mergeRaw(raws);
      expect(results(JSON.parse(JSON.stringify(merged)) as RawCoverage[])).toEqual(results(merged));
    }));
  });
});

describe('the metadata', () => {
  const at = (timestamp: string, rest: Partial<RawCoverageMetadata> = {}) => rawCoverage({ timestamp, ...rest });
  const [early, late] = ['2026-01-31T00:00:00.000Z', '2026-01-31T23:59:59.999Z'];

  test.each([[[early, late]], [[late, early]]])('are those of the newest: %p', (times) => {
    const raws = times.map((time) => at(time, { phase: 'invocation', requestId: time, functionVersion: time, engine: time }));
    expect(mergeRaw(raws)[0]!.metadata).toEqual(raws[times.indexOf(late)]!.metadata);
  });

  test.each<[Array<'init' | 'invocation'>, string[]]>([
    [['init', 'invocation'], ['init', 'invocation']], [['init', 'init'], ['init']], [['invocation', 'invocation'], ['invocation']],
  ])('the phases of %p stay apart', (phases, merged) => {
    expect(mergeRaw(phases.map((one, n) => at(n === 0 ? early : late, { phase: one }))).map(({ metadata: { phase } }) => phase)).toEqual(merged);
  });
});

test('each UTC day becomes one of its own, so that it stays complete by itself', () => {
  const days = ['2026-01-31T23:59:59.999Z', '2026-02-01T00:00:00.000Z', '2026-01-31T12:00:00.000Z'];
  expect(mergeRaw(days.map((timestamp) => rawCoverage({ timestamp }))).map(({ metadata: { timestamp } }) => timestamp)).toEqual(days.slice(0, 2));
});

test('each kind becomes one of its own, and nothing becomes nothing', () => {
  expect(mergeRaw([])).toEqual([]);
  const kinds = mergeRaw([rawCoverage(), istanbul([]), rawCoverage(), istanbul([])]).map(({ kind }) => kind);
  expect(kinds).toEqual(['v8', 'istanbul']);
});

test('what was omitted is told once for each reason', () => {
  const one = (reason: string) => rawCoverage({ omitted: [{ url: 'file:///x', reason }] });
  expect(mergeRaw([one('gone'), one('gone'), one('changed')])[0]!.omitted).toEqual([{ url: 'file:///x', reason: 'gone' }, { url: 'file:///x', reason: 'changed' }]);
});

test('the arms of a branch add up one by one, by hand', () => {
  const arms = (b: number[]) => istanbul([{ path: '/a', shape: A, s: { 0: 1 }, f: {}, b: { 0: b } }]);
  expect(mergeRaw([arms([1, 0]), arms([0, 2, 5]), arms([4])])[0]!.result).toEqual([{ path: '/a', shape: A, s: { 0: 3 }, f: {}, b: { 0: [5, 2, 5] } }]);
});
