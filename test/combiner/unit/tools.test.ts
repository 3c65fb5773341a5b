/** The tools that people run unit tests with, on the example, beside what its functions ran in Lambda. */
import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import type { ExampleEvent } from '../../../examples/orders/events';
import { synthesizeOrders } from '../../../examples/orders/synthesize';
import { lambdaCoverage } from '../../cli/command-line';
import { LocalDeployment } from '../../lambda/local-deployment';
import { nodeBinary } from '../../lambda/node-versions';
import { SynthesizedApp } from '../../lambda/synthesized-app';

const ROOT = join(__dirname, '..', '..', '..');
const EXAMPLE = join(ROOT, 'examples', 'orders');

const UNIT_TEST = `import { equal, throws } from 'node:assert/strict';
import { roundedUp } from '../src/no-function-has-it.js';
import { priceCart } from '../src/pricing/cart.js';
import { parseCurrency } from '../src/pricing/currency.js';
import { volumeDiscountRate } from '../src/pricing/discounts.js';

test('ten of an article cost five per cent less', () => equal(volumeDiscountRate(10), 0.05));
test('a voucher takes something off', () => equal(priceCart([{ sku: 'teapot', quantity: 3 }], 'SUMMER25').discount.units, 37_43));
test('a currency has to be known', () => {
  equal(parseCurrency(' usd '), 'USD');
  throws(() => parseCurrency('XXX'), /unknown currency/);
});
test('whole ones stay', () => equal(roundedUp(2), 2));
`;

const FILES: Record<string, string> = {
  'package.json': '{ "private": true, "type": "module" }',
  'src/no-function-has-it.ts': 'export function roundedUp(value: number): number {\n  if (Number.isInteger(value)) {\n    return value;\n  }\n  return Math.ceil(value);\n}\n',
  'unit/pricing.test.ts': UNIT_TEST,
  'unit/globals.mjs': "import { test } from 'node:test';\nglobalThis.test = test;\n",
  'jest.config.cjs': `module.exports = {
  transform: { '\\\\.ts$': ['ts-jest', { diagnostics: false, tsconfig: { module: 'commonjs', target: 'es2022', isolatedModules: true } }] },
  testMatch: ['<rootDir>/unit/*.test.ts'],
  moduleNameMapper: { '^(\\\\.{1,2}/.*)\\\\.js$': '$1' },
  coverageReporters: ['json', 'lcov'],
};`,
  'vitest.config.mjs': "export default { test: { globals: true, include: ['unit/*.test.ts'], coverage: { reporter: ['json', 'lcov'], include: ['src/**'] } } };",
};

let project: string;
/** Lines with their hits, by files. */
type Lines = Record<string, Record<number, number>>;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'unit-tools-'));
  cpSync(join(EXAMPLE, 'src'), join(project, 'src'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'));
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), text);
  }
  await collect();
  await runTools();
}, 300_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

/** Keeps what the functions of the example upload in `bucket`, and their cloud assembly in `cdk.out`. */
async function collect(): Promise<void> {
  const assembly = join(EXAMPLE, 'cdk.out', 'unit-tools'); // the paths in its source maps are relative to the example
  rmSync(assembly, { recursive: true, force: true });
  await synthesizeOrders(assembly);
  const app = new SynthesizedApp(assembly, 'Orders');
  const deployment = await LocalDeployment.start(app, { node: 'current' });
  try {
    for (const { function: name, event } of JSON.parse(readFileSync(join(EXAMPLE, 'events.json'), 'utf8')) as ExampleEvent[]) {
      await deployment.invoke(name, event);
    }
    await deployment.settled();
    const [bucket] = app.bucketNames();
    for (const key of deployment.s3.keys(bucket!)) {
      mkdirSync(dirname(join(project, 'bucket', key)), { recursive: true });
      writeFileSync(join(project, 'bucket', key), deployment.s3.object(bucket!, key).body);
    }
  } finally {
    await deployment.stop();
    cpSync(assembly, join(project, 'cdk.out'), { recursive: true });
    rmSync(assembly, { recursive: true, force: true });
  }
}

