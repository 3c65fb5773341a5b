import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { createCoverageMap } from 'istanbul-lib-coverage';
import { lambdaCoverage } from './command-line';
import { TINY_SCRIPT, TINY_TOTALS, tinyObject, tinySource, writeObjects, type TinyObject } from '../combiner/tiny-function';
import { LocalS3 } from '../s3/local-s3';

let folder: string;
let s3: LocalS3;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'report-'));
  s3 = await LocalS3.start({ buckets: ['tiny-coverage'] });
});

afterEach(async () => {
  await s3.stop();
  rmSync(folder, { recursive: true, force: true });
});

const good = () => [tinySource(), tinyObject(0), tinyObject(1)];

function put(objects: readonly TinyObject[]): void {
  objects.forEach(({ key, body }) => s3.put('tiny-coverage', key, body));
}

function report(...args: string[]) {
  return lambdaCoverage(['report', ...args], { cwd: folder, environment: s3.environment() });
}

/** Covered of all, as the JSON report of an output folder has it. */
function totals(output: string): Record<string, string> {
  const map = createCoverageMap(JSON.parse(readFileSync(path.join(folder, output, 'coverage-final.json'), 'utf8')));
  const summary = map.getCoverageSummary();
  return Object.fromEntries((['statements', 'branches', 'functions', 'lines'] as const).map((name) => [name, `${summary[name].covered}/${summary[name].total}`]));
}

