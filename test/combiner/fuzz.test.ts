/** Whatever is in a bucket: combining it neither fails nor hangs, and says of what it could not read why. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import * as fc from 'fast-check';
import { TINY_SCRIPT, tinyObject, tinySource } from './tiny-function';
import { combine } from '../../src/combiner/combine';
import { writeReports } from '../../src/combiner/report/write-reports';
import type { CoverageStore } from '../../src/combiner/stores/store';
import { encodeRawCoverage, type FunctionCoverage, type V8RawCoverage } from '../../src/contract/raw-coverage';

/** A source with what makes conversion look around: branches, loops, awaits, classes. */
const SOURCE = `export class Box<T> {
  static #made = 0;
  constructor(private readonly value: T | undefined) { Box.#made++; }
  get(other?: T): T | undefined { return this.value ?? other; }
}
export async function* walk(items: readonly number[], test = (n: number): boolean => n > 1) {
  outer: for (const item of items) {
    for (let n = item; n > 0; n--) { if (n === 3) continue outer; if (test(n)) break; }
    try { yield item > 2 ? await Promise.resolve(item) : item; } catch { return; } finally { if (item && test(item)) { void 0; } }
  }
}
export const handler = async (event: { n?: number }) => { switch (event.n) { case 1: return 'one'; default: return new Box(event.n).get(7)?.toString() ?? 'none'; } };
`;
const { text: script, map } = (() => {
  const { outputFiles } = esbuild.buildSync({
    stdin: { contents: SOURCE, sourcefile: 'src/app.ts', loader: 'ts' }, bundle: true, platform: 'node', format: 'cjs', sourcemap: 'external', write: false, outfile: 'index.js',
  });
  return { text: outputFiles.find((file) => file.path.endsWith('.js'))!.text, map: outputFiles.find((file) => file.path.endsWith('.map'))!.text };
})();

const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');

function storeOf(objects: readonly Buffer[], sources: readonly string[]): CoverageStore {
  const bySource = new Map(sources.map((content) => [sha256(content), gzipSync(content)]));
  return {
    location: 'a fuzzed bucket',
    async* rawKeys() { yield* objects.map((_, index) => `${index}.coverage`); },
    read: async (key) => objects[parseInt(key, 10)]!,
    source: async (hash) => bySource.get(hash),
  };
}

/** Combines and reports; the map that comes out has to be one that others can read. */
async function survive(objects: readonly Buffer[], sources: readonly string[]): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'fuzz-'));
  try {
    const combined = await combine(storeOf(objects, sources));
    expect(combined.filesProcessed + combined.filesSkipped).toBe(objects.length);
    expect(combined.errors.every((line) => typeof line === 'string' && line !== '')).toBe(true);
    for (const file of combined.coverage.files()) {
      const { s, f, b } = combined.coverage.fileCoverageFor(file).data;
      const counts = [...Object.values(s), ...Object.values(f), ...Object.values(b).flat()];
      expect(counts.every((count) => Number.isFinite(count) && count >= 0)).toBe(true);
    }
    writeReports(combined, { folder, formats: ['html', 'lcov', 'json', 'cobertura'] });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function objectOf(functions: readonly FunctionCoverage[], text: string, sourceMap?: string): Buffer {
  return tinyObject(0, (raw: V8RawCoverage) => ({
    ...raw, result: [{ ...raw.result[0]!, sha256: sha256(text), ...(sourceMap !== undefined && { sourceMap: sha256(sourceMap) }), functions }],
  })).body;
}

const offset = fc.oneof(fc.nat(script.length), fc.nat(script.length * 2), fc.maxSafeNat());
const range = fc.record({ startOffset: offset, endOffset: offset, count: fc.oneof(fc.nat(3), fc.maxSafeNat()) });
const anyFunction: fc.Arbitrary<FunctionCoverage> = fc.record({
  functionName: fc.string(), isBlockCoverage: fc.boolean(), ranges: fc.array(range, { maxLength: 8 }),
});
/** Nested as V8 nests them, anywhere in the script. */
const nested = fc.array(fc.nat(script.length), { minLength: 2, maxLength: 10 }).map((offsets): FunctionCoverage => {
  const sorted = [...new Set(offsets)].sort((a, b) => a - b);
  const starts = sorted.slice(0, Math.ceil(sorted.length / 2));
  const ranges = starts.map((startOffset, index) => ({ startOffset, endOffset: sorted[sorted.length - 1 - index]!, count: index % 3 }));
  return { functionName: '', isBlockCoverage: true, ranges: ranges.filter(({ startOffset, endOffset }, index) => index === 0 || startOffset < endOffset) };
});

test('any ranges', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.oneof(anyFunction, nested), { maxLength: 12 }), async (functions) => {
    await survive([objectOf(functions, script, map), tinyObject(1).body], [script, map, TINY_SCRIPT]);
  }), { numRuns: 150 });
});

