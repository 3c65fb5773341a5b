import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import {
  Annotations as CdkAnnotations, App, CfnResource, CustomResource, Duration, NestedStack, RemovalPolicy, Stack, Stage, aws_autoscaling as autoscaling,
  aws_cloudfront as cloudfront, aws_ec2 as ec2, aws_ecs as ecs, aws_lambda as lambda, aws_lambda_nodejs as nodejs, aws_logs as logs, aws_s3 as s3,
  aws_s3_deployment as deployment, aws_s3_notifications as notifications, aws_sam as sam, custom_resources as custom,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { makeFunction, propertiesOf, stack, warningsOf, WRAPPER } from './constructs';
import { CoverageBucket, CoverageCombiner, CoverageEngine, CoverageLayer } from '../src';

const V8 = { engine: CoverageEngine.V8 };
const HANDLER = 'exports.handler = async (event) => (event.x ? 1 : 2);\n';

function folderOf(content: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'all-'));
  writeFileSync(path.join(folder, 'index.js'), content);
  return folder;
}

/** The handlers of all functions in a template, by logical ids. */
function handlersOf(scope: Stack): Record<string, string> {
  const functions = Template.fromStack(scope).findResources('AWS::Lambda::Function');
  return Object.fromEntries(Object.entries(functions).map(([id, { Properties }]) => [id.replace(/[0-9A-F]{8}$/, ''), Properties.Handler]));
}

const infosOf = (scope: Stack) => Annotations.fromStack(scope).findInfo('*', Match.anyValue()).map(({ id, entry }) => [id, entry.data]);

describe('attaches to', () => {
  test('all functions of a stack, of those within and of those that come later', () => {
    const scope = stack();
    const coverage = new CoverageLayer(scope, 'Coverage', V8);
    makeFunction(scope, {}, 'Before');
    coverage.attachToAll(scope);
    makeFunction(new Construct(scope, 'Service'), {}, 'After');
    const nested = new NestedStack(scope, 'Nested');
    makeFunction(nested, {}, 'Nested');
    new lambda.SingletonFunction(scope, 'Single', { uuid: 'one', runtime: lambda.Runtime.NODEJS_22_X, handler: 'app.main', code: lambda.Code.fromInline('exports.main = 1') });
    new nodejs.NodejsFunction(scope, 'Bundled', { runtime: lambda.Runtime.NODEJS_22_X, code: lambda.Code.fromInline(HANDLER), handler: 'index.handler' });
    new lambda.CfnFunction(scope, 'Resource', { code: { zipFile: HANDLER }, handler: 'index.handler', runtime: 'nodejs22.x', role: 'arn:aws:iam::111111111111:role/theirs' });
    new sam.CfnFunction(scope, 'Sam', { inlineCode: HANDLER, handler: 'index.handler', runtime: 'nodejs22.x' });
    expect(Object.values(handlersOf(scope))).toEqual(Array(5).fill(WRAPPER));
    expect(Object.values(handlersOf(nested))).toEqual([WRAPPER]);
    Template.fromStack(scope).hasResourceProperties('AWS::Serverless::Function', { Handler: WRAPPER });
    expect(coverage.attachedFunctions).toEqual([
      'Stack/Before', 'Stack/Bundled', 'Stack/Nested/Nested', 'Stack/Resource', 'Stack/Sam', 'Stack/Service/After', 'Stack/SingletonLambdaone',
    ]);
    expect(coverage.leftOutFunctions).toEqual([]);
    expect(infosOf(scope)).toEqual([['/Stack/Coverage', 'coverage is attached to 7 functions; none is left out']]);
  });

  test('those of all stacks of an app', () => {
    const app = new App();
    const coverage = new CoverageLayer(stack(app, 'One'), 'Coverage', V8);
    const fn = makeFunction(stack(app, 'Two'));
    coverage.attachToAll(app);
    app.synth();
    expect(propertiesOf(fn)).toMatchObject({ Handler: WRAPPER, Environment: { Variables: { COVERAGE_S3_BUCKET: { 'Fn::ImportValue': expect.anything() } } } });
  });

  test('those of a stage that has its own', () => {
    const stage = new Stage(new App(), 'Prod');
    const api = stack(stage as App, 'Api');
    const coverage = new CoverageLayer(api, 'Coverage', V8);
    coverage.attachToAll(stage);
    makeFunction(stack(stage as App, 'Jobs'));
    stage.synth();
    expect(coverage.attachedFunctions).toEqual(['Prod/Jobs/Fn']);
  });

  test('those of all stages where the bucket has a name', () => {
    const app = new App();
    const scope = stack(app);
    const coverage = new CoverageLayer(scope, 'Coverage', { ...V8, bucket: CoverageBucket.fromBucketName(scope, 'Bucket', 'theirs') });
    const fns = ['Test', 'Prod'].map((id) => makeFunction(new Stack(new Stage(app, id), 'Api')));
    coverage.attachToAll(app);
    app.synth();
    fns.forEach((fn) => expect(propertiesOf(fn)).toMatchObject({ Handler: WRAPPER, Environment: { Variables: { COVERAGE_S3_BUCKET: 'theirs' } } }));
    expect(coverage.attachedFunctions).toEqual(['Prod/Api/Fn', 'Test/Api/Fn']);
  });

  test('code that is an asset, with counters that are built in', () => {
    const scope = stack();
    const fn = makeFunction(scope, { code: lambda.Code.fromAsset(folderOf(HANDLER)), handler: 'index.handler' });
    new CoverageLayer(scope, 'Coverage').attachToAll(scope);
    expect(propertiesOf(fn).Environment.Variables.COVERAGE_ENGINE).toBe('instrumented');
  });

  test('nothing with enabled: false', () => {
    const scope = stack();
    makeFunction(scope);
    const coverage = new CoverageLayer(scope, 'Coverage', { enabled: false });
    coverage.attachToAll(scope);
    expect(Object.values(handlersOf(scope))).toEqual(['app.main']);
    expect([coverage.attachedFunctions, coverage.leftOutFunctions, infosOf(scope)]).toEqual([[], [], []]);
  });

  test('what attachTo was called for as that said', () => {
    const scope = stack();
    const fn = makeFunction(scope, { code: lambda.Code.fromAsset(folderOf(HANDLER)), handler: 'index.handler' });
    const coverage = new CoverageLayer(scope, 'Coverage');
    coverage.attachTo(fn, V8);
    coverage.attachToAll(scope);
    coverage.attachToAll(scope);
    expect(propertiesOf(fn).Environment.Variables).not.toHaveProperty('COVERAGE_ENGINE');
    expect(coverage.attachedFunctions).toEqual(['Stack/Fn']);
    expect(infosOf(scope)).toEqual([['/Stack/Coverage', 'coverage is attached to 1 function; none is left out']]);
  });
});

