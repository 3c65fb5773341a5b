import * as fc from 'fast-check';
import { RawMerge } from '../../../src/combiner/merging/raw-merge';
import type { FunctionCoverage, V8RawCoverage } from '../../../src/contract/raw-coverage';
import { rawCoverage } from '../raw-coverage';

/** One of two functions of a script, with one block, as V8 gives them for invocations that take other branches. */
const functionCoverage = fc.record({
  whole: fc.constantFrom([0, 40], [50, 90]),
  counts: fc.tuple(fc.nat(9), fc.nat(9)),
}).map(({ whole, counts }): FunctionCoverage => ({
  functionName: '',
  isBlockCoverage: true,
  ranges: [
    { startOffset: whole[0]!, endOffset: whole[1]!, count: counts[0] },
    { startOffset: whole[0]! + 5, endOffset: whole[0]! + 15, count: counts[1] },
  ],
}));

const objects = fc.array(fc.record({
  sha256: fc.constantFrom('a'.repeat(64), 'b'.repeat(64)),
  functions: fc.array(functionCoverage, { maxLength: 3 }),
  functionName: fc.constantFrom('orders', 'quotes'),
}).map(({ sha256, functions, functionName }): V8RawCoverage => rawCoverage({
  functionName,
  result: [{ url: 'file:///var/task/index.js', path: 'index.js', sha256, wrapperLength: 0, functions }],
})), { maxLength: 8 });

/** How often an offset of a script ran, by arithmetic: the sum over all objects. */
function countOf(raws: readonly V8RawCoverage[], sha256: string, offset: number): number {
  const scripts = raws.flatMap(({ result }) => result).filter((script) => script.sha256 === sha256);
  return countAt(scripts.flatMap(({ functions }) => functions), offset);
}

function countAt(functions: readonly FunctionCoverage[], offset: number): number {
  const around = functions.filter(({ ranges: [whole] }) => whole!.startOffset <= offset && offset < whole!.endOffset);
  return around.reduce((sum, one) => sum + innermost(one, offset), 0);
}

function innermost({ ranges }: FunctionCoverage, offset: number): number {
  return ranges.filter(({ startOffset, endOffset }) => startOffset <= offset && offset < endOffset).at(-1)!.count;
}

function merged(raws: readonly V8RawCoverage[]) {
  const merge = new RawMerge();
  raws.forEach((raw) => merge.add(raw));
  return merge.scripts();
}

test('counts add up', () => {
  fc.assert(fc.property(objects, fc.constantFrom(2, 8, 22, 52, 60, 70, 95), (raws, offset) => {
    for (const script of merged(raws)) {
      expect(countAt(script.functions, offset)).toBe(countOf(raws, script.sha256, offset));
    }
  }));
});

test('the order of the objects does not show', () => {
  fc.assert(fc.property(objects, fc.infiniteStream(fc.nat()), (raws, random) => {
    const shuffled = raws.map((raw) => [random.next().value as number, raw] as const).sort((a, b) => a[0] - b[0]).map(([, raw]) => raw);
    expect(merged(shuffled)).toEqual(merged(raws));
  }));
});

test('the same objects twice double the counts and change nothing else', () => {
  fc.assert(fc.property(objects, (raws) => {
    const doubled = merged(raws).map((script) => ({
      ...script,
      functions: script.functions.map((one) => ({ ...one, ranges: one.ranges.map((range) => ({ ...range, count: range.count * 2 })) })),
    }));
    expect(merged([...raws, ...raws])).toEqual(doubled);
  }));
});

test('what was read is not changed', () => {
  fc.assert(fc.property(objects, (raws) => {
    const before = structuredClone(raws);
    merged(raws);
    expect(raws).toEqual(before);
  }));
});

test('a count of a whole function does not stand for its blocks where another object has them', () => {
  const script = (functions: FunctionCoverage[]) => rawCoverage({
    result: [{ url: 'file:///var/task/index.js', path: 'index.js', sha256: 'a'.repeat(64), wrapperLength: 0, functions }],
  });
  const whole: FunctionCoverage = { functionName: 'f', isBlockCoverage: false, ranges: [{ startOffset: 0, endOffset: 50, count: 3 }] };
  const blocks: FunctionCoverage = {
    functionName: 'f', isBlockCoverage: true, ranges: [{ startOffset: 0, endOffset: 50, count: 1 }, { startOffset: 10, endOffset: 20, count: 0 }],
  };
  expect(merged([script([whole]), script([blocks])])[0]!.functions).toEqual([blocks]);
});

test('merging in between changes nothing, whatever is known of the blocks', () => {
  const wholeOnly = (raw: V8RawCoverage): V8RawCoverage => ({
    ...raw,
    result: raw.result.map((script) => ({
      ...script,
      functions: script.functions.map((one) => ({ ...one, isBlockCoverage: false, ranges: one.ranges.slice(0, 1) })),
    })),
  });
  const kinds = fc.array(fc.tuple(objects, fc.boolean()), { maxLength: 5 })
    .map((groups) => groups.flatMap(([raws, known]) => (known ? raws : raws.map(wholeOnly))));
  fc.assert(fc.property(kinds, fc.nat(8), (raws, pause) => {
    const merge = new RawMerge();
    raws.slice(0, pause).forEach((raw) => merge.add(raw));
    merge.scripts();
    raws.slice(pause).forEach((raw) => merge.add(raw));
    expect(merge.scripts()).toEqual(merged(raws));
    expect(merged([...raws].reverse())).toEqual(merged(raws));
  }));
});
