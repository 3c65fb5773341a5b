import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { TINY_SCRIPT, tinyObject, tinySource, writeObjects, type TinyObject } from './tiny-function';
import { combine } from '../../src/combiner/combine';
import { writeReports } from '../../src/combiner/report/write-reports';
import { FolderStore } from '../../src/combiner/stores/folder-store';
import { sourceKey } from '../../src/contract/object-keys';
import type { ScriptCoverage, V8RawCoverage } from '../../src/contract/raw-coverage';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'combine-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function combined(objects: readonly TinyObject[]) {
  writeObjects(folder, objects);
  return combine(new FolderStore(folder));
}

/** A raw object of another script: nothing of it ran but its module. */
function objectOf(script: string, sequence: number, change: Partial<ScriptCoverage> = {}, functionName = 'tiny'): TinyObject {
  return tinyObject(sequence, (raw: V8RawCoverage) => ({
    ...raw,
    metadata: { ...raw.metadata, functionName },
    result: [{
      ...raw.result[0]!,
      sha256: sha256(script),
      functions: [{ functionName: '', isBlockCoverage: true, ranges: [{ startOffset: 0, endOffset: script.length, count: 1 }] }],
      ...change,
    }],
  }));
}

function kept(content: string): TinyObject {
  return { key: sourceKey('coverage/', sha256(content)), body: gzipSync(content) };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function mapped(source: string, content: string | undefined, mappings = 'AAAA'): { script: string; map: string } {
  return {
    script: 'run();\n//# sourceMappingURL=index.js.map\n',
    map: JSON.stringify({ version: 3, sources: [source], ...(content !== undefined && { sourcesContent: [content] }), names: [], mappings }),
  };
}

describe('builds', () => {
  const NEWER = TINY_SCRIPT.replace('9', '99');

  test('of one function do not mix: the newest counts, and the older is named', async () => {
    const whole = { startOffset: 0, endOffset: NEWER.length };
    const notCalled = { startOffset: NEWER.indexOf('async'), endOffset: NEWER.lastIndexOf('}') + 1, count: 0 };
    const functions = [
      { functionName: '', isBlockCoverage: true, ranges: [{ ...whole, count: 1 }] },
      { functionName: 'exports.handler', isBlockCoverage: false, ranges: [notCalled] },
    ];
    const { coverage, texts, errors } = await combined([tinySource(), tinyObject(0), tinyObject(1), kept(NEWER), objectOf(NEWER, 2, { functions })]);
    expect(texts.get('index.js')).toBe(NEWER);
    expect(coverage.files()).toEqual(['index.js']);
    expect(Object.values(coverage.fileCoverageFor('index.js').f)).toEqual([0]);
    expect(errors).toEqual([expect.stringMatching(/tiny: index\.js: an older build/)]);
  });

  test('of two functions with files of the same path stay apart, under names that do not depend on who ran last', async () => {
    const { coverage, errors } = await combined([tinySource(), tinyObject(1), kept(NEWER), objectOf(NEWER, 2, {}, 'other'), objectOf(NEWER, 0, {}, 'other')]);
    expect(coverage.files()).toEqual(['other/index.js', 'tiny/index.js']);
    expect(errors).toEqual([]);
  });
});

test('a deployment that changes comments only adds up: the script is the same, and the newest map tells of it', async () => {
  const before = mapped('src/app.ts', 'run();\n');
  const after = mapped('src/app.ts', 'run(); // changed\n');
  expect(after.script).toBe(before.script);
  const { coverage, texts, errors } = await combined([
    kept(before.script), kept(before.map), kept(after.map),
    objectOf(before.script, 1, { sourceMap: sha256(after.map) }), objectOf(before.script, 0, { sourceMap: sha256(before.map) }),
  ]);
  expect(errors).toEqual([]);
  expect(Object.values(coverage.fileCoverageFor('src/app.ts').s)).toEqual([2]);
  expect(texts.get('src/app.ts')).toBe('run(); // changed\n');
});

test('a map with sections is read', async () => {
  const { script, map } = mapped('src/app.ts', 'run();\n');
  const sectioned = JSON.stringify({ version: 3, sections: [{ offset: { line: 0, column: 0 }, map: JSON.parse(map) as unknown }] });
  const { coverage, errors } = await combined([kept(script), kept(sectioned), objectOf(script, 0, { sourceMap: sha256(sectioned) })]);
  expect(errors).toEqual([]);
  expect(coverage.files()).toEqual(['src/app.ts']);
});

describe('original files', () => {
  test('are read from the map, and the paths that lead up and out are cut', async () => {
    const { script, map } = mapped('../../../../etc/app.ts', 'run();\n');
    const { coverage, texts, errors } = await combined([kept(script), kept(map), objectOf(script, 0, { sourceMap: sha256(map) })]);
    expect(errors).toEqual([]);
    expect(coverage.files()).toEqual(['etc/app.ts']);
    expect(Object.values(coverage.fileCoverageFor('etc/app.ts').s)).toEqual([1]);
    expect(texts.get('etc/app.ts')).toBe('run();\n');
  });

  test.each([
    ['/etc/passwd.ts', 'etc/passwd.ts'],
    ['file:///home/somebody/src/a.ts', 'home/somebody/src/a.ts'],
    ['webpack://shop/./src/a.ts', 'src/a.ts'],
    ['..\\..\\src\\a.ts', 'src/a.ts'],
    ['C:\\work\\a.ts', 'work/a.ts'],
    ['__proto__/constructor.ts', '__proto__/constructor.ts'],
    ['javascript:alert(1)//a.ts', 'javascript%3Aalert(1)/a.ts'],
  ])('at %s are reported as %s, and nothing is written outside of the output folder', async (source, expected) => {
    const { script, map } = mapped(source, 'run();\n');
    const result = await combined([kept(script), kept(map), objectOf(script, 0, { sourceMap: sha256(map) })]);
    expect(result.coverage.files()).toEqual([expected]);
    const outside = path.join(folder, 'outside');
    mkdirSync(outside);
    writeReports(result, { folder: path.join(outside, 'inside'), formats: ['html', 'json'] });
    expect(readdirSync(outside)).toEqual(['inside']);
    expect(existsSync(path.join(outside, 'inside', 'index.html'))).toBe(true);
    expect(({} as Record<string, unknown>).path).toBeUndefined();
  });

  test('of packages are left out', async () => {
    const { script, map } = mapped('../node_modules/left-pad/index.js', 'run();\n');
    const { coverage, errors } = await combined([kept(script), kept(map), objectOf(script, 0, { sourceMap: sha256(map) })]);
    expect(coverage.files()).toEqual([]);
    expect(errors).toEqual([]);
  });

  test('whose text the map does not hold: the script is reported as itself, and says so', async () => {
    const { script, map } = mapped('../src/app.ts', undefined);
    const { coverage, errors } = await combined([kept(script), kept(map), objectOf(script, 0, { sourceMap: sha256(map) })]);
    expect(coverage.files()).toEqual(['index.js']);
    expect(Object.values(coverage.fileCoverageFor('index.js').s)).toEqual([1]);
    expect(errors).toEqual([expect.stringMatching(/does not hold the text of its sources.*reported as it is/)]);
  });

  test('that do not parse are named, and the others are reported', async () => {
    const { script, map } = mapped('src/broken.ts', 'const = ;');
    const { errors } = await combined([kept(script), kept(map), objectOf(script, 0, { sourceMap: sha256(map) })]);
    expect(errors).toEqual([expect.stringMatching(/src\/broken\.ts/)]);
  });

  test('behind a map that is not one: the script is reported as itself, and says so', async () => {
    const { script } = mapped('src/a.ts', '');
    const { coverage, errors } = await combined([kept(script), kept('<html>'), objectOf(script, 0, { sourceMap: sha256('<html>') })]);
    expect(errors).toEqual([expect.stringMatching(/its source map cannot be read .* reported as it is/)]);
    expect(coverage.files()).toEqual(['index.js']);
  });
});

test('include and exclude patterns are for original files', async () => {
  const { script, map } = mapped('../src/app.ts', 'run();\n');
  const patterns = (include: string[], exclude: string[]) => tinyObject(0, (raw) => ({
    ...raw,
    metadata: { ...raw.metadata, include, exclude },
    result: [{
      ...raw.result[0]!,
      sha256: sha256(script),
      sourceMap: sha256(map),
      functions: [{ functionName: '', isBlockCoverage: true, ranges: [{ startOffset: 0, endOffset: script.length, count: 1 }] }],
    }],
  }));
  const files = async (include: string[], exclude: string[] = []) =>
    (await combined([kept(script), kept(map), patterns(include, exclude)])).coverage.files();
  expect(await files(['src/*'])).toEqual(['src/app.ts']);
  expect(await files(['lib/*'])).toEqual([]);
  expect(await files([], ['src/*'])).toEqual([]);
  expect(await files(['**/*.ts'], ['**/*.test.ts'])).toEqual(['src/app.ts']);
});

test('without branch coverage there are no branches', async () => {
  const { coverage } = await combined([tinySource(), tinyObject(0, (raw) => ({ ...raw, metadata: { ...raw.metadata, branchCoverage: false } }))]);
  expect(coverage.getCoverageSummary().branches.total).toBe(0);
  expect(coverage.getCoverageSummary().statements.total).toBe(4);
});

test('names and sources are escaped in the HTML report', async () => {
  const name = '<img src=x onerror=alert(1)>.ts';
  const { script, map } = mapped(name, '"</pre><script>alert(1)</script>";\n');
  const result = await combined([kept(script), kept(map), objectOf(script, 0, { sourceMap: sha256(map) })]);
  const output = path.join(folder, 'html');
  writeReports(result, { folder: output, formats: ['html'] });
  const pages = readdirSync(output).filter((file) => file.endsWith('.html'));
  expect(pages).toHaveLength(2);
  for (const page of pages) {
    const html = readFileSync(path.join(output, page), 'utf8');
    expect(html).not.toContain('<img src=x');
    expect(html).not.toContain('<script>alert');
  }
});

test('what the wrapper could not tell is passed on', async () => {
  writeFileSync(path.join(folder, 'README'), 'not coverage');
  const { errors } = await combined([tinySource(), tinyObject(0, (raw) => ({ ...raw, omitted: [{ url: 'file:///var/task/x.js', reason: 'cannot be read' }] }))]);
  expect(errors).toEqual(['tiny: file:///var/task/x.js cannot be read']);
});