describe('takes those that are meant', () => {
  const app = () => {
    const scope = stack();
    const api = new Construct(scope, 'Api');
    const functions = { orders: makeFunction(api, {}, 'Orders'), users: makeFunction(api, {}, 'Users'), job: makeFunction(scope, {}, 'Job') };
    return { scope, api, functions, coverage: new CoverageLayer(scope, 'Coverage', V8) };
  };
  type Options = Parameters<CoverageLayer['attachToAll']>[1];

  test.each<[string, (app: { api: Construct; functions: Record<string, lambda.Function> }) => Options, string[]]>([
    ['a construct with all that is in it', ({ api }) => ({ include: [api] }), ['Stack/Api/Orders', 'Stack/Api/Users']],
    ['but for a function', ({ functions }) => ({ exclude: [functions.users!] }), ['Stack/Api/Orders', 'Stack/Job']],
    ['but for one of what is included', ({ api, functions }) => ({ include: [api], exclude: [functions.users!] }), ['Stack/Api/Orders']],
    ['a glob of a path', () => ({ include: ['Stack/*/Ord*'] }), ['Stack/Api/Orders']],
    ['a glob of what one is in', () => ({ include: ['*/Api'] }), ['Stack/Api/Orders', 'Stack/Api/Users']],
    ['a glob of any depth', () => ({ include: ['**/{Users,Job}'] }), ['Stack/Api/Users', 'Stack/Job']],
    ['an id anywhere', () => ({ exclude: ['Users'] }), ['Stack/Api/Orders', 'Stack/Job']],
    ['none', () => ({ include: [] }), []],
  ])('%s', (_, options, expected) => {
    const it = app();
    it.coverage.attachToAll(it.scope, options(it));
    Template.fromStack(it.scope);
    expect(it.coverage.attachedFunctions).toEqual(expected);
    const leftOut = it.coverage.leftOutFunctions.map(({ path: name }) => name);
    expect([...expected, ...leftOut].sort()).toEqual(['Stack/Api/Orders', 'Stack/Api/Users', 'Stack/Job']);
    expect(warningsOf(it.scope)).toEqual([]);
  });

  test('and says which glob is that of nothing, and what is left out', () => {
    const { scope, coverage } = app();
    coverage.attachToAll(scope, { exclude: ['Stack/Api/Order', 'Job'] });
    expect(warningsOf(scope).map(([, ...others]) => others)).toEqual([['/Stack/Coverage', "exclude has 'Stack/Api/Order', which is the path of no function or of what one is in"]]);
    expect(infosOf(scope)).toEqual([['/Stack/Coverage', 'coverage is attached to 2 functions; left out are 1:\n  Stack/Job: it is excluded']]);
  });

  test.each<[string, unknown, string]>([
    ['no list', { include: 'Api' }, 'Stack/Coverage: include is no list; give constructs and globs of construct paths as its items'],
    ['an empty glob', { exclude: [''] }, "Stack/Coverage: exclude has \"\"; give constructs, or globs of construct paths such as 'Shop/Api/**'"],
    ['a path with a slash in front', { include: ['/Stack/Api'] }, 'Stack/Coverage: include has "/Stack/Api"'],
    ['a negated glob', { include: ['!Api'] }, 'Stack/Coverage: include has "!Api"'],
    ['no construct', { include: [7] }, 'Stack/Coverage: include has "7"'],
  ])('%s is refused', (_, options, message) => {
    const { scope, coverage } = app();
    expect(() => coverage.attachToAll(scope, options as Options)).toThrow(message);
  });

  test('a scope that is none is refused', () => {
    const { coverage } = app();
    expect(() => coverage.attachToAll([] as never)).toThrow('Stack/Coverage: attachToAll takes a construct, such as a stack or the app');
  });
});

