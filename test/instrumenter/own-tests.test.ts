/** Packages that others wrote and use pass their own tests with counters in their bundles, and say the same while they do. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { instrumentFolder } from '../../src/instrumenter/instrument-folder';
import { nodeBinary } from '../lambda/node-versions';
import { taskFolder } from '../task-folder';

const ROOT = join(__dirname, '../..');
const RUNNER = join(__dirname, 'run-own-tests.cjs');

interface OwnPackage {
  readonly name: string;
  /** What is bundled. */
  readonly main?: string;
  readonly format: 'cjs' | 'esm';
  /** Below `test`; all of it unless it is said. */
  readonly tests?: readonly string[];
  /** What needs a package that is not installed, or seconds. */
  readonly except?: readonly string[];
}

const PACKAGES: readonly OwnPackage[] = [
  { name: 'bl', main: 'BufferListStream.js', format: 'esm', tests: ['test.js'] },
  { name: 'fast-json-stable-stringify', main: 'index.js', format: 'cjs' },
  { name: 'hash.js', main: 'lib/hash.js', format: 'cjs' },
  { name: 'json-stable-stringify', main: 'index.js', format: 'cjs' },
  // it reads files of its own by their paths: not bundled
  { name: 'jsonpath', format: 'cjs' },
  { name: 'minimist', main: 'index.js', format: 'cjs' },
  { name: 'msgpack5', main: 'index.js', format: 'cjs', except: ['levelup-encoding.js', 'object-with-many-keys.js', '2-bytes-length-arrays.js', 'object-with-arrays.js'] },
  // its tests compare functions of the entry with those of other files: not bundled
  { name: 'qs', format: 'cjs' },
  { name: 'sha.js', main: 'index.js', format: 'cjs', tests: ['hash.js'] },
  { name: 'traverse', main: 'index.js', format: 'cjs' },
];

interface Outcome {
  readonly code: number | string | null | undefined;
  readonly output: string;
  readonly counters: number;
  readonly passed: number;
}

/** A folder for packages that finds what the project has installed. */
function packageFolder(name: string): string {
  const folder = taskFolder({});
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, name);
}

/** A copy of the package whose entry is bundled with what it depends on. */
function bundled({ name, main, format }: OwnPackage, minify: boolean): string {
  const folder = packageFolder(name);
  cpSync(join(ROOT, 'node_modules', name), folder, { recursive: true, verbatimSymlinks: true });
  if (main === undefined) {
    return folder;
  }
  buildSync({
    entryPoints: [join(folder, main)],
    outfile: join(folder, main),
    allowOverwrite: true,
    absWorkingDir: folder,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format,
    minify,
    sourcemap: true,
    logLevel: 'silent',
    ...(format === 'esm' && { packages: 'external' }),
  });
  return folder;
}

async function run(node: string, folder: string, { tests, except = [] }: OwnPackage): Promise<Outcome> {
  const below = join(folder, 'test');
  const files = (tests ?? readdirSync(below).filter((file) => file.endsWith('.js') && !except.includes(file))).map((file) => join(below, file));
  // some write into the folder for temporary files, by fixed names
  const temporary = taskFolder({});
  const result = join(temporary, 'counters.json');
  const { code, stdout } = await new Promise<{ code: Outcome['code']; stdout: string }>((resolve) =>
    execFile(
      node,
      ['--no-warnings', RUNNER, result, ...files],
      { cwd: folder, maxBuffer: 2 ** 26, env: { ...process.env, TMPDIR: temporary } },
      (error, out) => resolve({ code: error ? error.code : 0, stdout: out })));
  return { code, output: stdout.replaceAll(folder, '').replaceAll(temporary, '').replace(/\d+(?:\.\d+)? ?ms|duration_ms:? [\d.]+/g, ''), ...JSON.parse(readFileSync(result, 'utf8')) as { counters: number; passed: number } };
}

test.each(PACKAGES.flatMap((one) => (one.main ? [false, true] : [false]).map((minify) => [one.name, minify ? 'minified' : 'not minified', one, minify] as const)))('%s, %s', async (_name, _how, one, minify) => {
  const { path: node } = await nodeBinary('24');
  const folder = bundled(one, minify);
  const copies = [false, true].map((counts) => {
    const output = packageFolder(one.name);
    mkdirSync(output);
    instrumentFolder(folder, output, { include: [], exclude: ['test/**', 'example*'], counts });
    return output;
  });
  const [before, ...others] = [await run(node, folder, one), ...await Promise.all(copies.map((copy) => run(node, copy, one)))];
  expect(before!.code).toBe(0);
  for (const { code, output, counters, passed } of others) {
    expect({ code, output }).toEqual({ code: before!.code, output: before!.output });
    expect(passed).toBeGreaterThan(counters / 2);
  }
});
