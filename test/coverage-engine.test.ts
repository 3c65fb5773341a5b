import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App, Stack, Stage, aws_lambda as lambda, aws_lambda_nodejs as nodejs, aws_s3 as s3 } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { taskFolder } from './task-folder';
import { CoverageEngine, CoverageLayer } from '../src';
import { TABLE_FOLDER } from '../src/contract/counter-table';

const HANDLER = 'exports.handler = async (event) => (event.x ? 1 : 2);\n';

function makeFunction(scope: Stack, code: lambda.Code, id = 'Fn'): lambda.Function {
  return new lambda.Function(scope, id, { runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code });
}

interface FunctionProperties {
  readonly Code: { readonly S3Key: string };
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
}

function propertiesOf(fn: lambda.Function): FunctionProperties {
  const id = fn.stack.getLogicalId(fn.node.defaultChild as lambda.CfnFunction);
  return (Template.fromStack(fn.stack).toJSON() as { Resources: Record<string, { Properties: FunctionProperties }> }).Resources[id]!.Properties;
}

/** The folder that a function's code will be, by the asset manifest. */
function codeOf(app: App, fn: lambda.Function): string {
  const { S3Key } = propertiesOf(fn).Code;
  const assembly = app.synth();
  const manifest = JSON.parse(readFileSync(path.join(assembly.directory, `${fn.stack.artifactId}.assets.json`), 'utf8')) as { files: Record<string, { source: { path: string } }> };
  return path.join(assembly.directory, manifest.files[path.basename(S3Key, '.zip')]!.source.path);
}

const isInstrumented = (folder: string) => readdirSync(folder).includes(TABLE_FOLDER);

test('the code is a copy with counters; the wrapper knows it, and the compile cache stays as it is', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const source = taskFolder({ 'index.js': HANDLER });
  const fn = makeFunction(stack, lambda.Code.fromAsset(source));
  new CoverageLayer(stack, 'Coverage', { engine: CoverageEngine.INSTRUMENTED }).attachTo(fn);
  const code = codeOf(app, fn);
  expect(isInstrumented(code)).toBe(true);
  expect(readFileSync(path.join(code, 'index.js'), 'utf8')).not.toBe(HANDLER);
  expect(readFileSync(path.join(source, 'index.js'), 'utf8')).toBe(HANDLER);
  expect(propertiesOf(fn).Environment.Variables).toMatchObject({ COVERAGE_ENGINE: 'instrumented' });
  expect(propertiesOf(fn).Environment.Variables).not.toHaveProperty('NODE_DISABLE_COMPILE_CACHE');
});

test('without a word, counters are built in where that can be', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const [folder, inline] = [lambda.Code.fromAsset(taskFolder({ 'index.js': HANDLER })), lambda.Code.fromInline(HANDLER)].map((code, index) => makeFunction(stack, code, `Fn${index}`));
  const coverage = new CoverageLayer(stack, 'Coverage');
  [folder!, inline!].forEach((fn) => coverage.attachTo(fn));
  expect(isInstrumented(codeOf(app, folder!))).toBe(true);
  expect(propertiesOf(folder!).Environment.Variables).toMatchObject({ COVERAGE_ENGINE: 'instrumented' });
  expect(propertiesOf(inline!).Environment.Variables).not.toHaveProperty('COVERAGE_ENGINE');
});

test('with V8, the code stays as it is', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const fn = makeFunction(stack, lambda.Code.fromAsset(taskFolder({ 'index.js': HANDLER })));
  new CoverageLayer(stack, 'Coverage', { engine: CoverageEngine.V8 }).attachTo(fn);
  expect(isInstrumented(codeOf(app, fn))).toBe(false);
  expect(propertiesOf(fn).Environment.Variables).not.toHaveProperty('COVERAGE_ENGINE');
});

test('each function may have its own engine', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const [one, other] = ['One', 'Other'].map((id) => makeFunction(stack, lambda.Code.fromAsset(taskFolder({ 'index.js': `${HANDLER}// ${id}\n` })), id));
  const coverage = new CoverageLayer(stack, 'Coverage', { engine: CoverageEngine.V8 });
  coverage.attachTo(one!, { engine: CoverageEngine.INSTRUMENTED });
  coverage.attachTo(other!);
  expect([one!, other!].map((fn) => isInstrumented(codeOf(app, fn)))).toEqual([true, false]);
});

test('a bundle of NodejsFunction, in a stage', () => {
  const app = new App();
  const stage = new Stage(app, 'Beta');
  const stack = new Stack(stage, 'Stack');
  const repository = path.join(__dirname, '..');
  const fn = new nodejs.NodejsFunction(stack, 'Fn', {
    runtime: lambda.Runtime.NODEJS_22_X,
    entry: path.join(repository, 'examples/orders/src/archive-orders.ts'),
    projectRoot: repository,
    depsLockFilePath: path.join(repository, 'package-lock.json'),
    bundling: { sourceMap: true },
  });
  new CoverageLayer(stack, 'Coverage', { engine: CoverageEngine.INSTRUMENTED, counts: true }).attachTo(fn);
  const hash = path.basename(propertiesOf(fn).Code.S3Key, '.zip');
  const code = path.join(stage.assetOutdir, `asset.${hash}`);
  const [table] = readdirSync(path.join(code, TABLE_FOLDER));
  expect(JSON.parse(readFileSync(path.join(code, TABLE_FOLDER, table!), 'utf8'))).toMatchObject({ counts: true, files: expect.arrayContaining([expect.objectContaining({ path: expect.stringMatching(/src\/archive-orders\.ts$/) })]) });
});

