/** The lines that the wrapper writes, in a process of their own: they go past everything that Jest could look at. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

let folder: string;
let module_: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'));
  module_ = join(folder, 'log.cjs');
  buildSync({ entryPoints: [join(__dirname, '../../../src/wrapper/node/log.ts')], outfile: module_, bundle: true, platform: 'node', logLevel: 'error' });
});

afterAll(() => rmSync(folder, { recursive: true }));

interface Line { readonly level: string; readonly [field: string]: unknown }

/** What is on standard error and output after these statements. */
function run(statements: string, { redirect = '', debugging = false } = {}) {
  const script = `const { Log } = require(${JSON.stringify(module_)}); const log = new Log('orders', ${debugging}); ${statements}; console.log('went on');`;
  const { stdout, stderr, status } = spawnSync('/bin/sh', ['-c', `exec "$0" -e "$1" ${redirect}`, process.execPath, script], { encoding: 'utf8' });
  return { stdout, stderr, status };
}

function linesOf(statements: string, debugging = false): Line[] {
  const { stdout, stderr, status } = run(statements, { debugging });
  expect([stdout, status]).toEqual(['went on\n', 0]); // standard output is the user's
  return stderr.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Line);
}

describe('an error', () => {
  test('is one line with the fields of the reference', () => {
    const before = Date.now();
    const [line, ...others] = linesOf("log.error('S3UploadError', 'it failed\\nbadly: ä', { s3_key: 'k', retry_count: 3 }, 'request-1')");
    expect(others).toEqual([]);
    expect(line).toEqual({
      level: 'ERROR',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      error_type: 'S3UploadError',
      message: 'it failed\nbadly: ä',
      details: { s3_key: 'k', retry_count: 3 },
      function_name: 'orders',
      request_id: 'request-1',
    });
    expect(Date.parse(line!.timestamp as string)).toBeGreaterThanOrEqual(before);
  });

  test('outside of a request has null for it', () => {
    expect(linesOf("log.error('CoverageError', 'it failed', {})")).toMatchObject([{ request_id: null, details: {} }]);
  });

  test.each<[string, string, number]>([
    ['the same twice', "log.error('CoverageError', 'a', {}); log.error('CoverageError', 'a', {}, 'request-2')", 1],
    ['the same of another object', "log.error('CoverageError', 'a', { s3_key: 1 }); log.error('CoverageError', 'a', { s3_key: 2 })", 1],
    ['another message', "log.error('CoverageError', 'a', {}); log.error('CoverageError', 'b', {})", 2],
    ['another type', "log.error('CoverageError', 'a', {}); log.error('S3UploadError', 'a', {})", 2],
    ['another code', "log.error('S3UploadError', 'a', { error_code: 'X' }); log.error('S3UploadError', 'a', { error_code: 'Y' })", 2],
    ['a hundred of one kind', "for (let n = 0; n < 100; n++) { log.error('CoverageError', 'a', { n }); }", 1],
  ])('is written once: %s', (_name, statements, lines) => {
    expect(linesOf(statements)).toHaveLength(lines);
  });
});

test('a warning is written once', () => {
  const lines = linesOf("log.warning('a', { of: 1 }); log.warning('a', { of: 2 }); log.warning('b', {})");
  expect(lines).toMatchObject([{ level: 'WARNING', message: 'a', details: { of: 1 } }, { level: 'WARNING', message: 'b' }]);
});

test.each([[false, 0], [true, 2]])('what is for debugging is written when that is %p: %d lines', (debugging, lines) => {
  expect(linesOf("log.debug('a', {}); log.debug('a', {})", debugging)).toHaveLength(lines);
});

test('a problem of a variable names it and its value, cut where it is long', () => {
  const [line] = linesOf("log.problem({ variable: 'COVERAGE_X', value: 'y'.repeat(5_000), message: 'is too long' })");
  expect(line).toMatchObject({
    error_type: 'CoverageInitializationError', message: 'COVERAGE_X is too long', details: { variable: 'COVERAGE_X', value: `${'y'.repeat(100)}…` },
  });
});

test.each(['2>&-', '2</dev/null'])('a standard error that cannot be written to, %s, does not stop the function', (redirect) => {
  expect(run("log.error('CoverageError', 'a', {}); log.debug('b', {})", { redirect, debugging: true })).toEqual({ stdout: 'went on\n', stderr: '', status: 0 });
});

test('what cannot be told in JSON does not stop the function', () => {
  expect(linesOf("const round = {}; round.round = round; log.error('CoverageError', 'a', round); log.error('CoverageError', 'b', {})")).toMatchObject([{ message: 'b' }]);
});

test('what the user makes of Date, JSON and the console changes nothing', () => {
  const [line] = linesOf("Date = class {}; JSON.stringify = () => 'x'; console.error = () => {}; process.stderr.write = () => {}; log.error('CoverageError', 'a', {})");
  expect(line).toMatchObject({ message: 'a', timestamp: expect.stringMatching(/Z$/) });
});