/** JSON with some values replaced by others. */
const mutation = fc.array(fc.record({ place: fc.nat(), value: fc.oneof(fc.jsonValue(), fc.constantFrom('__proto__', '../../../etc/passwd', -1, 1e308, null, [], {})) }), { minLength: 1, maxLength: 4 });

function mutated(json: string, changes: ReadonlyArray<{ place: number; value: unknown }>): string {
  const root = { all: JSON.parse(json) as unknown };
  for (const { place, value } of changes) {
    const places: Array<[Record<string, unknown>, string]> = [];
    const walk = (node: unknown): void => {
      if (typeof node === 'object' && node !== null) {
        Object.keys(node).forEach((key) => {
          places.push([node as Record<string, unknown>, key]);
          walk((node as Record<string, unknown>)[key]);
        });
      }
    };
    walk(root);
    const [node, key] = places[place % places.length]!;
    node[key] = value;
  }
  return JSON.stringify(root.all ?? null);
}

test('objects with values that they should not have', async () => {
  const good = gunzipSync(tinyObject(0).body).toString('utf8');
  await fc.assert(fc.asyncProperty(mutation, async (changes) => {
    await survive([gzipSync(mutated(good, changes)), tinyObject(1).body], [TINY_SCRIPT]);
  }), { numRuns: 300 });
});

test('objects with bytes that they should not have', async () => {
  const good = tinyObject(0).body;
  await fc.assert(fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), async (at, byte, length) => {
    const body = Buffer.from(good);
    body[at] = byte;
    await survive([body.subarray(0, length), tinyObject(1).body], [TINY_SCRIPT, tinySource().key]);
  }), { numRuns: 200 });
});

const whole: FunctionCoverage[] = [{ functionName: '', isBlockCoverage: true, ranges: [{ startOffset: 0, endOffset: script.length, count: 1 }] }];

test('source maps with values that they should not have', async () => {
  await fc.assert(fc.asyncProperty(mutation, async (changes) => {
    const other = mutated(map, changes);
    await survive([objectOf(whole, script, other)], [script, other]);
  }), { numRuns: 200 });
});

test('source maps with mappings that they should not have', async () => {
  const fields = JSON.parse(map) as { mappings: string };
  const mappings = fc.oneof(fc.string(), fc.array(fc.constantFrom('A', 'C', 'D', 'g', '/', ';', ',', 'AAAA', 'ggggggC'), { maxLength: 60 }).map((parts) => parts.join('')), fc.nat(fields.mappings.length).map((at) => fields.mappings.slice(at)));
  await fc.assert(fc.asyncProperty(mappings, async (text) => {
    const other = JSON.stringify({ ...fields, mappings: text });
    await survive([objectOf(whole, script, other)], [script, other]);
  }), { numRuns: 200 });
});

test('scripts and sources that are cut off', async () => {
  const fields = JSON.parse(map) as { sourcesContent: string[] };
  await fc.assert(fc.asyncProperty(fc.nat(script.length), fc.nat(SOURCE.length), async (at, cut) => {
    const other = JSON.stringify({ ...fields, sourcesContent: fields.sourcesContent.map((text) => text.slice(0, cut)) });
    await survive([objectOf(whole, script.slice(0, at), other)], [script.slice(0, at), other]);
  }), { numRuns: 150 });
});

test('an encoded raw object is one line', () => {
  expect(encodeRawCoverage(JSON.parse(gunzipSync(tinyObject(0).body).toString('utf8')) as V8RawCoverage)).not.toContain('\n');
});
