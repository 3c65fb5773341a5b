/** `lambda-coverage report --app cdk.out` finds the buckets by what the templates say, and by what CloudFormation says of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App, CfnParameter, Fn, NestedStack, Stack, Stage, type StackProps } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { lambdaCoverage } from './command-line';
import { LocalCloudFormation, type Deployed } from './local-cloudformation';
import { CoverageBucket, CoverageLayer, type CoverageLayerProps } from '../../src';
import { WRAPPER_HANDLER } from '../../src/contract/layer';
import { TINY_SCRIPT, tinyObject, tinySource } from '../combiner/tiny-function';
import { LocalS3 } from '../s3/local-s3';

const REGION: StackProps = { env: { account: '123456789012', region: 'us-east-1' } };
let folder: string;
let s3: LocalS3;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'app-location-'));
  s3 = await LocalS3.start({ buckets: ['physical-name', 'other-name'] });
  put('physical-name');
});

afterEach(async () => {
  await s3.stop();
  rmSync(folder, { recursive: true, force: true });
});

function put(bucket: string, ...objects: ReturnType<typeof tinyObject>[]): void {
  [tinySource(), tinyObject(0), ...objects].forEach(({ key, body }) => s3.put(bucket, key, body));
}

function attach(scope: Construct, props: CoverageLayerProps = {}): CoverageLayer {
  const coverage = new CoverageLayer(scope, 'Coverage', props);
  coverage.attachTo(new LambdaFunction(scope, 'Fn', { code: Code.fromInline(TINY_SCRIPT), handler: 'index.handler', runtime: Runtime.NODEJS_22_X }));
  return coverage;
}

function named(scope: Construct, id: string, name: string, prefix?: string): CoverageBucket {
  return new CoverageBucket(scope, id, { bucket: Bucket.fromBucketName(scope, `${id}Bucket`, name), ...(prefix !== undefined && { prefix }) });
}

/** Synthesizes the app, and runs the command on it. */
async function report(define: (app: App) => void, deployed: Deployed | ((assembly: App) => Deployed) = {}, ...args: string[]) {
  return runOn(define, deployed, ['report', '--app', 'cdk.out', '--format', 'json', ...args]);
}

async function runOn(define: (app: App) => void, deployed: Deployed | ((assembly: App) => Deployed), args: string[]) {
  const app = new App({ outdir: path.join(folder, 'cdk.out') });
  define(app);
  app.synth();
  const cloudFormation = await LocalCloudFormation.start(typeof deployed === 'function' ? deployed(app) : deployed);
  try {
    const environment = { ...s3.environment(), ...cloudFormation.environment() };
    const outcome = await lambdaCoverage(args, { cwd: folder, environment });
    return { ...outcome, requests: cloudFormation.requests };
  } finally {
    await cloudFormation.stop();
  }
}

const FOUND = { exitCode: 0, stdout: expect.stringContaining('1 objects of 1 functions, from s3://physical-name/coverage/') as string };

/** The logical id of a resource of a type, by the template of a stack. */
function logicalId(app: Stage, stack: string, type: string): string {
  const template = app.synth().getStackByName(stack).template as { Resources: Record<string, { Type: string }> };
  return Object.entries(template.Resources).find(([, { Type }]) => type === Type)![0];
}

test('a bucket that the stack makes: CloudFormation knows its name', async () => {
  const { requests, ...outcome } = await report((app) => attach(new Stack(app, 'Shop')), (app) => ({ resources: { [`Shop/${logicalId(app, 'Shop', 'AWS::S3::Bucket')}`]: 'physical-name' } }));
  expect(outcome).toMatchObject(FOUND);
  expect(requests).toEqual([expect.stringMatching(/^DescribeStackResource Shop Coverage/)]);
});

test('a bucket that is named in the app: nobody is asked', async () => {
  const { requests, ...outcome } = await report((app) => {
    const stack = new Stack(app, 'Shop', REGION);
    attach(stack, { bucket: new CoverageBucket(stack, 'Bucket', { bucket: new Bucket(stack, 'Own', { bucketName: `${'physical'}-name` }) }) });
  });
  expect(outcome).toMatchObject(FOUND);
  expect(requests).toEqual([]);
});

test('a bucket of another stack, and one of a nested stack around', async () => {
  const outcome = await report((app) => {
    const bucket = new CoverageBucket(new Stack(app, 'Storage'), 'Bucket');
    attach(new Stack(app, 'Shop'), { bucket });
    attach(new NestedStack(new Stack(app, 'Nesting'), 'Inner'), { bucket });
  }, (app) => ({ resources: { [`Storage/${logicalId(app, 'Storage', 'AWS::S3::Bucket')}`]: 'physical-name' } }));
  expect(outcome).toMatchObject({ ...FOUND, requests: [expect.stringMatching(/^DescribeStackResource Storage Bucket/)] });
});

test('a bucket that a nested stack makes, used by the stack around it', async () => {
  const outcome = await report((app) => {
    const stack = new Stack(app, 'Shop');
    attach(stack, { bucket: new CoverageBucket(new NestedStack(stack, 'Storage'), 'Bucket') });
  }, (app) => {
    const nested = logicalId(app, 'Shop', 'AWS::CloudFormation::Stack');
    return { resources: { [`Shop/${nested}`]: 'arn:nested', 'arn:nested/BucketE75EA64C': 'physical-name' } };
  });
  expect(outcome).toMatchObject({ ...FOUND, requests: [expect.stringMatching(/^DescribeStackResource Shop Storage/), 'DescribeStackResource arn:nested BucketE75EA64C'] });
});