async function runTools(): Promise<void> {
  const bin = (name: string) => join(ROOT, 'node_modules', '.bin', name);
  const run = (command: string, ...args: string[]) => promisify(execFile)(command, args, { cwd: project });
  const node = [process.execPath, '--import', './unit/globals.mjs'] as const;
  await run(bin('jest'), '--coverage', '--coverageDirectory', 'jest');
  for (const provider of ['v8', 'istanbul']) {
    await run(bin('vitest'), 'run', '--coverage.enabled', `--coverage.provider=${provider}`, `--coverage.reportsDirectory=vitest-${provider}`);
  }
  await run(bin('c8'), '-o', 'c8', '-r', 'lcov', ...node, '--import', 'tsx', '--test', 'unit/pricing.test.ts');
  await run(...node, '--import', 'tsx', '--test', '--experimental-test-coverage', '--test-reporter=lcov', '--test-reporter-destination=node.info', 'unit/pricing.test.ts');
  const compile = (entryPoints: string[], sourcemap: boolean) => buildSync({
    entryPoints: entryPoints.map((entry) => join(project, entry)), outdir: join(project, 'dist'), outbase: project, format: 'cjs', platform: 'node', sourcemap, sourcesContent: false,
  });
  compile(['cart', 'currency', 'discounts', 'money'].map((name) => `src/pricing/${name}.ts`).concat('src/no-function-has-it.ts'), true);
  compile(['unit/pricing.test.ts'], false);
  writeFileSync(join(project, 'dist', 'package.json'), '{ "type": "commonjs" }');
  await run(bin('nyc'), '--reporter=lcov', '--reporter=json', '--report-dir=nyc', ...node, join('dist', 'unit', 'pricing.test.js'));
}

function linesOf(lcov: string): Lines {
  const files: Lines = {};
  for (const section of readFileSync(join(project, lcov), 'utf8').split('end_of_record')) {
    const file = /^SF:(.*)$/m.exec(section)?.[1];
    if (file !== undefined) {
      files[file.replace(`${project}/`, '')] = Object.fromEntries([...section.matchAll(/^DA:(\d+),(\d+)/gm)].map(([, line, hits]) => [Number(line), Number(hits)]));
    }
  }
  return files;
}

async function report(output: string, ...args: string[]): Promise<Lines> {
  const outcome = await lambdaCoverage(['report', 'bucket', '--app', 'cdk.out', '--output', output, '--format', 'lcov,json,json-summary', ...args], { cwd: project });
  expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
  return linesOf(join(output, 'lcov.info'));
}

const hit = (lines: Lines, file: string, line: string) => (lines[file]?.[Number(line)] ?? 0) > 0;

/** What is given to the command line, and the lcov that says what the tool's own report says of it. */
const TOOLS: ReadonlyArray<readonly [string, string]> = [
  ['jest/coverage-final.json', 'jest/lcov.info'],
  ['jest/lcov.info', 'jest/lcov.info'],
  ['vitest-istanbul', 'vitest-istanbul/lcov.info'],
  ['vitest-v8', 'vitest-v8/lcov.info'],
  ['vitest-v8/lcov.info', 'vitest-v8/lcov.info'],
  ['nyc', 'nyc/lcov.info'],
  ['.nyc_output', 'nyc/lcov.info'],
  ['c8/lcov.info', 'c8/lcov.info'],
  ['node.info', 'node.info'],
  // c8 says of a line that a part of it ran, the report whether its statements did: that is what Istanbul says
  ['c8/tmp', 'nyc/lcov.info'],
];

test.each(TOOLS)('%s and Lambda: a line is hit that one of them hits, and no other', async (unit, own) => {
  const name = unit.replace(/\W/g, '-');
  const lambda = await report(`${name}-without`);
  const joined = await report(`${name}-with`, '--unit', unit);
  const tool = linesOf(own);
  const files = Object.keys(joined).filter((file) => file.startsWith('src/'));
  expect(files).toEqual([...Object.keys(lambda), 'src/no-function-has-it.ts'].sort());
  for (const file of files) {
    const lines = Object.keys(joined[file]!);
    const expected = lines.filter((line) => hit(lambda, file, line) || hit(tool, file, line));
    expect([file, lines.filter((line) => hit(joined, file, line))]).toEqual([file, expected]);
  }
  expect(files.filter((file) => lambda[file] && Object.keys(lambda[file]).join() !== Object.keys(joined[file]!).join())).toEqual([]);
});

