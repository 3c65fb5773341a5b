/** Objects, sources and maps that are not what they should be: each is named with what is wrong, and the rest is combined. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { TINY_SCRIPT, tinyObject, tinySource, writeObjects, type TinyObject } from './tiny-function';
import { combine } from '../../src/combiner/combine';
import { Repository } from '../../src/combiner/repository';
import { FolderStore } from '../../src/combiner/stores/folder-store';
import type { CoverageStore } from '../../src/combiner/stores/store';
import { sourceKey } from '../../src/contract/object-keys';
import type { V8RawCoverage } from '../../src/contract/raw-coverage';

const MEGABYTE = 1024 * 1024;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'bad-input-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function combined(objects: readonly TinyObject[], options?: Parameters<typeof combine>[1]) {
  writeObjects(folder, objects);
  return combine(new FolderStore(folder), options);
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const kept = (content: string): TinyObject => ({ key: sourceKey('coverage/', sha256(content)), body: gzipSync(content) });
const damaged = (body: Buffer | string): TinyObject => ({ key: tinyObject(1).key, body: Buffer.from(body as string) });

/** An object of another script, which ran as a whole. */
function objectOf(script: string, sourceMap?: string): TinyObject {
  return tinyObject(1, (raw) => ({
    ...raw,
    result: [{
      ...raw.result[0]!,
      sha256: sha256(script),
      ...(sourceMap !== undefined && { sourceMap }),
      functions: [{ functionName: '', isBlockCoverage: true, ranges: [{ startOffset: 0, endOffset: script.length, count: 1 }] }],
    }],
  }));
}