describe('leaves out', () => {
  test("CDK's own functions, whatever makes them, without a word of warning", () => {
    const scope = stack();
    const bucket = new s3.Bucket(scope, 'Bucket', { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true });
    const mine = makeFunction(scope, {}, 'Mine');
    bucket.addEventNotification(s3.EventType.OBJECT_CREATED, new notifications.LambdaDestination(mine));
    new deployment.BucketDeployment(scope, 'Deployment', { destinationBucket: bucket, sources: [deployment.Source.data('a', 'b')] });
    new custom.AwsCustomResource(scope, 'Call', {
      installLatestAwsSdk: false,
      onCreate: { service: 'STS', action: 'getCallerIdentity', physicalResourceId: custom.PhysicalResourceId.of('x') },
      policy: custom.AwsCustomResourcePolicy.fromSdkCalls({ resources: custom.AwsCustomResourcePolicy.ANY_RESOURCE }),
    });
    const onEvent = makeFunction(scope, {}, 'OnEvent');
    const provider = new custom.Provider(scope, 'Provider', { onEventHandler: onEvent, isCompleteHandler: makeFunction(scope, {}, 'IsComplete'), queryInterval: Duration.minutes(1) });
    new CustomResource(scope, 'Custom', { serviceToken: provider.serviceToken });
    new logs.LogRetention(scope, 'Retention', { logGroupName: '/aws/lambda/x', retention: logs.RetentionDays.ONE_DAY });
    new cloudfront.experimental.EdgeFunction(stack(undefined, 'Edge', { account: '1'.repeat(12), region: 'us-east-1' }), 'Fn', {
      runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code: lambda.Code.fromAsset(folderOf(HANDLER)),
    });
    const coverage = new CoverageLayer(scope, 'Coverage', V8);
    coverage.attachToAll(scope);
    const handlers = handlersOf(scope);
    expect(Object.keys(handlers).filter((id) => handlers[id] === WRAPPER).sort()).toEqual(['IsComplete', 'Mine', 'OnEvent']);
    expect(coverage.attachedFunctions).toEqual(['Stack/IsComplete', 'Stack/Mine', 'Stack/OnEvent']);
    expect(coverage.leftOutFunctions).toHaveLength(Object.keys(handlers).length - 3);
    expect(coverage.leftOutFunctions.length).toBeGreaterThanOrEqual(8);
    expect(new Set(coverage.leftOutFunctions.map(({ reason }) => reason))).toEqual(new Set([
      'CDK makes it for its own use',
      'it is a plain CfnResource, as CDK makes them for its own use; define it with lambda.Function or lambda.CfnFunction if it is yours',
    ]));
    expect(warningsOf(scope)).toEqual([]);
  });

  test("CDK's own functions in Python: of its assets, and in the template", () => {
    const scope = stack();
    const vpc = new ec2.Vpc(scope, 'Vpc', { restrictDefaultSecurityGroup: false });
    const cluster = new ecs.Cluster(scope, 'Cluster', { vpc });
    cluster.addAsgCapacityProvider(new ecs.AsgCapacityProvider(scope, 'Provider', {
      enableManagedTerminationProtection: false,
      enableManagedDraining: false,
      autoScalingGroup: new autoscaling.AutoScalingGroup(scope, 'Group', {
        vpc, instanceType: new ec2.InstanceType('t3.micro'), machineImage: ecs.EcsOptimizedImage.amazonLinux2023(),
      }),
    }));
    new deployment.BucketDeployment(scope, 'Deployment', { destinationBucket: new s3.Bucket(scope, 'Bucket'), sources: [deployment.Source.data('a', 'b')] });
    const coverage = new CoverageLayer(scope, 'Coverage', V8);
    coverage.attachToAll(scope);
    const all = Object.values(Template.fromStack(scope).findResources('AWS::Lambda::Function'));
    const inPython = all.filter(({ Properties }) => /^python/.test(Properties.Runtime as string));
    expect(inPython.length).toBeGreaterThanOrEqual(2);
    expect(coverage.attachedFunctions).toEqual([]);
    expect(new Set(coverage.leftOutFunctions.map(({ reason }) => reason))).toEqual(new Set(['CDK makes it for its own use']));
    expect(warningsOf(scope).filter(([id]) => id.startsWith('cdk-lambda-coverage'))).toEqual([]);
  });

  test('coverage itself', () => {
    const scope = stack();
    const coverage = new CoverageLayer(scope, 'Coverage', V8);
    const { function: combiner } = new CoverageCombiner(scope, 'Combiner', { bucket: coverage.bucket });
    coverage.attachToAll(scope);
    expect(propertiesOf(combiner as lambda.Function).Handler).toBe('index.handler');
    expect(coverage.leftOutFunctions).toEqual([{ path: 'Stack/Combiner/Resource', reason: 'it is part of coverage itself' }]);
    expect(warningsOf(scope)).toEqual([]);
  });

  test('what cannot be attached, with a warning that can be acknowledged', () => {
    const scope = stack();
    const coverage = new CoverageLayer(scope, 'Coverage', V8);
    const java = makeFunction(scope, { runtime: lambda.Runtime.JAVA_21, code: lambda.Code.fromAsset(folderOf('')) }, 'Java');
    const plain = new CfnResource(scope, 'Plain', { type: 'AWS::Lambda::Function', properties: { Handler: 'index.handler' } });
    const theirs = makeFunction(scope, {}, 'Theirs');
    const acknowledged = makeFunction(scope, { handler: '' }, 'Acknowledged');
    CdkAnnotations.of(acknowledged).acknowledgeWarning('cdk-lambda-coverage:leftOut');
    new CoverageLayer(scope, 'Other', V8).attachTo(theirs);
    makeFunction(scope, {}, 'Mine');
    coverage.attachToAll(scope);
    expect(warningsOf(scope)).toEqual([
      ['cdk-lambda-coverage:leftOut', `/${java.node.path}`, expect.stringMatching(/^coverage of 'Stack\/Coverage' leaves it out: runtime 'java21' is not supported/)],
      ['cdk-lambda-coverage:leftOut', `/${theirs.node.path}`, "coverage of 'Stack/Coverage' leaves it out: coverage of 'Stack/Other' is attached; attach one of the two"],
    ]);
    expect(coverage.attachedFunctions).toEqual(['Stack/Mine']);
    expect(coverage.leftOutFunctions.map(({ path: name }) => name)).toEqual([acknowledged, java, plain, theirs].map(({ node }) => node.path));
    expect(propertiesOf(java).Handler).toBe('app.main');
  });

  test('functions of another stage than a bucket without a name', () => {
    const app = new App();
    const coverage = new CoverageLayer(stack(app), 'Coverage', V8);
    const inStage = new Stack(new Stage(app, 'Prod'), 'Api');
    makeFunction(inStage);
    coverage.attachToAll(app);
    app.synth();
    expect(coverage.leftOutFunctions).toEqual([{
      path: 'Prod/Api/Fn',
      reason: "it is in another stage than its bucket 'Stack/Coverage/Bucket', and stages cannot refer to each other; make a CoverageLayer in each stage, "
        + 'or give it a bucket by its name: CoverageBucket.fromBucketName',
    }]);
  });

  test('stages that are synthesized before, as a pipeline does, and says so', () => {
    const app = new App();
    const scope = stack(app);
    const early = new Stage(app, 'Early');
    makeFunction(new Stack(early, 'Api'));
    early.synth();
    const coverage = new CoverageLayer(scope, 'Coverage', { ...V8, bucket: CoverageBucket.fromBucketName(scope, 'Bucket', 'theirs') });
    coverage.attachToAll(app);
    expect(warningsOf(scope)).toEqual([[
      'cdk-lambda-coverage:lateStage', '/Stack/Coverage',
      "stage 'Early' was synthesized before attachToAll was called and is left out; make a CoverageLayer in the stage itself",
    ]]);
  });

  test('stages that are added afterwards, and says so', () => {
    const app = new App();
    const scope = stack(app);
    const coverage = new CoverageLayer(scope, 'Coverage', { ...V8, bucket: CoverageBucket.fromBucketName(scope, 'Bucket', 'theirs') });
    coverage.attachToAll(app);
    makeFunction(new Stack(new Stage(app, 'Late'), 'Api'));
    expect(warningsOf(scope)).toEqual([[
      'cdk-lambda-coverage:lateStage', '/Stack/Coverage', "stage 'Late' was added after attachToAll was called and is left out; make a CoverageLayer in the stage itself",
    ]]);
    expect(coverage.attachedFunctions).toEqual([]);
  });
});
