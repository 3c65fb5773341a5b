/** What somebody could write who may add coverage, and nothing else: it harms neither who combines nor what others have added. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { TINY_SCRIPT, tinyObject, tinySource, writeObjects, type TinyObject } from './tiny-function';
import { combine, type CombinedStore } from '../../src/combiner/combine';
import { filesBelow } from '../../src/combiner/files-below';
import { writeReports } from '../../src/combiner/report/write-reports';
import { FolderStore } from '../../src/combiner/stores/folder-store';
import { REPORT_FORMATS } from '../../src/contract/report-formats';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hostile-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function combined(objects: readonly TinyObject[]): Promise<CombinedStore> {
  writeObjects(path.join(folder, 'bucket'), [tinySource(), ...objects]);
  return combine(new FolderStore(path.join(folder, 'bucket')), { allBuilds: true });
}

/** All reports. @returns what was written, by paths in the folder above that of the reports */
function report(result: CombinedStore): Map<string, string> {
  const above = path.join(folder, 'out');
  mkdirSync(path.join(above, 'a', 'b', 'reports'), { recursive: true });
  // the page of that in one file is bundled, and looked at in test/cli/report-page.test.ts
  const formats = REPORT_FORMATS.filter((format) => format !== 'html-single');
  writeReports({ ...result, parts: [] }, { folder: path.join(above, 'a', 'b', 'reports'), formats, textFiles: true });
  return new Map(filesBelow(above).map((file) => [file, readFileSync(path.join(above, file), 'utf8')]));
}

const named = (name: string) => tinyObject(1, (raw) => ({ ...raw, result: raw.result.map((script) => ({ ...script, path: name })) }));
const ownCount = { f: { 0: 1 }, b: { 0: [0, 1] } };

test.each([
  '../../../../escaped.js', '/etc/escaped.js', 'a/../../../../../escaped.js', '..\\..\\escaped.js', 'C:\\escaped.js', 'file:///etc/escaped.js', '.', '..', '',
])('a path such as %p leads out of no folder', async (name) => {
  const result = await combined([tinyObject(0), named(name)]);
  expect(result.coverage.fileCoverageFor('index.js').toJSON()).toMatchObject(ownCount);
  expect([...report(result).keys()].filter((file) => !file.startsWith('a/b/reports/'))).toEqual([]);
  expect(existsSync('/etc/escaped.js')).toBe(false);
});

test.each([
  '__proto__', 'constructor', 'toString', 'hasOwnProperty',
])('a path such as %p is a file like any other, and changes no prototype', async (name) => {
  const before = Object.getOwnPropertyNames(Object.prototype).sort();
  const result = await combined([tinyObject(0), named(name)]);
  expect(result.coverage.files().sort()).toEqual([`./${name}`, 'index.js']);
  expect(result.coverage.fileCoverageFor('index.js').toJSON()).toMatchObject(ownCount);
  const summary = JSON.parse(report(result).get('a/b/reports/coverage-summary.json')!) as Record<string, unknown>;
  expect(Object.keys(summary).sort()).toEqual([`./${name}`, 'index.js', 'total']);
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before);
});

test.each(['../../../escaped', '__proto__/../..', '<img src=x>', 'a'.repeat(65), ''])('a function named %p is refused', async (functionName) => {
  const { coverage, errors } = await combined([tinyObject(0), tinyObject(1, (raw) => ({ ...raw, metadata: { ...raw.metadata, functionName } }))]);
  expect(errors).toEqual([expect.stringContaining('not the name of a Lambda function')]);
  expect(coverage.fileCoverageFor('index.js').toJSON()).toMatchObject(ownCount);
});

test('markup in paths and sources is text in every report', async () => {
  const markup = '<script>alert(1)</script><img src=x onerror=alert(2)>"\'';
  const source = `/* ${markup} */ exports.handler = () => {};\n`;
  const sha256 = createHash('sha256').update(source).digest('hex');
  const functions = [{ functionName: markup, isBlockCoverage: true, ranges: [{ startOffset: 0, endOffset: source.length, count: 1 }] }];
  const hostile = tinyObject(1, (raw) => ({ ...raw, result: [{ ...raw.result[0]!, path: `${markup}.js`, sha256, functions }] }));
  const pages = report(await combined([tinyObject(0), hostile, { key: `coverage/sources/${sha256}`, body: gzipSync(source) }]));
  for (const [file, content] of pages) {
    if (file.endsWith('.html') || file.endsWith('.xml')) {
      expect([file, /<img src=x|<script>alert/.exec(content)]).toEqual([file, null]);
    }
  }
});

test.each([
  ['of exponential time', ['+(*a|*aa)+(*a|*aa)b'], 'a'.repeat(60)],
  ['of polynomial time', [`${'*a'.repeat(12)}*b`], 'a'.repeat(200)],
  ['for a long path', ['*a*a*b'], 'a'.repeat(100_000)],
])('patterns %s are given up after a second, and the rest is combined', async (_, include, name) => {
  const slow = tinyObject(1, ({ metadata, result, ...raw }) => (
    { ...raw, metadata: { ...metadata, include }, result: result.map((script) => ({ ...script, path: name })) }
  ));
  const start = Date.now();
  const { coverage, errors } = await combined([tinyObject(0), slow]);
  expect(Date.now() - start).toBeLessThan(20_000);
  expect(errors).toEqual([expect.stringContaining('its patterns take too long')]);
  expect(coverage.fileCoverageFor('index.js').toJSON()).toMatchObject(ownCount);
});

test('what is nested deeply is refused, and the rest is combined', async () => {
  const ranges = Array.from({ length: 20_000 }, (_, at) => ({ startOffset: 0, endOffset: TINY_SCRIPT.length - (at % 50), count: at }));
  const functions = [{ functionName: '', isBlockCoverage: true, ranges }];
  const deep = tinyObject(1, (raw) => ({ ...raw, result: raw.result.map((script) => ({ ...script, functions })) }));
  const json = { key: tinyObject(2).key, body: gzipSync(`{"a":${'['.repeat(500_000)}${']'.repeat(500_000)}}`) };
  const { coverage, filesSkipped } = await combined([tinyObject(0), deep, json]);
  expect(filesSkipped).toBe(2);
  expect(coverage.fileCoverageFor('index.js').toJSON()).toMatchObject(ownCount);
});
