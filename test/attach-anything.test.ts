import { mkdtempSync, truncateSync as truncate, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import {
  App, Aspects, CfnParameter, CfnResource, Duration, Lazy, NestedStack, RemovalPolicy, Stack, Stage, type IAspect,
  aws_cloudfront as cloudfront, aws_cloudfront_origins as origins, aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, aws_lambda as lambda,
  aws_lambda_nodejs as nodejs, aws_s3 as s3, aws_s3_assets as s3_assets, aws_sam as sam,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as include from 'aws-cdk-lib/cloudformation-include';
import { makeFunction, propertiesOf, stack, warningsOf, WRAPPER } from './constructs';
import { statementsOf } from './coverage-statements';
import { CoverageBucket, CoverageEngine, CoverageLayer } from '../src';

const V8 = { engine: CoverageEngine.V8 };
const HANDLER = 'exports.handler = async (event) => (event.x ? 1 : 2);\n';
const layerOf = (scope: Stack) => ({ Ref: Object.keys(Template.fromStack(scope).findResources('AWS::Lambda::LayerVersion'))[0] });

function folderOf(content: string, name = 'index.js'): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'attach-'));
  writeFileSync(path.join(folder, name), content);
  return folder;
}

describe('preserves', () => {
  test('what a function in a VPC on arm64 with its own key, options and exec wrapper has', () => {
    const make = (attached: boolean) => {
      const scope = stack();
      const fn = makeFunction(scope, {
        vpc: new ec2.Vpc(scope, 'Vpc'),
        architecture: lambda.Architecture.ARM_64,
        environmentEncryption: new kms.Key(scope, 'Key'),
        environment: { NODE_OPTIONS: '--enable-source-maps', AWS_LAMBDA_EXEC_WRAPPER: '/opt/wrap' },
        memorySize: 512,
        timeout: Duration.seconds(7),
        layers: [lambda.LayerVersion.fromLayerVersionArn(scope, 'Tool', 'arn:aws:lambda:us-east-1:111111111111:layer:tool:1')],
      });
      if (attached) {
        new CoverageLayer(scope, 'Coverage', V8).attachTo(fn);
      }
      return { scope, properties: propertiesOf(fn) };
    };
    const { properties: { Environment: environment, Layers: layers, Handler: _, ...before } } = make(false);
    const { scope, properties: { Environment, Layers, Handler, ...after } } = make(true);
    expect(after).toEqual(before);
    expect(after.Architectures).toEqual(['arm64']);
    expect(Environment.Variables).toMatchObject(environment.Variables);
    expect(Layers).toEqual([...layers, layerOf(scope)]);
    expect(Handler).toBe(WRAPPER);
  });
});