describe('an object', () => {
  test.each<[string, TinyObject, RegExp]>([
    ['that is cut off', damaged(tinyObject(1).body.subarray(0, 60)), /damaged gzip: unexpected end of file/],
    ['that unpacks to more than any first take', damaged(gzipSync(Buffer.alloc(65 * MEGABYTE, ' '))), /unpacks to more than 67108864 bytes/],
    ['that is larger than is read', damaged(Buffer.alloc(33 * MEGABYTE)), /has 34603008 bytes; 33554432 at most are read/],
    ['that is empty', damaged(''), /not JSON/],
    ['that is not JSON', damaged('<html>'), /not JSON/],
    ['of another version', tinyObject(1, (raw) => ({ ...raw, version: 2 })), /version 2 cannot be read by this release/],
    ['of another kind', tinyObject(1, (raw) => ({ ...raw, kind: 'cobol' })), /kind 'cobol' cannot be read by this release/],
    ['with keys that pollute prototypes', damaged('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"version":1}'), /kind is missing/],
    ['with several lines, one of which is wrong', damaged('{"version":1}\n{"version":2}\n'), /line 1: kind is missing/],
  ])('%s is named, and the others are combined', async (_, object, message) => {
    const { coverage, filesProcessed, filesSkipped, errors } = await combined([tinySource(), tinyObject(0), object]);
    expect(errors).toEqual([expect.stringMatching(message)]);
    expect(errors[0]).toContain(tinyObject(1).key);
    expect({ filesProcessed, filesSkipped }).toEqual({ filesProcessed: 1, filesSkipped: 1 });
    expect(Object.values(coverage.fileCoverageFor('index.js').f)).toEqual([1]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('with ranges outside of the source: the functions are left out and counted, the others are told', async () => {
    const outside = (raw: V8RawCoverage) => ({
      ...raw,
      result: raw.result.map((script) => ({
        ...script,
        functions: [...script.functions, { functionName: 'beyond', isBlockCoverage: true, ranges: [{ startOffset: 5, endOffset: TINY_SCRIPT.length + 99, count: 7 }] }],
      })),
    });
    const { coverage, errors } = await combined([tinySource(), tinyObject(0, outside)]);
    expect(errors).toEqual([`tiny: index.js: 1 of its functions end after the end of index.js, which has ${TINY_SCRIPT.length} characters; they are left out`]);
    expect(Object.values(coverage.fileCoverageFor('index.js').f)).toEqual([1]);
  });

  test('with several raw objects in it is read as all of them', async () => {
    const lines = [0, 1, 2].map((sequence) => JSON.stringify(JSON.parse(gunzipSync(tinyObject(sequence).body).toString('utf8'))));
    const { coverage, filesProcessed } = await combined([tinySource(), { key: tinyObject(0).key, body: gzipSync(`${lines.join('\n')}\n`) }]);
    expect(filesProcessed).toBe(1);
    expect(Object.values(coverage.fileCoverageFor('index.js').f)).toEqual([3]);
  });
});

describe('a source', () => {
  test('that is missing is named with its script', async () => {
    const { errors } = await combined([tinyObject(0)]);
    expect(errors).toEqual(['tiny: index.js: its source was not kept; it is sent once per content, with the first invocation after a deployment']);
  });

  test('with other content than its name says is not believed', async () => {
    const { errors } = await combined([{ key: tinySource().key, body: gzipSync('other();') }, tinyObject(0)]);
    expect(errors).toEqual([expect.stringMatching(/^tiny: index\.js: the kept source [0-9a-f]{64} has other content/)]);
  });
});

describe('a source map', () => {
  const MAPPED = 'run();\n//# sourceMappingURL=index.js.map\n';
  const map = (fields: object) => JSON.stringify({ version: 3, sources: ['src/app.ts'], sourcesContent: ['run();\n'], names: [], mappings: 'AAAA', ...fields });

  test.each<[string, TinyObject[], RegExp]>([
    ['that was not deployed', [objectOf(MAPPED)], /its source map index\.js\.map was not deployed, so it is reported as it is; give the cloud assembly with --app/],
    ['that was not kept', [objectOf(MAPPED, 'a'.repeat(64))], /its source map a{64} was not kept, so it is reported as it is/],
    ['of another script', [kept(map({ mappings: ';;;;;;;;AAAA;AACA;AACA;AACA' })), objectOf(MAPPED, sha256(map({ mappings: ';;;;;;;;AAAA;AACA;AACA;AACA' })))], /is of another script, so the script is reported as it is/],
    // its only place is in the ninth line of a source of one
    ['of other sources', [kept(map({ mappings: 'AAQA' })), objectOf(MAPPED, sha256(map({ mappings: 'AAQA' })))], /is of another script, so the script is reported as it is/],
  ])('%s: the script is reported as itself, and says so', async (_, objects, message) => {
    const { coverage, errors } = await combined([kept(MAPPED), ...objects]);
    expect(coverage.files()).toEqual(['index.js']);
    expect(errors).toEqual([expect.stringMatching(message)]);
  });

  test('that a bundle does not have: it is reported as itself, and says so', async () => {
    const bundle = 'var __commonJS = (cb, mod) => () => mod;\n// node_modules/a/index.js\nvar a = __commonJS({});\n';
    const { coverage, errors } = await combined([kept(bundle), objectOf(bundle)]);
    expect(coverage.files()).toEqual(['index.js']);
    expect(errors).toEqual(['tiny: index.js: it is a bundle without a source map, so it is reported as it is; bundle with source maps']);
  });

  describe('without the texts of its sources', () => {
    const source = "export function handler({ name }) {\n  const greeting = name ? 'hello ' : 'nobody';\n  return greeting + name;\n}\n";
    let script: string;
    let sourceMap: string;

    beforeEach(() => {
      mkdirSync(path.join(folder, 'repository', 'src'), { recursive: true });
      const { outputFiles } = buildSync({
        stdin: { contents: source, sourcefile: 'src/app.ts', resolveDir: folder },
        absWorkingDir: folder,
        outfile: 'index.js',
        write: false,
        bundle: true,
        format: 'cjs',
        platform: 'node',
        sourcemap: true,
        sourcesContent: false,
      });
      [sourceMap, script] = outputFiles.map(({ text }) => text) as [string, string];
    });

    const report = async (found?: string) => {
      if (found !== undefined) {
        writeFileSync(path.join(folder, 'repository', 'src', 'app.ts'), found);
      }
      const objects = [kept(script), kept(sourceMap), objectOf(script, sha256(sourceMap))];
      return combined(objects, { repository: new Repository(path.join(folder, 'repository')) });
    };

    test('takes them from the folder of the report, and says so', async () => {
      const { coverage, errors } = await report(source);
      expect(coverage.files()).toEqual(['src/app.ts']);
      expect(coverage.fileCoverageFor('src/app.ts').toSummary().data.statements).toMatchObject({ total: 2 });
      expect(errors).toEqual([expect.stringMatching(/does not hold the text of src\/app\.ts, which was read from the folder of the report; bundle with sourcesContent/)]);
    });

    test('leaves out what has been changed since', async () => {
      const { coverage, errors } = await report(`// a line more\n${source}`);
      expect(coverage.files()).toEqual([]);
      expect(errors).toEqual([expect.stringMatching(/src\/app\.ts is left out: the text that is at hand is not what index\.js was made of/)]);
    });

    test('reports the script as it is where they are nowhere', async () => {
      const { coverage, errors } = await report();
      expect(coverage.files()).toEqual(['index.js']);
      expect(errors).toEqual([expect.stringMatching(/does not hold the text of its sources \(src\/app\.ts\), so the script is reported as it is/)]);
    });
  });

  test('with ten thousand sources is read', async () => {
    const sources = Array.from({ length: 10_000 }, (_, index) => `src/${index}.ts`);
    const many = map({ sources, sourcesContent: sources.map(() => 'run();\n') });
    const { coverage } = await combined([kept(MAPPED), kept(many), objectOf(MAPPED, sha256(many))]);
    expect(coverage.files()).toHaveLength(10_000);
    expect(coverage.fileCoverageFor('src/0.ts').s).toEqual({ 0: 1 });
    expect(coverage.fileCoverageFor('src/9999.ts').s).toEqual({ 0: 0 });
  });
});

test('builds that are not deployed any more are kept apart where they are asked for', async () => {
  const newer = TINY_SCRIPT.replace('9', '99');
  const objects = [tinySource(), tinyObject(0), kept(newer), objectOf(newer)];
  const newest = await combined(objects);
  expect(newest.coverage.files()).toEqual(['index.js']);
  const all = await combined(objects, { allBuilds: true });
  expect(all.coverage.files()).toEqual([newer, TINY_SCRIPT].map((text) => `index.js@${sha256(text).slice(0, 8)}`).sort());
  expect(all.errors).toEqual([]);
});

test('objects that may not be read are named with the right that is missing', async () => {
  const store: CoverageStore = {
    location: 'denied',
    async* rawKeys() { yield 'a.coverage'; },
    read: async () => { throw new Error("no right to use 'a.coverage' (s3:GetObject is denied)"); },
    source: async () => undefined,
  };
  expect((await combine(store)).errors).toEqual([expect.stringContaining('s3:GetObject is denied')]);
});
