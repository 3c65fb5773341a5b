/** Raw objects are read the same, however much of them was read before. */
import { SharedFunctions } from '../../../src/combiner/reading/shared-functions';
import { decodeRawCoverageFile, encodeRawCoverage, type FunctionCoverage, type V8RawCoverage } from '../../../src/contract/raw-coverage';
import { rawCoverage } from '../raw-coverage';

/** What could be taken for the end of a function or of an array, and what is more than a byte. */
const NAMES = ['', 'a', 'get x', 'b"},{"functionName":"c', ']}]', 'e}]', '\\"', 'größe', '🙂', '],"functions":[', ']},{"url":"', '[Symbol.iterator]'];

function random(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 % 4_294_967_296;
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

/** Functions of a script in the order of the source, some with blocks; some are left out, and counts differ, by the seed. */
function functionsOf(count: number, next: (below: number) => number, part: number): FunctionCoverage[] {
  const functions = Array.from({ length: count }, (_, index): FunctionCoverage => {
    const start = index * 100;
    const blocks = index % 3 === 0 ? [{ startOffset: start + 10, endOffset: start + 20, count: next(part) }] : [];
    const whole = { startOffset: start, endOffset: start + 90, count: next(part) };
    return { functionName: NAMES[index % NAMES.length]!, ranges: [whole, ...blocks], isBlockCoverage: blocks.length > 0 };
  });
  return functions.filter(() => next(50) > 0);
}

function objectOf(seed: number, count: number): V8RawCoverage {
  const next = random(seed);
  const script = (name: string, functions: FunctionCoverage[]) => ({
    url: `file:///var/task/${name}`, path: name, sha256: name.repeat(64).slice(0, 64), wrapperLength: 0, functions,
  });
  const scripts = ['a', 'b', 'c'].slice(0, 1 + next(3)).map((name) => script(name, functionsOf(name === 'a' ? count : 3, next, 1 + next(3))));
  return rawCoverage({ result: scripts, sequence: seed });
}

/** Keys in the other order, as objects of an older Node.js or of another tool may have them. */
function reordered(raw: V8RawCoverage): V8RawCoverage {
  const other = ({ functionName, isBlockCoverage, ranges }: FunctionCoverage) => ({ functionName, isBlockCoverage, ranges });
  return { ...raw, result: raw.result.map((one) => ({ ...one, functions: one.functions.map(other) })) };
}

test.each([5, 60, 2_000])('objects with %d functions are read as each by itself', (count) => {
  const shared = new SharedFunctions();
  for (let seed = 0; seed < 40; seed++) {
    const raw = seed % 7 === 3 ? reordered(objectOf(seed, count)) : objectOf(seed, count);
    const text = encodeRawCoverage(raw);
    expect(shared.decode(Buffer.from(text))).toEqual(decodeRawCoverageFile(text)[0]);
  }
});

test('what was told before in the same words is the same object', () => {
  const shared = new SharedFunctions();
  const functionsRead = (raw: V8RawCoverage) => (shared.decode(Buffer.from(encodeRawCoverage(raw))) as V8RawCoverage).result[0]!.functions;
  const raw = objectOf(1, 2_000);
  const first = functionsRead(raw);
  const [script] = raw.result;
  const oftener = (fn: FunctionCoverage) => ({ ...fn, ranges: fn.ranges.map((range) => ({ ...range, count: range.count + 1 })) });
  const changed = script!.functions.map((fn, index) => (index === 700 ? oftener(fn) : fn));
  const second = functionsRead({ ...raw, result: [{ ...script!, functions: changed }, ...raw.result.slice(1)] });
  expect(second.map((fn, index) => fn === first[index])).toEqual(changed.map((_, index) => index !== 700));
});

test.each<[string, (text: string) => string]>([
  ['cut off', (text) => text.slice(0, -40)],
  ['with white space', (text) => JSON.stringify(JSON.parse(text), undefined, 1)],
  ['with functions that are none', (text) => text.replace('{"functionName":""', '{"name":""')],
  ['with ranges that are not nested', (text) => text.replace(/"endOffset":20/, '"endOffset":99')],
  ['with negative counts', (text) => text.replace(/"count":\d+/, '"count":-1')],
  ['of two lines', (text) => `${text}\n${text}`],
  ['with a further array of that name', (text) => text.replace('"metadata":{', '"metadata":{"functions":[],')],
  ['of another kind', (text) => text.replace('"kind":"v8"', '"kind":"istanbul"')],
  ['of another version', (text) => text.replace('"version":1', '"version":2')],
])('%s: is left to whoever reads it as a whole', (_, change) => {
  const shared = new SharedFunctions();
  const text = encodeRawCoverage(objectOf(2, 30));
  expect(change(text)).not.toBe(text);
  expect(shared.decode(Buffer.from(change(text)))).toBeUndefined();
});
