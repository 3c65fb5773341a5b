/** Unit coverage by hand, beside the tiny function, of whose script line 3 (`return 'big'`) did not run in Lambda. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { lambdaCoverage } from '../../cli/command-line';
import { TINY_SCRIPT, tinyObject, tinySource, writeObjects } from '../tiny-function';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'join-'));
  writeObjects(join(folder, 'bucket'), [tinySource(), tinyObject(0), tinyObject(1)]);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: unknown): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
}

const report = (...args: string[]) => lambdaCoverage(['report', 'bucket', '--format', 'json,json-summary,text,markdown', ...args], { cwd: folder });
const read = (file: string) => readFileSync(join(folder, 'coverage', file), 'utf8');
interface Counters { readonly s: Record<string, number>; readonly f: Record<string, number>; readonly b: Record<string, number[]> }
const counters = (file = 'index.js') => {
  const { s, f, b } = (JSON.parse(read('coverage-final.json')) as Record<string, Counters>)[file]!;
  return [Object.values(s), Object.values(f), Object.values(b)];
};

const lcov = (path: string, lines: Record<number, number>) =>
  ['TN:', `SF:${path}`, ...Object.entries(lines).map(([line, hits]) => `DA:${line},${hits}`), 'end_of_record', ''].join('\n');

describe('of an lcov', () => {
  test('what follows from lines is told: functions by what they run, arms by theirs, and an else by what is left', async () => {
    write('index.js', TINY_SCRIPT);
    write('lcov.info', lcov('index.js', { 1: 1, 2: 5, 3: 4, 5: 1 }));
    const { stdout } = await report('--unit', 'lcov.info');
    // Lambda: two objects, each of a module that was loaded, and of an invocation
    expect(counters()).toEqual([[2 + 1, 2 + 5, 0 + 4, 2 + 1], [2 + 5], [[0 + 4, 2 + 1]]]);
    expect(JSON.parse(read('coverage-origins.json')).files).toEqual([{ path: 'index.js', onlyUnit: 1, onlyLambda: 0, both: 3, neither: 0 }]);
    expect(stdout).toMatch(/Lines by +\| only unit \| only Lambda \| both \| neither/);
    expect(stdout).toMatch(/All files +\| +1 \| +0 \| +3 \| +0/);
  });

  test('its branches are those of Istanbul where they are as many', async () => {
    write('index.js', TINY_SCRIPT);
    write('lcov.info', lcov('index.js', { 1: 1, 2: 1, 3: 1, 5: 0 }).replace('end_of_record', 'FN:1,(anonymous_0)\nFNDA:7,(anonymous_0)\nBRDA:2,0,0,6\nBRDA:2,0,1,-\nend_of_record'));
    await report('--unit', 'lcov.info');
    expect(counters()).toEqual([[3, 3, 1, 2], [2 + 7], [[6, 2]]]);
  });

  test('paths are found relative to a folder above it, or to another machine', async () => {
    write('packages/tiny/index.js', TINY_SCRIPT);
    write('packages/tiny/coverage/lcov.info', lcov('index.js', { 3: 1 }));
    write('elsewhere.info', lcov('C:\\agent\\work\\packages\\tiny\\index.js', { 3: 1 }));
    for (const unit of ['packages/tiny/coverage/lcov.info', 'elsewhere.info']) {
      const { exitCode, stderr } = await report('--unit', unit);
      expect([exitCode, stderr]).toEqual([0, '']);
      // what was deployed from there is not bundled, and so named by its place in the function's package
      expect(Object.keys(JSON.parse(read('coverage-final.json')))).toEqual(['packages/tiny/index.js']);
    }
  });
});

test('tables fit 80 columns, and the end of a long path is what is left of it', async () => {
  write('index.js', TINY_SCRIPT);
  const long = `${'folder/'.repeat(15)}the-file.js`;
  write(long, 'exports.x = 1;\n');
  write('lcov.info', lcov('index.js', { 1: 1 }) + lcov(long, { 1: 1 }));
  const { stdout } = await report('--unit', 'lcov.info');
  const lines = stdout.split('\n').filter((line) => line.includes('|'));
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.filter((line) => line.includes('the-file.js'))).toHaveLength(2);
});

test('files are named by their paths in the repository, where the app is in a folder of it', async () => {
  write('apps/shop/index.js', TINY_SCRIPT);
  write('apps/shop/lcov.info', lcov('index.js', { 3: 1 }));
  await lambdaCoverage(['report', '../../bucket', '--root', '../..', '--unit', 'lcov.info', '--format', 'json', '-o', '../../coverage'], { cwd: join(folder, 'apps/shop') });
  expect(counters('apps/shop/index.js')).toEqual([[2, 2, 1, 2], [2], [[1, 2]]]);
});

test('the summary in Markdown says what is reached by which, and no name in it is taken for markup', async () => {
  write('index.js', TINY_SCRIPT);
  const odd = 'a|b`*<img src=x>.js';
  write(odd, 'exports.x = 1;\n');
  write('lcov.info', lcov('index.js', { 1: 1, 2: 5, 3: 4, 5: 1 }) + lcov(odd, { 1: 1 }));
  await report('--unit', 'lcov.info');
  const markdown = read('coverage.md');
  expect(markdown).toContain('| **All files** | **100 %** (5 of 5) |');
  expect(markdown).toContain('| Lambda | 60 % (3 of 5) |');
  expect(markdown).toContain('Lines reached: 2 by unit tests only, 0 by Lambda only, 3 by both, 0 by neither.');
  expect(markdown).not.toContain('<img');
  expect(markdown.split('\n').filter((line) => /^\| <code>/.test(line)).map((line) => line.split(' | ').length)).toEqual([9, 9]);
});

describe('what cannot be joined is refused, or named and left out:', () => {
  const shape = { path: 'index.js', statementMap: { 0: { start: { line: 1, column: 0 }, end: { line: 1, column: 5 } } }, fnMap: {}, branchMap: {}, s: { 0: 1 }, f: {}, b: {} };
  const refused: Array<[string, string, unknown, RegExp]> = [
    ['a file that is not there', 'other.json', {}, /the unit coverage 'unit\.json' does not exist; name Istanbul's JSON \(coverage-final\.json/],
    ['no JSON', 'unit.json', '<html>', /unit\.json is neither lcov nor JSON/],
    ['JSON of another kind', 'unit.json', { total: { lines: 1 } }, /unit\.json is JSON of another kind; name Istanbul's JSON/],
    ['a coverage map without counts', 'unit.json', { 'index.js': { ...shape, s: {} } }, /the coverage of 'index\.js' is damaged: statement 0 has no place or no count/],
    ['a coverage map without places', 'unit.json', { 'index.js': { ...shape, statementMap: { 0: null } } }, /is damaged: statement 0/],
    ['V8 coverage that is damaged', 'unit.json', { result: [{ url: 'file:///FOLDER/index.js', functions: [{ functionName: 'f', isBlockCoverage: true, ranges: [] }] }] }, /result\[0\]\.functions\[0\]\.ranges is empty/],
    ['another tree', 'unit.json', { '/x/other.js': { ...shape, path: '/x/other.js' } }, /is of another tree: none of its 1 files is in .*such as '\/x\/other\.js'; name the repository with --root/],
    ['an lcov without files', 'unit.json', 'TN:\nend_of_record\n', /it has no file/],
  ];

  test.each(refused)('%s', async (_, file, content, message) => {
    write('index.js', TINY_SCRIPT);
    write(file, JSON.parse(JSON.stringify(content).replaceAll('/FOLDER', folder)));
    const { exitCode, stderr } = await report('--unit', 'unit.json');
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(exitCode).toBe(1);
  });

  test('files that are gone', async () => {
    write('index.js', TINY_SCRIPT);
    write('lcov.info', lcov('index.js', { 3: 1 }) + lcov('gone.js', { 1: 1 }));
    const { exitCode, stderr } = await report('--unit', 'lcov.info');
    expect(stderr).toMatch(/^warning: lcov\.info: gone\.js: not in .*, so left out; run the unit tests again if files were moved\n$/);
    expect(exitCode).toBe(0);
  });

  test('a file that has changed since it was deployed, unless the places of its counters have not', async () => {
    write('index.js', `${TINY_SCRIPT}// more\n`);
    write('lcov.info', lcov('index.js', { 3: 1 }));
    const { stderr } = await report('--unit', 'lcov.info');
    expect(stderr).toMatch(/^warning: index\.js: what is deployed differs from what is in .*, so what unit tests ran of it is left out/);
    expect(counters()[0]).toEqual([2, 2, 0, 2]);
    write('same.json', { 'index.js': { ...(JSON.parse(read('coverage-final.json')) as Record<string, object>)['index.js'], path: join(folder, 'index.js') } });
    expect(await report('--unit', 'same.json')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(counters()[0]).toEqual([4, 4, 0, 4]);
  });

  test('a repository that is not there, and patterns that leave nothing', async () => {
    expect(await report('--root', 'nowhere')).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/the folder 'nowhere' of --root cannot be used: ENOENT/) });
    expect(await report('--exclude', '*.js')).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/--include and --exclude leave none of 1 files, such as 'index\.js'/) });
  });
});