test('one Code object of several functions: each gets the copy, made once', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const code = lambda.Code.fromAsset(taskFolder({ 'index.js': HANDLER }));
  const fns = ['One', 'Two', 'Three'].map((id) => makeFunction(stack, code, id));
  const coverage = new CoverageLayer(stack, 'Coverage', { engine: CoverageEngine.INSTRUMENTED });
  coverage.attachTo(fns[1]!);
  coverage.attachTo(fns[2]!);
  const [one, two, three] = fns.map((fn) => propertiesOf(fn).Code.S3Key);
  expect(two).toBe(three);
  expect(one).not.toBe(two);
});

test('what is in the cloud assembly is not made again', () => {
  const outdir = mkdtempSync(path.join(tmpdir(), 'engine-out-'));
  const source = taskFolder({ 'index.js': HANDLER });
  const synthesize = () => {
    const app = new App({ outdir });
    const stack = new Stack(app, 'Stack');
    const fn = makeFunction(stack, lambda.Code.fromAsset(source));
    new CoverageLayer(stack, 'Coverage', { engine: CoverageEngine.INSTRUMENTED }).attachTo(fn);
    return statSync(path.join(codeOf(app, fn), 'index.js')).mtimeMs;
  };
  expect(synthesize()).toBe(synthesize());
});

test('a stack that is not synthesized to be deployed is not touched: what CDK would bundle is not there', () => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': ['Other'] } });
  const stack = new Stack(app, 'Stack');
  const fn = makeFunction(stack, lambda.Code.fromAsset(taskFolder({ 'index.js': HANDLER })));
  new CoverageLayer(stack, 'Coverage', { engine: CoverageEngine.INSTRUMENTED }).attachTo(fn);
  expect(isInstrumented(codeOf(app, fn))).toBe(false);
});

describe('code that cannot have counters', () => {
  const bucket = (stack: Stack) => s3.Bucket.fromBucketName(stack, 'CodeBucket', 'code-bucket');
  const zip = () => path.join(taskFolder({ 'code.zip': 'PK' }), 'code.zip');
  const rows: Array<[string, (stack: Stack) => lambda.Code, RegExp]> = [
    ['in the template', () => lambda.Code.fromInline(HANDLER), /its code is not an asset of this app; give it as one: lambda\.Code\.fromAsset\(folder\), or NodejsFunction/],
    ['in a bucket', (stack) => lambda.Code.fromBucketV2(bucket(stack), 'code.zip'), /its code, 'code\.zip', is not an asset of this app/],
    ['an archive', () => lambda.Code.fromAsset(zip()), /its code is an archive, and counters are built into the files of a folder/],
    ['without JavaScript', () => lambda.Code.fromAsset(taskFolder({ 'main.txt': '' })), /there is no JavaScript in it/],
    ['syntax that is none', () => lambda.Code.fromAsset(taskFolder({ 'index.js': 'const = 1;' })), /index\.js: Unexpected token/],
  ];

  test.each(rows)('%s: an error that names the function, which stays as it was', (_, code, message) => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    const fn = makeFunction(stack, code(stack));
    const coverage = new CoverageLayer(stack, 'Coverage', { engine: CoverageEngine.INSTRUMENTED });
    const before = JSON.stringify(propertiesOfResource(fn));
    expect(() => coverage.attachTo(fn)).toThrow(new RegExp(`^Stack/Fn: counters cannot be built into its code: .*${message.source}.*; or attach it with engine: CoverageEngine.V8$`));
    expect(JSON.stringify(propertiesOfResource(fn))).toBe(before);
    expect(readdirSync(app.outdir).filter((name) => name.endsWith('-error'))).toEqual([]);
  });

  test.each(rows)('%s: with AUTO, V8 counts, and a warning says why', (_, code, message) => {
    const stack = new Stack(new App(), 'Stack');
    const fn = makeFunction(stack, code(stack));
    new CoverageLayer(stack, 'Coverage', { engine: CoverageEngine.AUTO }).attachTo(fn);
    expect(propertiesOf(fn).Environment.Variables).not.toHaveProperty('COVERAGE_ENGINE');
    Annotations.fromStack(stack).hasWarning('/Stack/Fn', Match.stringLikeRegexp(`${message.source}.*; V8 counts instead.*\\[ack: cdk-lambda-coverage:engine\\]`));
  });

  function propertiesOfResource(fn: lambda.Function): unknown {
    const { handler, code } = fn.node.defaultChild as lambda.CfnFunction;
    return [handler, code, fn._layers.length, fn.node.children.map(({ node }) => node.id)];
  }
});

test.each<[string, (stack: Stack) => unknown]>([
  ['of the layer', (stack) => new CoverageLayer(stack, 'Coverage', { engine: 'fast' as CoverageEngine })],
  ['of a function', (stack) => new CoverageLayer(stack, 'Coverage').attachTo(makeFunction(stack, lambda.Code.fromInline(HANDLER)), { engine: 'fast' as CoverageEngine })],
])('an engine %s that there is not', (_, make) => {
  expect(() => make(new Stack(new App(), 'Stack'))).toThrow(/^Stack\/(Coverage|Fn): engine is "fast"; give one of 'v8', 'instrumented', 'auto'$/);
});
