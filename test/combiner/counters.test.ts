/** What counters say, as the combiner reads it: objects in any order, and tables that anybody may have written. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { rawCoverage } from './raw-coverage';
import { convertMerged } from '../../src/combiner/combine';
import { MergedCoverage } from '../../src/combiner/merging/merged-coverage';
import type { CounterTable } from '../../src/contract/counter-table';
import { decodeCounterValues, encodeCounterValues, MOST_COUNTERS } from '../../src/contract/counter-values';
import { decodeRawCoverage, encodeRawCoverage, type CountersRawCoverage, type RawCoverageMetadata } from '../../src/contract/raw-coverage';
import { instrumentScript } from '../../src/instrumenter/instrument-script';

const SCRIPT = instrumentScript({ path: 'index.js', text: 'exports.handler = (x) => { if (x) { return 1; } return 2; };\n', include: [], exclude: [] }, { counts: true })!;
const TABLE = JSON.parse(SCRIPT.table.json) as CounterTable;

function object(values: readonly number[], metadata: Partial<RawCoverageMetadata> = {}, table = SCRIPT.table.name): CountersRawCoverage {
  return { ...rawCoverage(metadata), kind: 'counters', result: [{ table, counts: encodeCounterValues(values, true) }] };
}

async function combined(raws: readonly CountersRawCoverage[], tables: readonly string[] = [SCRIPT.table.json]) {
  const merged = new MergedCoverage();
  raws.forEach((raw) => merged.add(decodeRawCoverage(encodeRawCoverage(raw))));
  const byHash = new Map(tables.map((json) => [createHash('sha256').update(json).digest('hex'), Buffer.from(json)]));
  return convertMerged(merged, async (hash) => byHash.get(hash));
}

const value = fc.oneof(fc.constant(0), fc.constant(1), fc.nat(), fc.maxSafeNat());

test('values read back, whatever they are', () => {
  fc.assert(fc.property(fc.array(fc.oneof(value, fc.constant(undefined)), { maxLength: 300 }), fc.boolean(), (values, counts) => {
    const read: number[] = values.map(() => 0);
    decodeCounterValues(encodeCounterValues(values, counts), counts, values.length, (counter, count) => {
      read[counter] = count;
    });
    expect(read).toEqual(values.map((count) => (counts ? count ?? 0 : Number(Boolean(count)))));
  }));
});

test('text that nobody encoded is read or refused, and soon', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (bytes, counts) => {
    let calls = 0;
    try {
      decodeCounterValues(Buffer.from(bytes).toString('base64'), counts, MOST_COUNTERS, () => calls++);
    } catch (error) {
      expect((error as Error).message).toMatch(/^(?:the values are damaged|there are values of \d+ counters, more than \d+)$/);
    }
    expect(calls).toBeLessThanOrEqual(MOST_COUNTERS);
  }));
});

test('neither the order of the objects shows, nor what was merged before', async () => {
  const rows = fc.array(fc.tuple(fc.array(fc.nat(9), { minLength: TABLE.size, maxLength: TABLE.size }), fc.constantFrom('a', 'b')), { minLength: 1, maxLength: 6 });
  await fc.assert(fc.asyncProperty(rows, fc.func(fc.integer()), async (all, key) => {
    const objects = all.map(([values, functionName], sequence) => object(values, { functionName, sequence }));
    const shuffled = [...objects].sort((one, other) => key(one) - key(other));
    const before = new MergedCoverage();
    shuffled.slice(0, 3).forEach((raw) => before.add(raw));
    const expected = await combined(objects);
    expect((await combined([...before.raws() as CountersRawCoverage[], ...shuffled.slice(3)])).coverage.toJSON()).toEqual(expected.coverage.toJSON());
    // the handler is called as often as its condition holds and does not hold
    const counters = [TABLE.files[0]!.f[0]].flat().filter((counter) => typeof counter === 'number');
    const calls = all.flatMap(([values]) => counters.map((counter) => values[counter]!)).reduce((sum, count) => sum + count, 0);
    expect(expected.coverage.fileCoverageFor('index.js').data.f).toEqual({ 0: calls });
  }), { numRuns: 40 });
});

test('of flags it is told that they were passed, by however many objects', async () => {
  const { table } = instrumentScript({ path: 'index.js', text: 'exports.handler = () => 1;\n', include: [], exclude: [] }, { counts: false })!;
  const flags: CountersRawCoverage = { ...object([]), result: [{ table: table.name, flags: encodeCounterValues([1, 1], false) }] };
  const { coverage } = await combined([flags, flags, { ...flags, metadata: { ...flags.metadata, functionName: 'other' } }], [table.json]);
  expect(coverage.fileCoverageFor('index.js').data.s).toEqual({ 0: 1, 1: 1 });
});

test('the newest build counts, by whichever engine it was counted', async () => {
  const older = instrumentScript({ path: 'index.js', text: 'exports.handler = () => 0;\n', include: [], exclude: [] }, { counts: true })!;
  const { coverage, errors } = await combined([
    object([1, 1], { timestamp: '2026-01-30T00:00:00.000Z' }, older.table.name),
    object(Array.from({ length: TABLE.size }, () => 1), { timestamp: '2026-01-31T00:00:00.000Z' }),
  ], [SCRIPT.table.json, older.table.json]);
  expect(coverage.fileCoverageFor('index.js').data.branchMap).toEqual(TABLE.files[0]!.branchMap);
  expect(errors).toEqual(['orders: index.js: an older build, deployed before the newest; it is left out']);
});

describe('a table that cannot be used is named, and the rest is combined', () => {
  const changed = (change: (table: CounterTable) => object) => JSON.stringify(change(structuredClone(TABLE)));
  const file = TABLE.files[0]!;
  test.each<[string, string, RegExp]>([
    ['no JSON', '{', /JSON/],
    ['another version', changed((table) => ({ ...table, version: 2 })), /its table of counters has version 2, and this release reads 1; update cdk-lambda-coverage/],
    ['a counter that there is not', changed((table) => ({ ...table, files: [{ ...file, f: { 0: TABLE.size } }] })), /its table of counters is damaged/],
    ['an operation that there is not', changed((table) => ({ ...table, files: [{ ...file, f: { 0: ['exec', 0] } }] })), /is damaged/],
    ['a name that leads elsewhere', changed((table) => ({ ...table, files: [{ ...file, path: '../../etc/passwd' }] })), /is damaged/],
    ['a name that is a property of all objects', changed((table) => ({ ...table, files: [{ ...file, path: '__proto__' }] })), /is damaged/],
    ['counters without a place', changed((table) => ({ ...table, files: [{ ...file, statementMap: {} }] })), /is damaged/],
    ['fewer arms than places', changed((table) => ({ ...table, files: [{ ...file, b: { 0: [0] } }] })), /is damaged/],
    ['files that are none', changed((table) => ({ ...table, files: [null] })), /Cannot|damaged/],
  ])('%s', async (_, json, message) => {
    const name = createHash('sha256').update(json).digest('hex');
    const { coverage, errors } = await combined([object([1], {}, name), object([1], { functionName: 'whole' })], [json, SCRIPT.table.json]);
    expect(errors).toEqual([expect.stringMatching(message)]);
    expect(errors[0]).toMatch(/^orders: /);
    expect(coverage.files()).toEqual(['index.js']);
  });

  test('one that is not there', async () => {
    const { errors } = await combined([object([1], {}, '0'.repeat(64))]);
    expect(errors).toEqual([expect.stringMatching(/^orders: the table 0{64} of its counters was not kept; it is sent once per content/)]);
  });

  test('values of more counters than the table has', async () => {
    const { errors } = await combined([object([1, ...Array.from({ length: TABLE.size }, () => 1)])]);
    expect(errors).toEqual([`orders: it has values of ${TABLE.size + 1} counters, and its table ${SCRIPT.table.name} has ${TABLE.size}`]);
  });
});
