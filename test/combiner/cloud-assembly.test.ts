import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { TINY_SCRIPT, tinyObject, tinySource, writeObjects } from './tiny-function';
import { readCloudAssembly } from '../../src/combiner/cloud-assembly/cloud-assembly';
import { combine } from '../../src/combiner/combine';
import { FolderStore } from '../../src/combiner/stores/folder-store';
import { CoverageEngine } from '../../src/coverage-engine';
import { CoverageLayer } from '../../src/coverage-layer';

/** The code stays as it is. */
const V8 = { engine: CoverageEngine.V8 };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'assembly-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A folder with a function's code. */
function code(name: string, files: Record<string, string>): Code {
  const source = path.join(folder, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(source, file)), { recursive: true });
    writeFileSync(path.join(source, file), text);
  }
  return Code.fromAsset(source);
}

function functionOf(scope: Construct, id: string, from: Code): Function {
  return new Function(scope, id, { code: from, handler: 'index.handler', runtime: Runtime.NODEJS_22_X });
}

function synthesize(define: (app: App) => void): string {
  const outdir = path.join(folder, 'cdk.out');
  const app = new App({ outdir });
  define(app);
  app.synth();
  return outdir;
}

const IDLE = 'exports.handler = async () => {\n  return 1;\n};\n';

test('finds the attached functions of stacks, nested stacks and stages, and no others', () => {
  const outdir = synthesize((app) => {
    const stack = new Stack(app, 'Shop');
    const coverage = new CoverageLayer(stack, 'Coverage', V8);
    coverage.attachTo(functionOf(stack, 'Orders', code('orders', { 'index.js': IDLE })));
    coverage.attachTo(functionOf(new NestedStack(stack, 'Inner'), 'Quotes', code('quotes', { 'index.js': TINY_SCRIPT })));
    functionOf(stack, 'Plain', code('plain', { 'index.js': '1;\n' }));
    const stage = new Stage(app, 'Test');
    const staged = new Stack(stage, 'Staged');
    new CoverageLayer(staged, 'Coverage', V8).attachTo(functionOf(staged, 'Refunds', code('refunds', { 'lib/a.mjs': 'export {};\n', 'node_modules/x/x.js': '' })));
  });
  const { functions } = readCloudAssembly(outdir);
  expect(functions.map(({ name, scripts }) => [name.replace(/[0-9A-F]{8}(?=$|\/)/g, ''), scripts.map((script) => script.path)])).toEqual(expect.arrayContaining([
    ['Shop/Orders', ['index.js']],
    ['ShopInner/Quotes', ['index.js']],
    ['Test-Staged/Refunds', ['lib/a.mjs']],
  ]));
  expect(functions).toHaveLength(3);
});

test('a function whose code stands in the template is there without scripts', () => {
  const outdir = synthesize((app) => {
    const stack = new Stack(app, 'Shop');
    new CoverageLayer(stack, 'Coverage', V8).attachTo(functionOf(stack, 'Inline', Code.fromInline(IDLE)));
  });
  expect(readCloudAssembly(outdir).functions.map(({ scripts }) => scripts)).toEqual([[]]);
});

test('what never ran is reported with nothing covered, beside what did', async () => {
  const outdir = synthesize((app) => {
    const stack = new Stack(app, 'Shop');
    const coverage = new CoverageLayer(stack, 'Coverage', { ...V8, excludePatterns: ['lib/skipped.js'] });
    coverage.attachTo(functionOf(stack, 'Tiny', code('tiny', { 'index.js': TINY_SCRIPT })));
    coverage.attachTo(functionOf(stack, 'Idle', code('idle', { 'lib/idle.js': IDLE, 'lib/skipped.js': IDLE })));
  });
  writeObjects(path.join(folder, 'bucket'), [tinySource(), tinyObject()]);
  const { coverage, errors } = await combine(new FolderStore(path.join(folder, 'bucket')), { assembly: readCloudAssembly(outdir) });
  expect(errors).toEqual([]);
  expect(coverage.files()).toEqual(['index.js', 'lib/idle.js']);
  expect(coverage.fileCoverageFor('lib/idle.js').toSummary().data.statements).toMatchObject({ total: 2, covered: 0 });
  expect(coverage.fileCoverageFor('index.js').toSummary().data.statements).toMatchObject({ total: 4, covered: 3 });
});

test('a build that is only in the assembly does not stand beside what ran of the same file', async () => {
  const outdir = synthesize((app) => {
    const stack = new Stack(app, 'Shop');
    new CoverageLayer(stack, 'Coverage', V8).attachTo(functionOf(stack, 'Tiny', code('tiny', { 'index.js': `${TINY_SCRIPT}// changed since\n` })));
  });
  writeObjects(path.join(folder, 'bucket'), [tinySource(), tinyObject()]);
  const { coverage, texts } = await combine(new FolderStore(path.join(folder, 'bucket')), { assembly: readCloudAssembly(outdir) });
  expect(coverage.files()).toEqual(['index.js']);
  expect(texts.get('index.js')).toBe(TINY_SCRIPT);
});

test('a source that is in the assembly is not needed in the bucket', async () => {
  const outdir = synthesize((app) => {
    const stack = new Stack(app, 'Shop');
    new CoverageLayer(stack, 'Coverage', V8).attachTo(functionOf(stack, 'Tiny', code('tiny', { 'index.js': TINY_SCRIPT })));
  });
  writeObjects(path.join(folder, 'bucket'), [tinyObject()]);
  const { errors } = await combine(new FolderStore(path.join(folder, 'bucket')), { assembly: readCloudAssembly(outdir) });
  expect(errors).toEqual([]);
});

test('a folder that is no cloud assembly is refused', () => {
  cpSync(__filename, path.join(folder, 'something.ts'));
  expect(() => readCloudAssembly(folder)).toThrow(/is not a cloud assembly: it has no manifest\.json; name the folder that cdk synth wrote, such as cdk\.out/);
});
