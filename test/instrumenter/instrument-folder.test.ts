import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { buildSync } from 'esbuild';
import { TABLE_FOLDER, type CounterTable } from '../../src/contract/counter-table';
import { instrumentFolder, type InstrumentOptions } from '../../src/instrumenter/instrument-folder';
import { taskFolder, type TaskFiles } from '../task-folder';

const OPTIONS: InstrumentOptions = { include: [], exclude: [], counts: false };
const HANDLER = 'exports.handler = async (event) => (event.x ? 1 : 2);\n';

/** The copy of a package of these files. */
function instrumented(files: TaskFiles, options: Partial<InstrumentOptions> = {}): string {
  const output = taskFolder({});
  instrumentFolder(taskFolder(files), output, { ...OPTIONS, ...options });
  return output;
}

function tablesOf(folder: string): CounterTable[] {
  return readdirSync(join(folder, TABLE_FOLDER)).map((name) => JSON.parse(readFileSync(join(folder, TABLE_FOLDER, name), 'utf8')) as CounterTable);
}

const pathsOf = (folder: string) => tablesOf(folder).flatMap(({ files }) => files.map(({ path }) => path)).sort();

test('the folder itself stays as it is, and so does all that is not the user\'s own', () => {
  const files = {
    'index.js': HANDLER,
    'lib/tool.mjs': 'export const tool = (x) => x || 1;\n',
    'node_modules/dependency/index.js': 'module.exports = (x) => x ? 1 : 2;\n',
    'data.json': '{"a": 1}\n',
    'binary.node': Buffer.from([0, 255, 1]),
  };
  const folder = taskFolder(files);
  const output = taskFolder({});
  instrumentFolder(folder, output, OPTIONS);
  for (const [path, content] of Object.entries(files)) {
    expect(readFileSync(join(folder, path))).toEqual(Buffer.from(content));
  }
  for (const path of ['node_modules/dependency/index.js', 'data.json', 'binary.node'] as const) {
    expect(readFileSync(join(output, path))).toEqual(Buffer.from(files[path]));
  }
  const entries = (of: string) => readdirSync(of, { recursive: true }).map(String).filter((path) => !path.startsWith(TABLE_FOLDER)).sort();
  expect(entries(output)).toEqual(entries(folder));
  expect(pathsOf(output)).toEqual(['index.js', 'lib/tool.mjs']);
});

test('the same input gives the same output', () => {
  const [one, other] = [instrumented({ 'index.js': HANDLER }), instrumented({ 'index.js': HANDLER })];
  expect(readFileSync(join(one!, 'index.js'), 'utf8')).toBe(readFileSync(join(other!, 'index.js'), 'utf8'));
  expect(tablesOf(one!)).toEqual(tablesOf(other!));
});

test('patterns choose what is instrumented', () => {
  const files = { 'index.js': HANDLER, 'lib/a.js': HANDLER, 'lib/b.js': HANDLER };
  const output = instrumented(files, { include: ['lib/**'], exclude: ['lib/b.js'] });
  expect(pathsOf(output)).toEqual(['lib/a.js']);
  expect(readFileSync(join(output, 'index.js'), 'utf8')).toBe(HANDLER);
});

describe('a bundle', () => {
  const sources = {
    'src/handler.ts': "import { check } from './check';\nimport { pick } from 'vendored';\nexport const handler = async (event: { x?: number }): Promise<unknown> => {\n  return pick(check(event.x));\n};\n",
    'src/check.ts': "export function check(x?: number): number {\n  if (x === undefined) {\n    throw new TypeError('x is missing');\n  }\n  return x;\n}\n",
    'node_modules/vendored/index.js': 'exports.pick = (x) => x ? x : 0;\n',
  };

  test.each<[string, object]>([
    ['with an external map', { sourcemap: true }],
    ['with an inline map', { sourcemap: 'inline' }],
    ['with a map without the sources', { sourcemap: true, sourcesContent: false }],
    ['minified, as an ES module', { sourcemap: true, minify: true, format: 'esm', outfile: 'index.mjs' }],
  ])('%s: stack traces name the original line, and vendored code stays', (_, options) => {
    const project = taskFolder(sources);
    const { outfile = 'index.js', ...rest } = options as { outfile?: string };
    buildSync({ absWorkingDir: project, entryPoints: ['src/handler.ts'], outfile: `dist/${outfile}`, bundle: true, platform: 'node', format: 'cjs', target: 'node20', ...rest });
    const output = taskFolder({});
    instrumentFolder(join(project, 'dist'), output, OPTIONS);
    expect(pathsOf(output)).toEqual(['src/check.ts', 'src/handler.ts']);
    const driver = join(output, 'driver.mjs');
    writeFileSync(driver, `const m = await import('./${outfile}'); await (m.handler ?? m.default.handler)({}).catch((error) => console.log(error.stack));`);
    const stack = execFileSync('node', ['--enable-source-maps', driver], { encoding: 'utf8' });
    expect(stack).toMatch(/TypeError: x is missing\n +at check \(.*src\/check\.ts:3:\d+\)/);
    expect(stack).toMatch(/src\/handler\.ts:4:\d+/);
    const text = readFileSync(join(output, outfile), 'utf8');
    expect(text).toMatch(/\.pick ?= ?\(?\w\)? ?=> ?\w ?(?:\? ?\w ?: ?|\|\|)0/);
  });

  test('its map says of each place that was mapped what it said before', () => {
    const project = taskFolder(sources);
    buildSync({ absWorkingDir: project, entryPoints: ['src/handler.ts'], outfile: 'dist/index.js', bundle: true, platform: 'node', format: 'cjs', sourcemap: true });
    const output = taskFolder({});
    instrumentFolder(join(project, 'dist'), output, OPTIONS);
    const [before, after] = [join(project, 'dist'), output].map((folder) => ({
      lines: readFileSync(join(folder, 'index.js'), 'utf8').split('\n'), map: new TraceMap(readFileSync(join(folder, 'index.js.map'), 'utf8')),
    }));
    for (const word of ['TypeError', 'x is missing', 'check(event', 'event.x']) {
      const placeOf = ({ lines, map }: typeof before & object) => {
        const line = lines.findIndex((one) => one.includes(word));
        return originalPositionFor(map, { line: line + 1, column: lines[line]!.indexOf(word) });
      };
      expect(placeOf(after!)).toEqual(placeOf(before!));
      expect(placeOf(after!).source).toMatch(/src/);
    }
  });
});