describe('a fixed role', () => {
  const ROLE = 'arn:aws:iam::111111111111:role/theirs';

  test.each<[string, (scope: Stack) => iam.IRole]>([
    ['that is imported so', (scope) => iam.Role.fromRoleArn(scope, 'Role', ROLE, { mutable: false })],
    ['without policy updates', (scope) => new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }).withoutPolicyUpdates()],
  ])('%s is attached, with a warning that names what to add', (_, role) => {
    const scope = stack(undefined, 'Stack', { account: '1'.repeat(12), region: 'us-east-1' });
    const fn = makeFunction(scope, { role: role(scope) });
    new CoverageLayer(scope, 'Coverage', { ...V8, prefix: 'team/' }).attachTo(fn);
    expect(propertiesOf(fn).Handler).toBe(WRAPPER);
    expect(warningsOf(scope)).toEqual([[
      'cdk-lambda-coverage:role', '/Stack/Fn',
      'its role is not changed by CDK, so let it write coverage yourself: '
      + '{"Effect":"Allow","Action":"s3:PutObject","Resource":"<ARN of Stack/Coverage/Bucket/Resource>/team/*"}',
    ]]);
  });

  test('with a key of the bucket needs that as well', () => {
    const scope = stack(undefined, 'Stack', { account: '1'.repeat(12), region: 'us-east-1' });
    const bucket = new CoverageBucket(scope, 'Bucket', { encryptionKey: new kms.Key(scope, 'Key') });
    const fn = makeFunction(scope, { role: iam.Role.fromRoleArn(scope, 'Role', ROLE, { mutable: false }) });
    new CoverageLayer(scope, 'Coverage', { ...V8, bucket }).attachTo(fn);
    expect(warningsOf(scope)[0]![2]).toContain(', {"Effect":"Allow","Action":"kms:GenerateDataKey","Resource":"<ARN of Stack/Key>"}');
  });

  test.each<[string, (scope: Stack) => iam.IRole | undefined]>([
    ['of the function alone', () => undefined],
    ['that functions share', (scope) => new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') })],
    ['that is made when it is needed', (scope) => new iam.LazyRole(scope, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') })],
    ['that is imported and may be changed', (scope) => iam.Role.fromRoleArn(scope, 'Role', ROLE)],
  ])('is no role %s', (_, role) => {
    const scope = stack();
    new CoverageLayer(scope, 'Coverage', V8).attachTo(makeFunction(scope, { role: role(scope) }));
    expect(warningsOf(scope)).toEqual([]);
    expect(statementsOf(scope)).toHaveLength(1);
  });
});

describe('a bucket', () => {
  const [ONE, OTHER] = ['1'.repeat(12), '2'.repeat(12)];
  const apart = (account: string, region: string, make: (scope: Stack) => CoverageBucket, roleName?: string) => {
    const app = new App();
    const scope = stack(app, 'Stack', { account: ONE, region: 'us-east-1' });
    const there = stack(app, 'There', { account, region });
    const role = roleName === undefined ? undefined : new iam.Role(scope, 'Role', { roleName, assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    const fn = makeFunction(scope, { role });
    const coverage = new CoverageLayer(there, 'Coverage', { ...V8, bucket: make(there) });
    return { scope, there, fn, coverage };
  };

  test('of another account lets the function write by its policy, too', () => {
    const { scope, there, fn, coverage } = apart(OTHER, 'us-east-1', (it) => new CoverageBucket(it, 'Bucket', { bucketName: 'named' }), 'writer');
    coverage.attachTo(fn);
    expect(propertiesOf(fn).Environment.Variables.COVERAGE_S3_BUCKET).toBe('named');
    expect(statementsOf(scope)).toHaveLength(1);
    const [policy] = Object.values(Template.fromStack(there).findResources('AWS::S3::BucketPolicy'));
    expect(policy!.Properties.PolicyDocument.Statement).toContainEqual(expect.objectContaining({ Effect: 'Allow', Action: 's3:PutObject' }));
  });

  test('of another region is written to by its name', () => {
    const { fn, coverage } = apart(ONE, 'eu-west-1', (it) => CoverageBucket.fromBucketName(it, 'Bucket', 'theirs'));
    coverage.attachTo(fn);
    expect(propertiesOf(fn).Environment.Variables.COVERAGE_S3_BUCKET).toBe('theirs');
  });

  test.each([[OTHER, 'us-east-1'], [ONE, 'eu-west-1']])('of %s in %s that has no name is refused with the ways out', (account, region) => {
    const { fn, coverage } = apart(account, region, (it) => new CoverageBucket(it, 'Bucket'));
    expect(() => coverage.attachTo(fn)).toThrow(
      `Stack/Fn: coverage of 'There/Coverage' cannot be attached: it is in ${ONE}/us-east-1 and its bucket 'There/Bucket' in ${account}/${region}, which needs a name that both know; `
      + 'give the CoverageBucket a bucketName, or make a CoverageLayer with a bucket in each environment',
    );
  });

  test('of another stage is written to by its name, with one construct for it in each stack', () => {
    const app = new App();
    const scope = stack(app);
    const coverage = new CoverageLayer(scope, 'Coverage', { ...V8, bucket: CoverageBucket.fromBucketName(scope, 'Bucket', 'theirs', 'team/') });
    const inStage = new Stack(new Stage(app, 'Prod'), 'Api');
    const fns = ['One', 'Two'].map((id) => makeFunction(inStage, {}, id));
    fns.forEach((fn) => coverage.attachTo(fn));
    for (const fn of fns) {
      expect(propertiesOf(fn).Environment.Variables).toMatchObject({ COVERAGE_S3_BUCKET: 'theirs', COVERAGE_S3_PREFIX: 'team/' });
    }
    expect(statementsOf(inStage).map(({ Resource }) => Resource)).toEqual(fns.map(() => [{ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::theirs/team/*']] }]));
  });
});

describe('attachToResource takes', () => {
  const resource = (scope: Stack, props: Partial<lambda.CfnFunctionProps> = {}) => new lambda.CfnFunction(scope, 'Fn', {
    code: { zipFile: HANDLER }, handler: 'index.handler', runtime: 'nodejs22.x', role: 'arn:aws:iam::111111111111:role/theirs', ...props,
  });

  test('a CfnFunction, with what it has', () => {
    const scope = stack();
    const layers = ['arn:aws:lambda:us-east-1:111111111111:layer:tool:1'];
    const fn = resource(scope, { layers, environment: { variables: { STAGE: 'test', LATE: Lazy.string({ produce: () => 'late' }) } } });
    const coverage = new CoverageLayer(scope, 'Coverage', V8);
    coverage.attachToResource(fn);
    coverage.attachToResource(fn);
    expect(propertiesOf(fn)).toMatchObject({
      Handler: WRAPPER,
      Layers: [...layers, layerOf(scope)],
      Environment: { Variables: { STAGE: 'test', LATE: 'late', COVERAGE_HANDLER: 'index.handler', COVERAGE_S3_BUCKET: { Ref: expect.stringMatching(/^CoverageBucket/) } } },
    });
    expect(statementsOf(scope)).toHaveLength(1);
    expect(coverage.attachedFunctions).toEqual(['Stack/Fn']);
  });

  test.each<[string, (scope: Stack) => string, unknown]>([
    ['a role of its own', (scope) => new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }).roleArn, { Ref: expect.stringMatching(/^Role/) }],
    ['a role that is a resource', (scope) => new iam.CfnRole(scope, 'Role', { assumeRolePolicyDocument: {} }).attrArn, { Ref: 'Role' }],
    ['a role by its ARN', () => 'arn:aws:iam::111111111111:role/path/theirs', 'theirs'],
    ['a role that is a parameter', (scope) => new CfnParameter(scope, 'Role').valueAsString, { 'Fn::Select': expect.anything() }],
  ])('%s, which gets the right to write', (_, role, name) => {
    const scope = stack();
    new CoverageLayer(scope, 'Coverage', V8).attachToResource(resource(scope, { role: role(scope) }));
    const [policy, ...others] = Object.values(Template.fromStack(scope).findResources('AWS::IAM::Policy'));
    expect(others).toEqual([]);
    expect(policy!.Properties.Roles).toEqual([name]);
    expect(policy!.Properties.PolicyDocument.Statement).toEqual([expect.objectContaining({ Action: 's3:PutObject' })]);
  });

  test('the code of an asset, in which counters are built', () => {
    const scope = stack();
    const code = new s3_assets.Asset(scope, 'Asset', { path: folderOf(HANDLER) });
    const fn = resource(scope, { code: { s3Bucket: code.s3BucketName, s3Key: code.s3ObjectKey } });
    new CoverageLayer(scope, 'Coverage', { engine: CoverageEngine.INSTRUMENTED }).attachToResource(fn);
    expect(propertiesOf(fn)).toMatchObject({ Code: { S3Key: expect.not.stringContaining(code.assetHash) }, Environment: { Variables: { COVERAGE_ENGINE: 'instrumented' } } });
  });

  test("a function of SAM, whose role SAM makes of its 'Policies'", () => {
    const scope = stack();
    const code = new s3_assets.Asset(scope, 'Asset', { path: folderOf(HANDLER) });
    const fn = new sam.CfnFunction(scope, 'Fn', {
      codeUri: { bucket: code.s3BucketName, key: code.s3ObjectKey },
      handler: 'index.handler',
      runtime: 'nodejs22.x',
      policies: 'AWSLambdaBasicExecutionRole',
      environment: { variables: { STAGE: 'test' } },
    });
    new CoverageLayer(scope, 'Coverage', { engine: CoverageEngine.INSTRUMENTED }).attachToResource(fn);
    expect(propertiesOf(fn)).toMatchObject({
      Handler: WRAPPER,
      CodeUri: { Key: expect.not.stringContaining(code.assetHash) },
      Layers: [layerOf(scope)],
      Environment: { Variables: { STAGE: 'test', COVERAGE_HANDLER: 'index.handler' } },
      Policies: ['AWSLambdaBasicExecutionRole', { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:PutObject', Resource: expect.anything() }] }],
    });
  });

  test('a function of SAM gets the right to use a key by its own policies, and no policy of a resource names its role', () => {
    const scope = stack();
    const bucket = new CoverageBucket(scope, 'Bucket', { encryptionKey: new kms.Key(scope, 'Key') });
    const fn = new sam.CfnFunction(scope, 'Fn', { inlineCode: HANDLER, handler: 'index.handler', runtime: 'nodejs22.x' });
    new CoverageLayer(scope, 'Coverage', { bucket }).attachToResource(fn);
    const actions = propertiesOf(fn).Policies.map(({ Statement: [{ Action }] }: { Statement: Array<{ Action: string }> }) => Action);
    expect(actions).toEqual(['s3:PutObject', 'kms:GenerateDataKey']);
    const template = Template.fromStack(scope).toJSON() as { Resources: Record<string, unknown> };
    expect(JSON.stringify(template)).not.toContain('FnRole');
  });

  test('the functions of a template that is included', () => {
    const scope = stack();
    const template = folderOf(JSON.stringify({
      Resources: {
        Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement: [] } } },
        Fn: {
          Type: 'AWS::Lambda::Function',
          Properties: { Code: { ZipFile: HANDLER }, Handler: 'index.handler', Runtime: 'nodejs22.x', Role: { 'Fn::GetAtt': ['Role', 'Arn'] } },
        },
      },
    }), 'template.json');
    const included = new include.CfnInclude(scope, 'Included', { templateFile: path.join(template, 'template.json') });
    new CoverageLayer(scope, 'Coverage', V8).attachToResource(included.getResource('Fn'));
    expect(propertiesOf(included.getResource('Fn')).Handler).toBe(WRAPPER);
    Template.fromStack(scope).hasResourceProperties('AWS::IAM::Policy', { Roles: [{ Ref: 'Role' }] });
  });

  test('the resource of a lambda.Function as the function itself', () => {
    const scope = stack();
    const fn = makeFunction(scope);
    const coverage = new CoverageLayer(scope, 'Coverage', V8);
    coverage.attachToResource(fn.node.defaultChild as lambda.CfnFunction);
    coverage.attachTo(fn);
    expect(coverage.attachedFunctions).toEqual(['Stack/Fn']);
    expect(propertiesOf(fn).Layers).toHaveLength(1);
  });

  test.each<[string, (scope: Stack) => CfnResource, string]>([
    ['a bucket', (scope) => new s3.CfnBucket(scope, 'Fn'), "it is no CfnFunction of 'aws-cdk-lib/aws-lambda' or 'aws-cdk-lib/aws-sam'; give a function made by lambda.Function to attachTo"],
    ['a resource without a class', (scope) => new CfnResource(scope, 'Fn', { type: 'AWS::Lambda::Function' }), 'it is no CfnFunction of'],
    ['variables that are a token', (scope) => resource(scope, { environment: Lazy.any({ produce: () => ({ variables: {} }) }) }), "its 'environment' is a token"],
    ['layers that are a token', (scope) => resource(scope, { layers: Lazy.list({ produce: () => ['x'] }) }), "its 'layers' are a token"],
    ['no runtime', (scope) => new sam.CfnFunction(scope, 'Fn', { handler: 'index.handler' }), "it has no runtime; set its 'runtime', since the Globals of a SAM template are not read"],
    ['an image', (scope) => resource(scope, { packageType: 'Image', runtime: undefined, handler: undefined }), 'it is a container image'],
    ['policies that are a token', (scope) => new sam.CfnFunction(scope, 'Fn', { handler: 'a.b', runtime: 'nodejs22.x', policies: Lazy.any({ produce: () => [] }) }), "its 'policies' are a token"],
  ])('nothing of %s', (_, make, reason) => {
    const scope = stack();
    const fn = make(scope);
    const before = scope.resolve(fn._toCloudFormation());
    expect(() => new CoverageLayer(scope, 'Coverage', V8).attachToResource(fn)).toThrow(`Stack/Fn: coverage of 'Stack/Coverage' cannot be attached: ${reason}`);
    expect(scope.resolve(fn._toCloudFormation())).toEqual(before);
  });
});

describe('Lambda@Edge is refused', () => {
  const env = { account: '1'.repeat(12), region: 'us-east-1' };
  const REASON = 'it runs in Lambda@Edge, which takes neither layers nor environment variables; leave it out';

  test('as EdgeFunction', () => {
    const scope = stack(undefined, 'Stack', env);
    const fn = new cloudfront.experimental.EdgeFunction(scope, 'Fn', { runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code: lambda.Code.fromAsset(folderOf(HANDLER)) });
    expect(() => new CoverageLayer(scope, 'Coverage').attachTo(fn)).toThrow(REASON);
  });

  test('as a version that a distribution uses', () => {
    const scope = stack(undefined, 'Stack', env);
    const fn = makeFunction(scope);
    new cloudfront.Distribution(scope, 'Distribution', {
      defaultBehavior: { origin: new origins.HttpOrigin('example.com'), edgeLambdas: [{ functionVersion: fn.currentVersion, eventType: cloudfront.LambdaEdgeEventType.VIEWER_REQUEST }] },
    });
    expect(() => new CoverageLayer(scope, 'Coverage').attachTo(fn)).toThrow(REASON);
  });
});

describe('warns', () => {
  const warned = (change: (fn: lambda.Function) => void, props: Partial<lambda.FunctionProps> = {}) => {
    const scope = stack();
    const fn = makeFunction(scope, props);
    new CoverageLayer(scope, 'Coverage', V8).attachTo(fn);
    change(fn);
    return { fn, warnings: warningsOf(scope) };
  };

  test('of a runtime that is newer than this release, and attaches', () => {
    const { fn, warnings } = warned(() => undefined, { runtime: new lambda.Runtime('nodejs26.x', lambda.RuntimeFamily.NODEJS, { supportsInlineCode: true }) });
    expect(propertiesOf(fn)).toMatchObject({ Handler: WRAPPER, Runtime: 'nodejs26.x' });
    expect(warnings).toEqual([[
      'cdk-lambda-coverage:newRuntime', '/Stack/Fn',
      "runtime 'nodejs26.x' is newer than this release of cdk-lambda-coverage, which knows nodejs24.x at most; see whether there is a later release",
    ]]);
  });

  test('of a handler that is replaced afterwards', () => {
    const { warnings } = warned((fn) => {
      (fn.node.defaultChild as lambda.CfnFunction).handler = 'other.main';
    });
    expect(warnings).toEqual([['cdk-lambda-coverage:handler', '/Stack/Fn', expect.stringMatching(/^its handler was set to "other\.main" after coverage was attached/)]]);
  });

  test('of no handler that another tool redirects and keeps, whenever its aspect runs', () => {
    class Tool implements IAspect {
      public visit(construct: unknown): void {
        if (construct instanceof lambda.Function) {
          const resource = construct.node.defaultChild as lambda.CfnFunction;
          construct.addEnvironment('TOOL_HANDLER', resource.handler!);
          resource.handler = '/opt/tool.handler';
        }
      }
    }
    const { fn, warnings } = warned((it) => Aspects.of(it).add(new Tool()));
    expect(propertiesOf(fn)).toMatchObject({ Handler: '/opt/tool.handler', Environment: { Variables: { TOOL_HANDLER: WRAPPER, COVERAGE_HANDLER: 'app.main' } } });
    expect(warnings).toEqual([]);
  });

  const MINIFIED = `exports.handler=async()=>{${'console.log(1);'.repeat(100)}};`;
  const BUNDLE = `"use strict";\nvar __defProp = Object.defineProperty;\n${HANDLER}`;
  test.each<[string, string, string[]]>([
    ['minified code without a source map', MINIFIED, ['cdk-lambda-coverage:minified']],
    ['a bundle without a source map', BUNDLE, ['cdk-lambda-coverage:noSourceMap']],
    ['no minified code with one', `${MINIFIED}\n//# sourceMappingURL=index.js.map\n`, []],
    ['no bundle with one', `${BUNDLE}//# sourceMappingURL=index.js.map\n`, []],
    ['no code that somebody wrote', HANDLER.repeat(100), []],
  ])('of %s', (_, code, expected) => {
    const { warnings } = warned(() => undefined, { code: lambda.Code.fromAsset(folderOf(code)), handler: 'index.handler' });
    expect(warnings.map(([id]) => id)).toEqual(expected);
  });

  test('of what NodejsFunction bundles without a source map, and not with one', () => {
    const entry = path.join(__dirname, '..', 'examples', 'orders', 'src', 'pricing', 'money.ts');
    const ids = [false, true].map((sourceMap) => {
      const scope = stack();
      const fn = new nodejs.NodejsFunction(scope, 'Fn', { entry, runtime: lambda.Runtime.NODEJS_22_X, bundling: { sourceMap, forceDockerBundling: false } });
      new CoverageLayer(scope, 'Coverage').attachTo(fn);
      return warningsOf(scope).map(([id]) => id);
    });
    expect(ids).toEqual([['cdk-lambda-coverage:noSourceMap'], []]);
  });
});

describe('is refused when the app is synthesized', () => {
  test('an environment of more than 4 KB, whenever it came to be', () => {
    const scope = stack();
    const fn = makeFunction(scope);
    new CoverageLayer(scope, 'Coverage', V8).attachTo(fn);
    fn.addEnvironment('LARGE', 'x'.repeat(4096 - 'LARGE'.length));
    // COVERAGE_HANDLER, its value app.main, COVERAGE_S3_BUCKET and NODE_DISABLE_COMPILE_CACHE, its value 1
    const ours = 16 + 8 + 18;
    expect(() => Template.fromStack(scope)).toThrow(
      `Stack/Fn: its environment variables have ${4096 + ours + 26 + 1} bytes, ${ours} of them for coverage, and Lambda allows 4096; shorten its own, or the patterns of CoverageLayer`,
    );
  });

  test('code that is too large with the layer', () => {
    const scope = stack();
    const folder = folderOf(HANDLER);
    writeFileSync(path.join(folder, 'large'), Buffer.alloc(1));
    truncate(path.join(folder, 'large'), 250 * 1024 * 1024 - 1024);
    const fn = makeFunction(scope, { code: lambda.Code.fromAsset(folder, { assetHash: 'large' }), handler: 'index.handler' });
    new CoverageLayer(scope, 'Coverage', V8).attachTo(fn);
    expect(() => Template.fromStack(scope)).toThrow(/^.*Stack\/Fn: its code has 250\.0 MB and the layer of coverage 0\.\d MB, and Lambda allows 250 MB; make the code smaller, or do not attach/s);
  });
});

describe('the layer version', () => {
  test('can be one that was published', () => {
    const scope = stack();
    const arn = 'arn:aws:lambda:us-east-1:111111111111:layer:coverage:7';
    const fn = makeFunction(scope);
    const coverage = new CoverageLayer(scope, 'Coverage', { ...V8, layerVersion: lambda.LayerVersion.fromLayerVersionArn(scope, 'Published', arn) });
    coverage.attachTo(fn);
    expect(propertiesOf(fn).Layers).toEqual([arn]);
    expect(coverage.layerVersionArn).toBe(arn);
    Template.fromStack(scope).resourceCountIs('AWS::Lambda::LayerVersion', 0);
  });

  test('can be kept when it is replaced, and is in an output', () => {
    const scope = stack();
    const coverage = new CoverageLayer(scope, 'Coverage', { ...V8, layerRemovalPolicy: RemovalPolicy.RETAIN });
    coverage.attachTo(makeFunction(scope));
    Template.fromStack(scope).hasResource('AWS::Lambda::LayerVersion', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(scope.resolve(coverage.layerVersionArn)).toEqual(layerOf(scope));
  });

  test('is one in each stack, also for two CoverageLayers, and one in each nested stack', () => {
    const scope = stack();
    const nested = new NestedStack(scope, 'Nested');
    new CoverageLayer(scope, 'One', V8).attachTo(makeFunction(scope, {}, 'A'));
    const two = new CoverageLayer(scope, 'Two', V8);
    two.attachTo(makeFunction(scope, {}, 'B'));
    two.attachTo(makeFunction(nested, {}, 'C'));
    Template.fromStack(scope).resourceCountIs('AWS::Lambda::LayerVersion', 1);
    Template.fromStack(nested).resourceCountIs('AWS::Lambda::LayerVersion', 1);
  });
});
