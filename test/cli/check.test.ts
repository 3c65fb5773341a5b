/** Thresholds, on the tiny function: 3 of 4 statements and lines, 1 of 2 branches, 1 of 1 functions. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lambdaCoverage } from './command-line';
import { TINY_SCRIPT, tinyObject, tinySource, writeObjects } from '../combiner/tiny-function';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'check-'));
  writeObjects(join(folder, 'bucket'), [tinySource(), tinyObject(0), tinyObject(1)]);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const check = (...args: string[]) => lambdaCoverage(['check', ...args], { cwd: folder });
const configured = (thresholds: unknown, name = '.lambda-coveragerc.json') => writeFileSync(join(folder, name), JSON.stringify({ from: 'bucket', thresholds }));

test('what is reached passes, and what is not fails with 3', async () => {
  expect(await check('bucket', '--statements', '75', '--functions', '100%')).toEqual({
    exitCode: 0, stderr: '', stdout: 'ok     statements of all files: 75 % (3 of 4), at least 75 %\nok     functions of all files: 100 % (1 of 1), at least 100 %\n',
  });
  expect(await check('bucket', '--statements', '75.01', '--branches', '50')).toEqual({
    exitCode: 3, stderr: '', stdout: 'FAILED statements of all files: 75 % (3 of 4), less than 75.01 %\nok     branches of all files: 50 % (1 of 2), at least 50 %\n',
  });
});

test('a report is checked as it was written', async () => {
  await lambdaCoverage(['report', 'bucket', '--format', 'json'], { cwd: folder });
  rmSync(join(folder, 'bucket'), { recursive: true });
  expect(await check('coverage', '--lines', '80')).toMatchObject({ exitCode: 3, stdout: 'FAILED lines of all files: 75 % (3 of 4), less than 80 %\n' });
});

test('each file, files by globs and Lambda functions have thresholds of their own', async () => {
  configured({ lines: 70, perFile: true, files: { '*.js': { branches: 60 } }, lambdaFunctions: { 'ti*': { functions: 100, lines: 90 } } });
  const { exitCode, stdout } = await check();
  expect(stdout.trim().split('\n')).toEqual([
    'ok     lines of all files: 75 % (3 of 4), at least 70 %',
    'ok     lines of index.js: 75 % (3 of 4), at least 70 %',
    'FAILED branches of *.js: 50 % (1 of 2), less than 60 %',
    'FAILED branches of index.js: 50 % (1 of 2), less than 60 %',
    'ok     functions of function tiny: 100 % (1 of 1), at least 100 %',
    'FAILED lines of function tiny: 75 % (3 of 4), less than 90 %',
  ]);
  expect(exitCode).toBe(3);
});

test('--json says the same', async () => {
  const { exitCode, stdout } = await check('bucket', '--lines', '80', '--json');
  expect(exitCode).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    passed: false,
    checks: [{ what: 'lines of all files', covered: 3, total: 4, percentage: 75, limit: 80, passed: false }],
    files_processed: 2,
    files_skipped: 0,
    combined_coverage: 66.67,
    coverage_percentage: 66.67,
    lines_covered: 3,
    lines_total: 4,
    branches_covered: 1,
    branches_total: 2,
  });
});

describe('changed lines', () => {
  const git = (...args: string[]) => execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: folder, encoding: 'utf8' });

  beforeEach(() => {
    git('init', '-q', '-b', 'main');
    writeFileSync(join(folder, 'index.js'), TINY_SCRIPT.replace("    return 'big';\n", '').replace("'small'", "'little'"));
    writeFileSync(join(folder, 'gone.js'), 'exports.x = 1;\n');
    git('add', 'index.js', 'gone.js');
    git('commit', '-qm', 'before');
    git('checkout', '-qb', 'feature');
    writeFileSync(join(folder, 'index.js'), TINY_SCRIPT);
    git('rm', '-q', 'gone.js');
  });

  test('have to be covered, committed or not', async () => {
    const expected = { exitCode: 3, stderr: '', stdout: 'FAILED lines that changed since main: 50 % (1 of 2), less than 100 %\n         index.js: 3\n' };
    expect(await check('bucket', '--diff', 'main')).toEqual(expected);
    git('commit', '-qam', 'after');
    expect(await check('bucket', '--diff', 'main')).toEqual(expected);
    expect(await check('bucket', '--diff', 'main...HEAD', '--changed-lines', '50')).toMatchObject({ exitCode: 0 });
    expect(await check('bucket', '--diff', 'HEAD')).toMatchObject({ exitCode: 0, stdout: 'ok     lines that changed since HEAD: 100 % (0 of 0), at least 100 %\n' });
  });

  test('in a folder of the repository are those of that folder', async () => {
    mkdirSync(join(folder, 'apps'));
    writeFileSync(join(folder, 'apps', 'index.js'), TINY_SCRIPT);
    git('add', 'apps');
    expect(await lambdaCoverage(['check', '../bucket', '--diff', 'main'], { cwd: join(folder, 'apps') })).toMatchObject({ stdout: expect.stringContaining('75 % (3 of 4)') });
  });

  test('are annotated where GitHub shows it', async () => {
    const { stdout } = await lambdaCoverage(['check', 'bucket', '--diff', 'main'], { cwd: folder, environment: { GITHUB_ACTIONS: 'true' } });
    expect(stdout).toContain('::error file=index.js,line=3,endLine=3,title=Not covered::No unit test and no invocation of a deployed function reached this change.\n');
  });

  test.each([
    ['no-such-branch', /git cannot tell what 'no-such-branch' changed in .*: fatal: .*; name a commit, a branch or a range such as origin\/main\.\.\.HEAD, and fetch it/],
    ['--output=x', /option '--diff <range>' argument missing|begins with a dash/],
  ])('of %s are refused', async (range, message) => {
    const { exitCode, stderr } = await check('bucket', `--diff=${range}`);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(1);
  });
});

describe('what makes no sense is refused:', () => {
  test.each<[string, string[], RegExp]>([
    ['no threshold', ['bucket'], /no threshold is given; give one, such as --lines 80 or --diff origin\/main/],
    ['more than all', ['bucket', '--lines', '101'], /'101' is not a percentage from 0 to 100/],
    ['less than nothing', ['bucket', '--lines=-1'], /'-1' is not a percentage/],
    ['a word', ['bucket', '--lines', 'all'], /'all' is not a percentage/],
    ['a misspelt metric', ['bucket', '--linse', '80'], /unknown option '--linse'[^]*--lines/],
  ])('%s', async (_, args, message) => {
    const { exitCode, stderr } = await check(...args);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });

  test.each<[string, unknown, RegExp]>([
    ['a misspelt metric in a file', { linse: 80 }, /thresholds\.linse is none of statements, branches, functions, lines, perFile, files, lambdaFunctions, changedLines; did you mean 'lines'\?/],
    ['too much in a file', { files: { '*.js': { lines: 800 } } }, /thresholds\.files\['\*\.js'\]\.lines is 800, not a number from 0 to 100/],
    ['a text in a file', { lines: '80' }, /thresholds\.lines is "80", not a number from 0 to 100/],
    ['a glob that no file matches', { files: { 'scr/**': { lines: 80 } } }, /no file of the report matches 'scr\/\*\*', which has a threshold; the first of 1 is 'index\.js'/],
    ['a Lambda function that is not there', { lambdaFunctions: { orders: { lines: 80 } } }, /no Lambda function with coverage matches 'orders', which has a threshold; there are tiny/],
  ])('%s', async (_, thresholds, message) => {
    configured(thresholds);
    const { exitCode, stderr } = await check();
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(1);
  });
});