describe('what cannot be instrumented is refused, and nothing is written', () => {
  const deep = `exports.x = ${'['.repeat(30_000)}1${']'.repeat(30_000)};`;
  test.each<[string, TaskFiles, RegExp]>([
    ['syntax that is none', { 'index.js': 'const = 1;' }, /^index\.js: Unexpected token/],
    ['code that is too deep to be parsed', { 'index.js': deep }, /^index\.js: .*stack/],
    ['code that is instrumented already', { 'index.js': readFileSync(join(instrumented({ 'index.js': HANDLER }), 'index.js')) }, /^index\.js: it is instrumented already/],
    ['code with counters of Istanbul', { 'index.js': 'var cov_1 = { _coverageSchema: "1a" }; exports.handler = () => 1;' }, /^index\.js: it has Istanbul's counters already; build it without/],
    ['a folder without JavaScript', { 'main.py': 'def handler(): pass' }, /^there is no JavaScript in it$/],
    ['a folder with vendored JavaScript only', { 'node_modules/a/index.js': HANDLER }, /^there is no JavaScript in it$/],
    ['more than 50 MB', { 'index.js': Buffer.alloc(51 * 1024 * 1024, ' ') }, /^its JavaScript has 51 MB, and 50 at most are instrumented; bundle it$/],
  ])('%s', (_, files, message) => {
    const output = taskFolder({});
    expect(() => instrumentFolder(taskFolder(files), output, OPTIONS)).toThrow(message);
    expect(readdirSync(output)).toEqual([]);
  });

  test('patterns that leave nothing', () => {
    expect(() => instrumented({ 'index.js': HANDLER }, { include: ['src/**'] })).toThrow('nothing of its JavaScript is to be reported: all of it is vendored or left out by patterns');
  });

  test('a symbolic link out of the folder; one within it is kept', () => {
    const folder = taskFolder({ 'index.js': HANDLER });
    symlinkSync('index.js', join(folder, 'same.js'));
    const output = taskFolder({});
    instrumentFolder(folder, output, OPTIONS);
    expect(readFileSync(join(output, 'same.js'), 'utf8')).toBe(readFileSync(join(output, 'index.js'), 'utf8'));
    mkdirSync(join(folder, 'lib'));
    symlinkSync(join(taskFolder({ 'other.js': HANDLER }), 'other.js'), join(folder, 'lib', 'other.js'));
    expect(() => instrumentFolder(folder, taskFolder({}), OPTIONS)).toThrow("'lib/other.js' is a symbolic link to what is not in the folder; copy it into it");
  });
});

test('a map that is of another script: the script is reported as it is, and says so', () => {
  const map = { version: 3, sources: ['../src/a.ts'], sourcesContent: ['a'], names: [], mappings: 'AAAA,CAAC,CAAC;AAAA,CAAC,KAAK;AAAA,CAAC,QAAQ' };
  const output = instrumented({ 'index.js': `${HANDLER}//# sourceMappingURL=index.js.map\n`, 'index.js.map': JSON.stringify(map) });
  expect(tablesOf(output).map(({ files, problems }) => [files.map(({ path }) => path), problems])).toEqual([
    [['index.js'], ['the source map of index.js is of another script, so the script is reported as it is']],
  ]);
  expect(existsSync(join(output, 'index.js.map'))).toBe(true);
});