test('tools that instrument tell the same of branches and functions, and V8 but for default values', async () => {
  const totals: Record<string, unknown> = {};
  for (const unit of ['jest', 'vitest-istanbul', '.nyc_output', 'c8/tmp']) {
    const output = `totals-${unit.replace(/\W/g, '-')}`;
    await report(output, '--unit', unit, '--include', 'src/pricing/*');
    const { total } = JSON.parse(readFileSync(join(project, output, 'coverage-origins.json'), 'utf8')) as { total: { unit: Record<string, { covered: number }> } };
    totals[unit] = ['statements', 'branches', 'functions', 'lines'].map((metric) => total.unit[metric]!.covered);
  }
  const { jest } = totals as { jest: number[] };
  expect(jest[1]).toBeGreaterThan(5);
  expect(totals).toEqual({ 'jest': jest, 'vitest-istanbul': jest, '.nyc_output': jest, 'c8/tmp': [jest[0], jest[1]! + 1, jest[2], jest[3]] });
});

test('several tools add up, and each file of another machine is found', async () => {
  const elsewhere = readFileSync(join(project, 'jest', 'coverage-final.json'), 'utf8').replaceAll(project, '/home/runner/work/shop');
  mkdirSync(join(project, 'downloaded'));
  writeFileSync(join(project, 'downloaded', 'coverage-final.json'), elsewhere);
  expect(await report('elsewhere', '--unit', 'downloaded')).toEqual(await report('here', '--unit', 'jest'));
  const sum = await report('sum', '--unit', 'jest', '--unit', 'c8/lcov.info');
  const [one, other, lambda] = [linesOf('jest/lcov.info'), linesOf('c8/lcov.info'), await report('lambda')];
  const file = 'src/pricing/currency.ts';
  expect(sum[file]).toEqual(Object.fromEntries(Object.entries(lambda[file]!).map(([line, hits]) =>
    [line, hits + (one[file]![Number(line)] ?? 0) + (other[file]![Number(line)] ?? 0)])));
});

test('TypeScript that Node.js runs itself is told of where this Node.js can strip types as well', async () => {
  const { path: node24 } = await nodeBinary('24');
  const text = 'export function sign(value: number): string {\n  if (value < 0) {\n    return "-";\n  }\n  return "+";\n}\nsign(1);\n';
  writeFileSync(join(project, 'src', 'stripped.ts'), text);
  await promisify(execFile)(node24, ['src/stripped.ts'], { cwd: project, env: { ...process.env, NODE_V8_COVERAGE: join(project, 'stripped') } });
  const args = ['report', 'bucket', '--format', 'lcov', '--unit', 'stripped'];
  const by24 = await lambdaCoverage([...args, '--output', 'by-24'], { cwd: project, node: node24 });
  expect(by24).toMatchObject({ exitCode: 0, stderr: '' });
  expect(linesOf('by-24/lcov.info')['src/stripped.ts']).toEqual({ 2: 1, 3: 0, 5: 1, 7: 1 });
  const { path: node20 } = await nodeBinary('20');
  const by20 = await lambdaCoverage([...args, '--output', 'by-20'], { cwd: project, node: node20 });
  expect(by20.stderr).toMatch(/src\/stripped\.ts: it is TypeScript that Node\.js ran by stripping its types.*Node\.js 22\.13 and later can do/);
  appendFileSync(join(project, 'src', 'pricing', 'money.ts'), '// changed since\n');
  const changed = await lambdaCoverage(['report', 'bucket', '--format', 'lcov', '--unit', 'c8/lcov.info', '--output', 'changed'], { cwd: project });
  expect(changed.stderr).toMatch(/^warning: src\/pricing\/money\.ts: what is deployed differs from what is in .*; deploy it, or check out what is deployed$/m);
});