test('a bucket whose name another app exports', async () => {
  const define = (app: App) => {
    const stack = new Stack(app, 'Shop');
    attach(stack, { bucket: named(stack, 'Imported', Fn.importValue('coverage-bucket')) });
  };
  expect(await report(define, { exports: { 'another': 'x', 'coverage-bucket': 'physical-name' } })).toMatchObject(FOUND);
  expect(await report(define, { exports: {} })).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("the export 'coverage-bucket', which stack Shop imports, does not exist") });
});

test('stacks of stages, by the names that they are deployed under', async () => {
  const stage = (app: App) => app.node.findChild('Beta') as Stage;
  const outcome = await report(
    (app) => attach(new Stack(new Stage(app, 'Beta'), 'Shop', { stackName: 'shop-beta' })),
    (app) => ({ resources: { [`shop-beta/${logicalId(stage(app), 'shop-beta', 'AWS::S3::Bucket')}`]: 'physical-name' } }),
  );
  expect(outcome).toMatchObject({ ...FOUND, requests: [expect.stringMatching(/^DescribeStackResource shop-beta Coverage/)] });
});

test('several buckets and prefixes are read together', async () => {
  const moved = { ...tinyObject(1), key: tinyObject(1).key.replace('coverage/', 'team/') };
  put('other-name');
  s3.put('physical-name', moved.key, moved.body);
  const { stdout, exitCode } = await report((app) => {
    const stack = new Stack(app, 'Shop', REGION);
    attach(stack, { bucket: named(stack, 'One', 'physical-name') });
    attach(new Stack(app, 'Second', REGION), { bucket: named(stack, 'Two', 'other-name') });
    attach(new Stack(app, 'Third', REGION), { bucket: named(stack, 'Three', 'physical-name', 'team/') });
  });
  expect({ stdout, exitCode }).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('3 objects of 1 functions, from s3://') });
});

test.each<[string, (app: App) => void, Deployed, RegExp]>([
  ['a stack that is not deployed', (app) => attach(new Stack(app, 'Shop', REGION)), {}, /the bucket of stack Shop in us-east-1 is not known: Stack 'Shop' does not exist; deploy it, check region and account of the credentials, or name the bucket/],
  ['no right to ask', (app) => attach(new Stack(app, 'Shop')), { refusal: 'AccessDenied' }, /the bucket of stack Shop is not known \(cloudformation:DescribeStackResource is denied\); the credentials need cloudformation:DescribeStackResource, or name/],
  ['no attached function', (app) => void new Stack(app, 'Shop'), {}, /no function of the cloud assembly has coverage attached; attach a CoverageLayer and synthesize again/],
  ['a name that is a parameter', (app) => {
    const stack = new Stack(app, 'Shop');
    attach(stack, { bucket: named(stack, 'Given', new CfnParameter(stack, 'Name').valueAsString) });
  }, {}, /\{"Ref":"Name"\} in stack Shop is known to CloudFormation only; name the bucket, as in s3:\/\/my-coverage-bucket/],
  ['a name that is joined of a list that only CloudFormation knows', (app) => {
    const stack = new Stack(app, 'Shop');
    attach(stack, { bucket: named(stack, 'Given', Fn.join('-', Fn.split(',', new CfnParameter(stack, 'Names').valueAsString))) });
  }, {}, /\{"Fn::Join":\["-",\{"Fn::Split":.* in stack Shop is known to CloudFormation only; name the bucket, as in s3:\/\/my-coverage-bucket/],
])('%s: exits with 1 and says what to do', async (_, define, deployed, message) => {
  const { exitCode, stderr } = await report(define, deployed);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(exitCode).toBe(1);
});

describe('doctor', () => {
  const uploads = (stack: Stack) => attach(stack, { bucket: named(stack, 'Bucket', 'physical-name') });
  const deployed = (handler: object): Deployed => ({
    resources: { 'Shop/Fn9270CBC0': 'shop-fn' },
    templates: { Shop: { Resources: { Fn9270CBC0: { Type: 'AWS::Lambda::Function', Properties: handler } } } },
  });

  test.each<[string, Deployed, RegExp]>([
    ['is deployed without coverage', deployed({ Handler: 'index.handler' }), /it is deployed without coverage: its handler is 'index\.handler'; deploy stack Shop again/],
    ['has lost its layer', deployed({ Handler: WRAPPER_HANDLER }), /it is deployed without coverage/],
    ['is deployed with coverage', deployed({ Handler: WRAPPER_HANDLER, Layers: [{ Ref: 'Layer' }] }), /was it invoked since it has the layer/],
    ['cannot be looked at', { resources: { 'Shop/Fn9270CBC0': 'shop-fn' } }, /was it invoked since it has the layer.* Whether it is deployed with its layer is not known: the template of stack Shop in us-east-1 is not known \(cloudformation:GetTemplate is denied\); the credentials need cloudformation:GetTemplate\n/],
  ])('says what to do where a function that has uploaded nothing %s', async (_, what, message) => {
    const { exitCode, stdout } = await runOn((app) => uploads(new Stack(app, 'Shop', REGION)), what, ['doctor', '--app', 'cdk.out']);
    expect(stdout).toMatch(/PROBLEM Shop\/Fn9270CBC0 \(shop-fn\) has uploaded nothing/);
    expect(stdout).toMatch(message);
    expect(exitCode).toBe(1);
  });
});