describe('a report', () => {
  test('of a bucket and of a folder with the same objects are the same', async () => {
    put(good());
    writeObjects(path.join(folder, 'copy'), good());
    expect(await report('s3://tiny-coverage', '-o', 'a')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await report('copy', '-o', 'b')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(totals('a')).toEqual(TINY_TOTALS);
    expect(readFileSync(path.join(folder, 'b', 'coverage-final.json'), 'utf8')).toBe(readFileSync(path.join(folder, 'a', 'coverage-final.json'), 'utf8'));
  });

  test('is written in every format', async () => {
    put(good());
    const { stdout } = await report('s3://tiny-coverage/coverage/');
    const written = (file: string) => readFileSync(path.join(folder, 'coverage', file), 'utf8');
    expect(stdout).toMatch(/index\.js\s*\|\s*75 \|\s*50 \|\s*100 \|\s*75 \| 3/);
    expect(stdout).toContain('2 objects of 1 functions, the newest of 2026-01-31T12:00:01Z\n');
    expect(written('lcov.info')).toMatch(/SF:index\.js\n[^]*DA:3,0\n[^]*end_of_record/);
    expect(written('cobertura-coverage.xml')).toMatch(/<coverage lines-valid="4" lines-covered="3" .*branches-valid="2" branches-covered="1"/);
    expect(JSON.parse(written('coverage-summary.json')).total.statements).toMatchObject({ total: 4, covered: 3, pct: 75 });
    expect(written('index.html')).toContain('index.js.html');
    expect(JSON.parse(written('coverage-builds.json'))).toEqual([
      { path: 'index.js', sha256: createHash('sha256').update(TINY_SCRIPT).digest('hex'), lambdaFunctions: ['tiny'], newest: '2026-01-31T12:00:01.000Z' },
    ]);
    expect(written('index.js.html')).toContain('exports.handler');
  });

  test('adds up hit counts over the objects', async () => {
    put(good());
    await report('s3://tiny-coverage', '--format', 'json');
    const { 'index.js': file } = JSON.parse(readFileSync(path.join(folder, 'coverage', 'coverage-final.json'), 'utf8')) as Record<string, { s: object; b: object; f: object }>;
    expect(Object.values(file!.f)).toEqual([2]);
    expect(Object.values(file!.b)).toEqual([[0, 2]]);
  });

  test('writes the formats that are asked for and no others', async () => {
    put(good());
    await report('s3://tiny-coverage', '--format', 'lcov,json-summary', '--output', 'out');
    expect(readdirSync(path.join(folder, 'out')).sort()).toEqual(['coverage-summary.json', 'lcov.info']);
  });

  test('changes nothing of its input', async () => {
    put(good());
    const before = s3.requests.length;
    await report('s3://tiny-coverage');
    expect([...new Set(s3.requests.slice(before).map(({ method }) => method))]).toEqual(['GET']);
  });

  test('ends quietly when nobody reads its output', async () => {
    put(good());
    const cli = path.join(__dirname, '..', '..', 'assets', 'cli', 'lambda-coverage.js');
    const shell = spawn('sh', ['-c', `"${process.execPath}" "${cli}" report s3://tiny-coverage | head -n 1`], {
      cwd: folder, env: { PATH: process.env.PATH, ...s3.environment() },
    });
    let stderr = '';
    shell.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    await once(shell, 'close');
    expect(stderr).toBe('');
    expect(existsSync(path.join(folder, 'coverage', 'lcov.info'))).toBe(true);
  });
});

describe('an object that cannot be read is named, and the rest is combined:', () => {
  const damaged: Array<[string, Buffer, RegExp]> = [
    ['a truncated one', tinyObject(7).body.subarray(0, 60), /damaged gzip/],
    ['one that is not JSON', gzipSync('<html>'), /not JSON/],
    ['one of another version', tinyObject(7, (raw) => ({ ...raw, version: 99 })).body, /version 99 cannot be read by this release \(it reads 1\)/],
    ['one of an unknown kind', tinyObject(7, (raw) => ({ ...raw, kind: 'cobol' })).body, /kind 'cobol' cannot be read by this release \(it reads v8, istanbul, counters, python\)/],
    ['one with ranges out of shape', tinyObject(7, (raw) => ({ ...raw, result: [{ ...(raw.result[0] as object), functions: [{}] }] })).body, /ranges is missing/],
    ['a gzip bomb', gzipSync(Buffer.alloc(300 * 1024 * 1024)), /unpacks to more than/],
  ];

  test.each(damaged)('%s', async (_, body, reason) => {
    put([...good(), { key: tinyObject(7).key, body }]);
    const { exitCode, stdout, stderr } = await report('s3://tiny-coverage', '--format', 'json');
    expect(stderr).toContain(`warning: ${tinyObject(7).key}: `);
    expect(stderr).toMatch(reason);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('2 objects of 1 functions, 1 skipped');
    expect(totals('coverage')).toEqual(TINY_TOTALS);
  });

  test('a source with another content than its name says', async () => {
    put([{ ...tinySource(), body: gzipSync('evil()') }, tinyObject(0)]);
    const { exitCode, stderr } = await report('s3://tiny-coverage', '--format', 'json');
    expect(stderr).toMatch(/warning: tiny: index\.js: the kept source [0-9a-f]{64} has other content/);
    expect(exitCode).toBe(1);
  });

  test('a source that is not there', async () => {
    put([tinyObject(0)]);
    const { exitCode, stderr } = await report('s3://tiny-coverage', '--format', 'json');
    expect(stderr).toContain('warning: tiny: index.js: its source was not kept');
    expect(stderr).toContain('1 objects were read, but nothing can be reported of them: tiny: index.js: its source was not kept');
    expect(exitCode).toBe(1);
    expect(existsSync(path.join(folder, 'coverage'))).toBe(false);
  });

  test('and where none can be read, the command fails', async () => {
    put([{ key: tinyObject(0).key, body: Buffer.from('x') }]);
    const { exitCode, stderr } = await report('s3://tiny-coverage');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('s3://tiny-coverage/coverage/: none of the 1 objects could be read');
    expect(existsSync(path.join(folder, 'coverage'))).toBe(false);
  });
});

describe('what cannot be done exits with 1 and says why:', () => {
  const cases: Array<[string, string[], RegExp]> = [
    ['a bucket that does not exist', ['s3://no-such-coverage'], /bucket 'no-such-coverage' does not exist/],
    ['a prefix without coverage', ['s3://tiny-coverage/other/'], /no coverage in s3:\/\/tiny-coverage\/other\/: no object ending in \.coverage is there/],
    ['a folder that does not exist', ['nowhere'], /folder 'nowhere' does not exist/],
    ['a folder without coverage', ['.'], /no coverage in \.: no object/],
    ['an output folder that cannot be made', ['s3://tiny-coverage', '-o', 'file/below'], /the output folder 'file\/below' cannot be made/],
    ['an output folder that cannot be written to', ['s3://tiny-coverage', '-o', 'taken', '-f', 'json'], /the report 'json' cannot be written to the output folder 'taken': EISDIR/],
    ['an app that is no cloud assembly', ['s3://tiny-coverage', '--app', '.'], /'\.' is not a cloud assembly: it has no manifest\.json/],
  ];

  test.each(cases)('%s', async (_, args, message) => {
    put(good());
    writeFileSync(path.join(folder, 'file'), '');
    mkdirSync(path.join(folder, 'taken', 'coverage-final.json'), { recursive: true });
    const { exitCode, stderr } = await report(...args);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(exitCode).toBe(1);
  });

  test('no right to list the bucket', async () => {
    put(good());
    s3.deny(({ operation }) => operation === 'ListObjectsV2');
    const { exitCode, stderr } = await report('s3://tiny-coverage');
    expect(stderr).toContain("the credentials need s3:ListBucket on bucket 'tiny-coverage'");
    expect(exitCode).toBe(1);
  });

  test('no right to read the objects', async () => {
    put(good());
    s3.deny(({ operation }) => operation === 'GetObject');
    const { exitCode, stderr } = await report('s3://tiny-coverage');
    expect(stderr).toContain("the credentials need s3:GetObject on bucket 'tiny-coverage'");
    expect(stderr).toContain('none of the 2 objects');
    expect(exitCode).toBe(1);
  });
});

describe('what makes no sense exits with 2 and says what would:', () => {
  const cases: Array<[string, string[], RegExp]> = [
    ['nothing at all', [], /Usage: lambda-coverage/],
    ['no source', ['report'], /missing required argument 'from'/],
    ['an unknown format', ['report', '.', '--format', 'pdf'], /format 'pdf' is none of html, html-single, lcov, json, json-summary, cobertura, clover, markdown, text, text-summary, github/],
    ['a misspelt option', ['report', '.', '--formt', 'html'], /unknown option '--formt'[^]*--format/],
    ['an unknown command', ['reprot'], /unknown command 'reprot'[^]*report/],
    ['another kind of address', ['report', 'https://example.com'], /neither s3:\/\/bucket\[\/prefix\/\] nor a folder/],
    ['a name that no bucket has', ['report', 's3://My_Bucket'], /'My_Bucket' is not a name that a bucket can have/],
    ['a prefix that leads out', ['report', 's3://tiny-coverage/a/../b'], /prefix 'a\/\.\.\/b\/' has an empty segment/],
  ];

  test.each(cases)('%s', async (_, args, message) => {
    const { exitCode, stderr } = await lambdaCoverage(args, { cwd: folder });
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });

  test.each([['--help', /Usage: lambda-coverage/], ['--version', /^\d+\.\d+\.\d+/]])('%s is no error', async (option, text) => {
    const { exitCode, stdout } = await lambdaCoverage([option], { cwd: folder });
    expect(stdout).toMatch(text);
    expect(exitCode).toBe(0);
  });
});
