import * as fc from 'fast-check';
import { checkNesting } from '../../../src/combiner/merging/nested-ranges';
import { RawMerge } from '../../../src/combiner/merging/raw-merge';
import type { CoverageRange, V8RawCoverage } from '../../../src/contract/raw-coverage';
import { BlockCounts } from '../../../src/conversion/v8/block-counts';
import { rawCoverage } from '../raw-coverage';

function rawOf(...ranges: Array<readonly [start: number, end: number, count?: number]>): V8RawCoverage {
  return rawOfRanges(ranges.map(([startOffset, endOffset, count = 1]) => ({ startOffset, endOffset, count })));
}

function rawOfRanges(ranges: CoverageRange[]): V8RawCoverage {
  const functions = [{ functionName: 'f', isBlockCoverage: true, ranges }];
  return rawCoverage({ result: [{ url: 'file:///var/task/index.js', path: 'index.js', sha256: 'a'.repeat(64), wrapperLength: 0, functions }] });
}

function chain(depth: number): V8RawCoverage {
  return rawOf(...Array.from({ length: depth }, (_, index) => [index, 3 * depth - index, index % 2] as const));
}

test.each<[string, V8RawCoverage]>([
  ['nested ranges', rawOf([0, 50], [1, 20], [2, 9], [9, 20], [20, 50])],
  ['a block of the size of the function', rawOf([0, 50], [0, 50])],
  ['an empty file', rawOf([0, 0])],
  ['a long chain of conditionals', chain(900)],
])('accepts %s', (_, raw) => {
  expect(() => checkNesting(raw)).not.toThrow();
});

test.each<[string, V8RawCoverage, number]>([
  ['blocks that overlap', rawOf([0, 50], [1, 20], [10, 30]), 10],
  ['blocks out of order', rawOf([0, 50], [20, 30], [1, 9]), 1],
  ['an empty block', rawOf([0, 50], [7, 7]), 7],
  ['a block after the end of the function', rawOf([0, 50], [60, 61]), 60],
  ['blocks that are nested too deep to be merged', chain(5_000), 1_000],
])('rejects %s, by the place', (_, raw, place) => {
  expect(() => checkNesting(raw)).toThrow(`the ranges of function 'f' of index.js are not nested as V8 nests them, from ${place} on`);
});

test('whatever is accepted can be merged and counted', () => {
  const range = fc.tuple(fc.nat(50), fc.nat(50), fc.nat(3))
    .map(([a, b, count]) => ({ startOffset: Math.min(a, b), endOffset: Math.max(a, b), count }));
  const raw = fc.array(range, { maxLength: 6 }).map((ranges) => rawOfRanges([{ startOffset: 0, endOffset: 50, count: 1 }, ...ranges]));
  const raws = fc.array(raw, { maxLength: 4 });
  fc.assert(fc.property(raws, fc.nat(60), (all, offset) => {
    const merge = new RawMerge();
    all.filter(isAccepted).forEach((one) => merge.add(one));
    for (const { functions } of merge.scripts()) {
      expect(new BlockCounts(functions, 0).at(offset)).toBeGreaterThanOrEqual(0);
    }
  }), { numRuns: 2_000 });
});

function isAccepted(raw: V8RawCoverage): boolean {
  try {
    checkNesting(raw);
    return true;
  } catch {
    return false;
  }
}
