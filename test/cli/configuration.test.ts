import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lambdaCoverage } from './command-line';
import { tinyObject, tinySource, writeObjects } from '../combiner/tiny-function';
import { codeBlocks } from '../docs/markdown';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'configuration-'));
  writeObjects(join(folder, 'bucket'), [tinySource(), tinyObject(0), tinyObject(1)]);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: unknown) => writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const report = (...args: string[]) => lambdaCoverage(['report', ...args], { cwd: folder });

describe('options are read from', () => {
  const options = { from: 'bucket', output: 'out', format: ['lcov', 'json'] };
  test.each<[string, unknown]>([
    ['package.json', { 'lambda-coverage': options }],
    ['.lambda-coveragerc', options],
    ['.lambda-coveragerc.yaml', 'from: bucket\noutput: out\nformat: [lcov, json]\n'],
    ['lambda-coverage.config.cjs', `module.exports = ${JSON.stringify(options)};`],
    ['lambda-coverage.config.mjs', `export default ${JSON.stringify(options)};`],
  ])('%s', async (name, content) => {
    write(name, content);
    expect(await report()).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['coverage-builds.json', 'coverage-final.json', 'lcov.info']);
  });
});

test('the command line goes first, and paths in a file are relative to it', async () => {
  write('.lambda-coveragerc.json', { from: 'bucket', output: 'out', format: 'lcov' });
  mkdirSync(join(folder, 'below'));
  expect(await lambdaCoverage(['report', '--format', 'clover'], { cwd: join(folder, 'below') })).toMatchObject({ exitCode: 0 });
  expect(readdirSync(join(folder, 'out'))).toEqual(['clover.xml']);
});

test('the documentation shows one that can be used', async () => {
  const [shown] = codeBlocks(join(__dirname, '..', '..', 'docs', 'command-line.md')).filter(({ language }) => language === 'json');
  const { app: _, unit: __, thresholds, ...options } = JSON.parse(shown!.text) as { app: string; unit: string[]; thresholds: object };
  write('.lambda-coveragerc.json', { ...options, thresholds, from: 'bucket' });
  // it has no files of the shop
  expect(await lambdaCoverage(['check'], { cwd: folder })).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/no file of the report matches 'src\/pricing\/\*\*'/) });
});

test('a file can be named, and what is for other commands does nothing', async () => {
  write('ci.json', { from: 'bucket', format: 'lcov', lines: 80, thresholds: { branches: 10 } });
  expect(await report('--config', 'ci.json')).toMatchObject({ exitCode: 0 });
  expect(await lambdaCoverage(['check', '--config', 'ci.json'], { cwd: folder })).toMatchObject({ exitCode: 3, stdout: expect.stringMatching(/^ok {5}branches .*\nFAILED lines/) });
});

describe('what is wrong in a file is named:', () => {
  test.each<[string, unknown, RegExp]>([
    ['an option that there is not', { fromm: 'bucket' }, /'fromm' in '.*\.lambda-coveragerc\.json' is none of .*; did you mean 'from'\?/],
    ['a value that an option cannot have', { from: 'bucket', format: 'pdf' }, /'format' in '.*\.lambda-coveragerc\.json': format 'pdf' is none of html/],
    ['a list of other things than texts', { from: 'bucket', include: [1, {}] }, /'include' in '.*': \{\} is not a text/],
    ['a text for a switch', { from: 'bucket', allBuilds: 'yes' }, /'allBuilds' in '.*': "yes" is not true or false/],
    ['another place', { from: 'ftp://x' }, /'from' in '.*': 'ftp:\/\/x' is neither s3:\/\/bucket\[\/prefix\/\] nor a folder/],
    ['no JSON', '{', /the configuration cannot be read: /],
    ['no object', '[]', /is not an object/],
  ])('%s', async (_, content, message) => {
    write('.lambda-coveragerc.json', content);
    const { exitCode, stderr } = await report();
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(1);
  });

  test('two files at once', async () => {
    write('.lambda-coveragerc.json', { from: 'bucket' });
    write('package.json', { 'lambda-coverage': { from: 'elsewhere' } });
    expect(await report()).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/package\.json' and '.*\.lambda-coveragerc\.json' both configure lambda-coverage; keep one, or name one with --config/) });
  });

  test('a file that is not there', async () => {
    expect(await report('--config', 'none.json')).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/the configuration 'none\.json' cannot be read: ENOENT/) });
  });
});
