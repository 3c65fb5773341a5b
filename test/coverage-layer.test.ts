import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { Annotations as CdkAnnotations, App, Duration, Lazy, Stack, Stage, Token, aws_ecr as ecr, aws_iam as iam, aws_lambda as lambda, aws_lambda_nodejs as nodejs, aws_s3 as s3 } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { statementsOf } from './coverage-statements';
import { CoverageBucket, CoverageCombiner, CoverageEngine, CoverageLayer, UploadMode, type CoverageLayerProps } from '../src';
import { codeBlocks } from './docs/markdown';
import { UPLOAD_MODES, Variable } from '../src/contract/environment';

const WRAPPER = '/opt/nodejs/node_modules/coverage-wrapper/bootstrap.handler';

function stack(): Stack {
  return new Stack(new App(), 'Stack');
}

function makeFunction(scope: Stack, props: Partial<lambda.FunctionProps> = {}, id = 'Fn'): lambda.Function {
  return new lambda.Function(scope, id, {
    runtime: lambda.Runtime.NODEJS_22_X,
    handler: 'app.main',
    code: lambda.Code.fromInline('exports.main = async () => {}'),
    ...props,
  });
}

/** The properties of a function in the template. */
function propertiesOf(fn: lambda.Function): any {
  const id = fn.stack.getLogicalId(fn.node.defaultChild as lambda.CfnFunction);
  return Template.fromStack(fn.stack).toJSON().Resources[id].Properties;
}

const refTo = (expected: string) => ({ Ref: expect.stringMatching(new RegExp(`^${expected}`)) });

describe('alone', () => {
  const scope = stack();
  const coverage = new CoverageLayer(scope, 'Coverage');
  coverage.attachTo(makeFunction(scope));
  const template = Template.fromStack(scope);

  test('makes a layer version that says what it runs on and which release it is of', () => {
    template.resourceCountIs('AWS::Lambda::LayerVersion', 1);
    template.hasResourceProperties('AWS::Lambda::LayerVersion', {
      CompatibleRuntimes: ['nodejs18.x', 'nodejs20.x', 'nodejs22.x', 'nodejs24.x'],
      CompatibleArchitectures: ['x86_64', 'arm64'],
      Description: Match.stringLikeRegexp('^cdk-lambda-coverage \\d+\\.\\d+\\.\\d+'),
    });
  });

  test('makes a bucket', () => {
    template.resourceCountIs('AWS::S3::Bucket', 1);
    expect(coverage.bucket.node.path).toBe('Stack/Coverage/Bucket');
    expect(coverage.bucket.prefix).toBe('coverage/');
  });
});

describe('attachTo', () => {
  test('redirects the handler, adds the layer and says where to upload', () => {
    const scope = stack();
    const fn = makeFunction(scope);
    new CoverageLayer(scope, 'Coverage').attachTo(fn);
    expect(propertiesOf(fn)).toMatchObject({
      Handler: WRAPPER,
      Layers: [refTo('Coverage')],
      Environment: { Variables: { COVERAGE_HANDLER: 'app.main', COVERAGE_S3_BUCKET: refTo('CoverageBucket') } },
    });
    expect(Object.keys(propertiesOf(fn).Environment.Variables).sort()).toEqual(['COVERAGE_HANDLER', 'COVERAGE_S3_BUCKET', 'NODE_DISABLE_COMPILE_CACHE']);
  });

  test('lets the function put objects below the prefix, and nothing else', () => {
    const scope = stack();
    const bucket = new CoverageBucket(scope, 'Bucket', { prefix: 'team/' });
    new CoverageLayer(scope, 'Coverage', { bucket }).attachTo(makeFunction(scope));
    const [statement, ...others] = statementsOf(scope);
    expect(others).toEqual([]);
    expect(statement).toEqual({
      Effect: 'Allow',
      Action: ['s3:PutObject'],
      Resource: [{ 'Fn::Join': ['', [{ 'Fn::GetAtt': [expect.stringMatching(/^Bucket/), 'Arn'] }, '/team/*']] }],
    });
  });

  test('preserves layers, environment and a handler that another tool has redirected', () => {
    const scope = stack();
    const fn = makeFunction(scope, {
      handler: '/opt/nodejs/node_modules/other-tool/handler.handler',
      environment: { OTHER_HANDLER: 'app.main', NODE_OPTIONS: '--enable-source-maps' },
      layers: [lambda.LayerVersion.fromLayerVersionArn(scope, 'Other', 'arn:aws:lambda:us-east-1:111111111111:layer:other:1')],
    });
    new CoverageLayer(scope, 'Coverage').attachTo(fn);
    expect(propertiesOf(fn)).toMatchObject({
      Handler: WRAPPER,
      Layers: ['arn:aws:lambda:us-east-1:111111111111:layer:other:1', refTo('Coverage')],
      Environment: {
        Variables: {
          OTHER_HANDLER: 'app.main',
          NODE_OPTIONS: '--enable-source-maps',
          COVERAGE_HANDLER: '/opt/nodejs/node_modules/other-tool/handler.handler',
        },
      },
    });
  });

  test('leaves what the user adds later to the user', () => {
    const scope = stack();
    const fn = makeFunction(scope);
    new CoverageLayer(scope, 'Coverage').attachTo(fn);
    fn.addEnvironment('LATER', 'yes');
    expect(propertiesOf(fn).Environment.Variables).toMatchObject({ LATER: 'yes', COVERAGE_HANDLER: 'app.main' });
  });

  test('reads no lazy value of the user before its time', () => {
    const scope = stack();
    let late: string | undefined;
    const fn = makeFunction(scope, { environment: { LATE: Lazy.string({ produce: () => late }) } });
    new CoverageLayer(scope, 'Coverage').attachTo(fn);
    late = 'known at last';
    expect(propertiesOf(fn).Environment.Variables.LATE).toBe('known at last');
  });

  test('keeps a handler that is a token', () => {
    const scope = stack();
    const fn = makeFunction(scope, { handler: Lazy.string({ produce: () => 'late.main' }) });
    new CoverageLayer(scope, 'Coverage').attachTo(fn);
    expect(propertiesOf(fn)).toMatchObject({ Handler: WRAPPER, Environment: { Variables: { COVERAGE_HANDLER: 'late.main' } } });
  });

  test.each<[string, CoverageLayerProps, Record<string, string>]>([
    ['nothing that equals its default', { uploadTimeout: Duration.seconds(30), branchCoverage: true, debug: false, prefix: 'coverage/', uploadMode: UploadMode.EVERY_INVOCATION, sampling: 1 }, {}],
    ['prefix', { prefix: 'team/app/' }, { COVERAGE_S3_PREFIX: 'team/app/' }],
    ['an empty prefix', { prefix: '' }, { COVERAGE_S3_PREFIX: '' }],
    ['uploadTimeout in seconds', { uploadTimeout: Duration.minutes(15) }, { COVERAGE_UPLOAD_TIMEOUT: '900' }],
    ['includePatterns', { includePatterns: ['src/**', 'lib/*.ts'] }, { COVERAGE_INCLUDE_PATTERNS: 'src/**,lib/*.ts' }],
    ['excludePatterns', { excludePatterns: ['**/generated/**'] }, { COVERAGE_EXCLUDE_PATTERNS: '**/generated/**' }],
    ['branchCoverage', { branchCoverage: false }, { COVERAGE_BRANCH_COVERAGE: 'false' }],
    ['debug', { debug: true }, { COVERAGE_DEBUG: 'true' }],
    ['runId', { runId: 'build-7' }, { COVERAGE_RUN_ID: 'build-7' }],
    ['uploadMode', { uploadMode: UploadMode.ON_CHANGE }, { COVERAGE_UPLOAD_MODE: 'on-change' }],
    ['sampling', { sampling: 0.1 }, { COVERAGE_SAMPLING: '0.1' }],
    ['sampling of none', { sampling: 0 }, { COVERAGE_SAMPLING: '0' }],
  ])('tells the function %s', (_, props, expected) => {
    const scope = stack();
    const fn = makeFunction(scope);
    new CoverageLayer(scope, 'Coverage', props).attachTo(fn);
    const { COVERAGE_S3_BUCKET, COVERAGE_HANDLER, NODE_DISABLE_COMPILE_CACHE, ...others } = propertiesOf(fn).Environment.Variables;
    expect(others).toEqual(expected);
  });

  test.each(['nodejs18.x', 'nodejs20.x', 'nodejs22.x', 'nodejs24.x'])('takes %s, also where the runtime is not one that CDK knows', (name) => {
    const scope = stack();
    const code = lambda.Code.fromAsset(__dirname, { exclude: ['**'] });
    const fn = makeFunction(scope, { runtime: new lambda.Runtime(name, lambda.RuntimeFamily.NODEJS), code });
    new CoverageLayer(scope, 'Coverage').attachTo(fn);
    expect(propertiesOf(fn)).toMatchObject({ Handler: WRAPPER, Runtime: name });
  });

  test.each<[string, () => lambda.Runtime]>([
    ["CDK's latest", () => lambda.Runtime.NODEJS_LATEST],
    [
      'the latest of a region that is not known yet',
      () => new lambda.Runtime(Token.asString({ 'Fn::FindInMap': ['Latest', 'us-east-1', 'node'] }), lambda.RuntimeFamily.NODEJS, { supportsInlineCode: true, isVariable: true }),
    ],
  ])('takes %s Node.js', (_, runtime) => {
    const scope = stack();
    const fn = makeFunction(scope, { runtime: runtime() });
    new CoverageLayer(scope, 'Coverage').attachTo(fn);
    expect(propertiesOf(fn).Handler).toBe(WRAPPER);
  });

  test('takes NodejsFunction', () => {
    const scope = stack();
    scope.node.setContext('@aws-cdk/aws-lambda-nodejs:useLatestRuntimeVersion', true); // as in every new app
    const fn = new nodejs.NodejsFunction(scope, 'Fn', { code: lambda.Code.fromInline('exports.handler = async () => {}'), handler: 'index.handler' });
    new CoverageLayer(scope, 'Coverage').attachTo(fn);
    expect(propertiesOf(fn)).toMatchObject({ Handler: WRAPPER, Environment: { Variables: { COVERAGE_HANDLER: 'index.handler' } } });
  });

  test.each<[string, (fn: lambda.Function) => lambda.IFunction]>([
    ['a version', (fn) => fn.currentVersion],
    ['the latest version', (fn) => fn.latestVersion],
    ['an alias', (fn) => fn.addAlias('live')],
  ])('of %s changes the function behind it', (_, pointer) => {
    const scope = stack();
    const fn = makeFunction(scope);
    const coverage = new CoverageLayer(scope, 'Coverage');
    coverage.attachTo(pointer(fn));
    coverage.attachTo(fn);
    expect(propertiesOf(fn)).toMatchObject({ Handler: WRAPPER, Layers: [refTo('Coverage')], Environment: { Variables: { COVERAGE_HANDLER: 'app.main' } } });
    expect(statementsOf(scope)).toHaveLength(1);
  });

  test('gives a version a new hash, so that an alias comes to point at code with coverage', () => {
    const versionOf = (attached: boolean) => {
      const scope = stack();
      const fn = makeFunction(scope);
      fn.addAlias('live');
      if (attached) {
        new CoverageLayer(scope, 'Coverage').attachTo(fn);
      }
      return Object.keys(Template.fromStack(scope).findResources('AWS::Lambda::Version'));
    };
    expect(versionOf(true)).not.toEqual(versionOf(false));
  });

  test('of a singleton changes the function that it stands for', () => {
    const scope = stack();
    const fn = new lambda.SingletonFunction(scope, 'Fn', {
      uuid: 'one',
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'app.main',
      code: lambda.Code.fromInline('exports.main = async () => {}'),
    });
    new CoverageLayer(scope, 'Coverage').attachTo(fn);
    Template.fromStack(scope).hasResourceProperties('AWS::Lambda::Function', { Handler: WRAPPER });
  });

  test('takes functions of other stacks of the app, each with a layer version of its own, which can be replaced at any time', () => {
    const app = new App();
    const functions = new Stack(app, 'Functions');
    const [one, two] = [makeFunction(functions, {}, 'One'), makeFunction(functions, {}, 'Two')];
    const own = new Stack(app, 'Stack');
    const coverage = new CoverageLayer(own, 'Coverage');
    coverage.attachTo(one);
    coverage.attachTo(two);
    coverage.attachTo(makeFunction(own));
    const [layer, ...others] = Object.keys(Template.fromStack(functions).findResources('AWS::Lambda::LayerVersion'));
    expect(others).toEqual([]);
    for (const fn of [one, two]) {
      expect(propertiesOf(fn)).toMatchObject({
        Handler: WRAPPER,
        Layers: [{ Ref: layer }],
        Environment: { Variables: { COVERAGE_S3_BUCKET: { 'Fn::ImportValue': expect.stringMatching(/^Stack:ExportsOutputRefCoverageBucket/) } } },
      });
    }
    Template.fromStack(own).resourceCountIs('AWS::Lambda::LayerVersion', 1);
  });

  test('a second time changes nothing', () => {
    const scope = stack();
    const fn = makeFunction(scope);
    const coverage = new CoverageLayer(scope, 'Coverage');
    coverage.attachTo(fn);
    const once = scope.resolve((fn.node.defaultChild as lambda.CfnFunction)._toCloudFormation());
    coverage.attachTo(fn);
    expect(scope.resolve((fn.node.defaultChild as lambda.CfnFunction)._toCloudFormation())).toEqual(once);
    expect(statementsOf(scope)).toHaveLength(1);
  });
});

describe("attachTo and Node.js's compile cache", () => {
  const attached = (environment: Record<string, string>) => {
    const scope = stack();
    const fn = makeFunction(scope, { environment });
    const coverage = new CoverageLayer(scope, 'Coverage', { engine: CoverageEngine.V8 });
    coverage.attachTo(fn);
    coverage.attachTo(fn);
    return fn;
  };
  const warnings = (fn: lambda.Function) => Annotations.fromStack(fn.stack).findWarning('*', Match.anyValue());

  test('switches it off for a function that says nothing, whose code may enable it', () => {
    const fn = attached({});
    expect(propertiesOf(fn).Environment.Variables.NODE_DISABLE_COMPILE_CACHE).toBe('1');
    expect(warnings(fn)).toEqual([]);
  });

  test.each<[string, string]>([
    ['a folder', '/tmp/cache'],
    ['a lazy value, which is not read', Lazy.string({ produce: () => '/tmp/cache' })],
    ['a token', Token.asString({ Ref: 'Folder' })],
  ])('switches it off where NODE_COMPILE_CACHE is %s, and says so once', (_, folder) => {
    const fn = attached({ NODE_COMPILE_CACHE: folder });
    expect(propertiesOf(fn).Environment.Variables.NODE_DISABLE_COMPILE_CACHE).toBe('1');
    expect(warnings(fn).map(({ id, entry }) => [id, entry.data])).toEqual([
      ['/Stack/Fn', expect.stringMatching(
        /^its environment sets NODE_COMPILE_CACHE; .*switched off.*acknowledgeWarning\('cdk-lambda-coverage:compileCache'\) \[ack: cdk-lambda-coverage:compileCache\]$/,
      )],
    ]);
  });

  test('warns in a way that can be acknowledged', () => {
    const fn = attached({ NODE_COMPILE_CACHE: '/tmp/cache' });
    CdkAnnotations.of(fn).acknowledgeWarning('cdk-lambda-coverage:compileCache');
    expect(warnings(fn)).toEqual([]);
  });

  test.each(['0', ''])('leaves it to a user who has set NODE_DISABLE_COMPILE_CACHE to %j', (value) => {
    const fn = attached({ NODE_DISABLE_COMPILE_CACHE: value, NODE_COMPILE_CACHE: '/tmp/cache' });
    expect(propertiesOf(fn).Environment.Variables).toMatchObject({ NODE_DISABLE_COMPILE_CACHE: value, NODE_COMPILE_CACHE: '/tmp/cache' });
    expect(warnings(fn)).toEqual([]);
  });
});

test("UploadMode has the contract's modes, in their order", () => {
  expect(Object.values(UploadMode)).toEqual(UPLOAD_MODES);
});

describe('attachTo rejects', () => {
  const COVERAGE = 'Stack/Coverage';
  const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:theirs';
  const layers = (scope: Stack) =>
    [1, 2, 3, 4, 5].map((n) => lambda.LayerVersion.fromLayerVersionArn(scope, `Layer${n}`, `arn:aws:lambda:us-east-1:111111111111:layer:other:${n}`));

  test.each<[string, (scope: Stack) => lambda.IFunction, string]>([
    ['a function whose environment was replaced', (scope) => {
      const fn = makeFunction(scope);
      (fn.node.defaultChild as lambda.CfnFunction).environment = { variables: { STAGE: 'test' } };
      return fn;
    }, "the 'environment' of its CfnFunction was replaced, so variables cannot be added; use addEnvironment of the function, or addPropertyOverride"],
    ['an imported function', (scope) => lambda.Function.fromFunctionArn(scope, 'Fn', ARN), 'it is imported, so its configuration is not part of this app; attach coverage in the app that defines it'],
    ['a function imported by name', (scope) => lambda.Function.fromFunctionName(scope, 'Fn', 'theirs'), 'it is imported'],
    ['an imported version', (scope) => lambda.Version.fromVersionArn(scope, 'Fn', `${ARN}:3`), 'it is imported'],
    ['java', (scope) => makeFunction(scope, { runtime: lambda.Runtime.JAVA_21, code: lambda.Code.fromAsset(__dirname, { exclude: ['**'] }) }), "runtime 'java21' is not supported (supported are nodejs18.x, nodejs20.x, nodejs22.x, nodejs24.x, python3.8, python3.9"],
    ['a runtime of its own', (scope) => makeFunction(scope, { runtime: lambda.Runtime.PROVIDED_AL2023, code: lambda.Code.fromAsset(__dirname, { exclude: ['**'] }) }), "runtime 'provided.al2023' is not supported"],
    ['an old Node.js', (scope) => makeFunction(scope, { runtime: new lambda.Runtime('nodejs16.x', lambda.RuntimeFamily.NODEJS, { supportsInlineCode: true }) }), "runtime 'nodejs16.x' is not supported"],
    ['a runtime that is a token', (scope) => makeFunction(scope, { runtime: new lambda.Runtime(Lazy.string({ produce: () => 'nodejs22.x' }), lambda.RuntimeFamily.NODEJS, { supportsInlineCode: true }) }), 'its runtime is a token, whose value is not known before deployment; give a literal one'],
    ['a sixth layer', (scope) => makeFunction(scope, { layers: layers(scope) }), 'it has 5 layers and Lambda allows 5; remove one'],
    ['variables of coverage that are set', (scope) => makeFunction(scope, { environment: { COVERAGE_DEBUG: 'true', COVERAGE_S3_BUCKET: 'mine', OTHER: 'x' } }), 'its environment sets COVERAGE_S3_BUCKET, COVERAGE_DEBUG, which coverage sets itself; remove it and use the props of CoverageLayer'],
  ])('%s', (_, make, reason) => {
    const scope = stack();
    const fn = make(scope);
    const coverage = new CoverageLayer(scope, 'Coverage');
    const before = scope.resolve((fn.node.defaultChild as lambda.CfnFunction | undefined)?._toCloudFormation());
    expect(() => coverage.attachTo(fn)).toThrow(`Stack/Fn: coverage of '${COVERAGE}' cannot be attached: ${reason}`);
    expect(scope.resolve((fn.node.defaultChild as lambda.CfnFunction | undefined)?._toCloudFormation())).toEqual(before);
  });

  describe('a container image', () => {
    const GUIDE = path.join(__dirname, '..', 'docs', 'containers.md');
    const rejection = () => {
      const scope = stack();
      const images = ecr.Repository.fromRepositoryName(scope, 'Images', 'images');
      const fn = new lambda.DockerImageFunction(scope, 'Fn', { code: lambda.DockerImageCode.fromEcr(images) });
      try {
        new CoverageLayer(scope, 'Coverage').attachTo(fn);
      } catch (error) {
        return (error as Error).message;
      }
      return 'none';
    };

    test('and tells the lines of its Dockerfile', () => {
      expect(rejection()).toBe([
        "Stack/Fn: coverage of 'Stack/Coverage' cannot be attached: it is a container image, which takes no layers; use a zip package, or put into its Dockerfile, for Node.js,",
        '  COPY node_modules/cdk-lambda-coverage/assets/layer /opt',
        '  ENV COVERAGE_S3_BUCKET=<bucket> COVERAGE_HANDLER=<the command there is now> NODE_DISABLE_COMPILE_CACHE=1',
        `  CMD ["${WRAPPER}"]`,
        'or, for Python,',
        '  COPY node_modules/cdk-lambda-coverage/assets/python-layer /opt',
        '  ENV COVERAGE_S3_BUCKET=<bucket> COVERAGE_HANDLER=<the command there is now>',
        '  CMD ["coverage_wrapper.bootstrap.handler"]',
        'and let it upload with CoverageBucket.grantWrite',
      ].join('\n'));
    });

    test('with the lines of the guide', () => {
      const lines = codeBlocks(GUIDE).filter(({ language }) => language === 'dockerfile').flatMap(({ text }) => text.trim().split('\n'));
      expect(lines).toEqual(rejection().split('\n').filter((line) => line.startsWith('  ')).map((line) => line.trim()));
    });

    test('and the guide names no variable that does not exist', () => {
      const named = [...readFileSync(GUIDE, 'utf8').matchAll(/COVERAGE_[A-Z0-9_]+/g)].map(([name]) => name);
      expect(named).toContain('COVERAGE_DIRECTORY');
      expect(named.filter((name) => !Object.values<string>(Variable).includes(name))).toEqual([]);
    });
  });

  test('a function that another layer is attached to, naming both', () => {
    const scope = stack();
    const fn = makeFunction(scope);
    new CoverageLayer(scope, 'One').attachTo(fn);
    expect(() => new CoverageLayer(scope, 'Two').attachTo(fn)).toThrow(
      "Stack/Fn: coverage of 'Stack/Two' cannot be attached: coverage of 'Stack/One' is attached; attach one of the two",
    );
  });

  test.each<[string, (app: App) => Stack, string]>([
    ['stage', (app) => new Stack(new Stage(app, 'Stage'), 'Stack'), "it is in another stage than its bucket 'Coverage/Layer/Bucket'"],
    ['app', () => stack(), 'they are in different apps'],
  ])('a function of another %s', (_, other, reason) => {
    const app = new App();
    const fn = makeFunction(other(app));
    expect(() => new CoverageLayer(new Stack(app, 'Coverage'), 'Layer').attachTo(fn)).toThrow(
      `${fn.node.path}: coverage of 'Coverage/Layer' cannot be attached: ${reason}`,
    );
  });
});

describe('rejects', () => {
  test.each<[string, CoverageLayerProps, string]>([
    ['a prefix without its slash', { prefix: 'coverage' }, "prefix 'coverage' does not end with a slash; use 'coverage/'"],
    ['a prefix that is a token', { prefix: Lazy.string({ produce: () => 'a/' }) }, 'prefix is a token'],
    ['no time to upload', { uploadTimeout: Duration.seconds(0) }, 'uploadTimeout of 0 seconds is not allowed; give whole seconds, from 1 second to 15 minutes'],
    ['more time to upload than a function has', { uploadTimeout: Duration.seconds(901) }, 'uploadTimeout of 901 seconds is not allowed'],
    ['parts of seconds', { uploadTimeout: Duration.millis(1500) }, 'uploadTimeout of 1.5 seconds is not allowed'],
    ['an upload time that is a token', { uploadTimeout: Duration.seconds(Token.asNumber({ Ref: 'Time' })) }, 'uploadTimeout is a token'],
    ['a pattern with a comma', { includePatterns: ['a,b'] }, "includePatterns: pattern 'a,b' is empty, has a comma"],
    ['a pattern that takes forever', { excludePatterns: ['+(*a|*aa)b'] }, "excludePatterns: pattern '+(*a|*aa)b' takes too long to match"],
    ['an empty pattern', { excludePatterns: [''] }, "excludePatterns: pattern '' is empty"],
    ['patterns that leave no room in the environment', { excludePatterns: ['x'.repeat(1025)] }, 'excludePatterns: the patterns have 1025 characters; 1024 at most'],
    ['an empty run id', { runId: '' }, 'runId is empty'],
    ['less than no environments', { sampling: -0.1 }, 'sampling -0.1 is not a number from 0 to 1; give the part of the execution environments that collect, such as 0.1'],
    ['more than all environments', { sampling: 1.01 }, 'sampling 1.01 is not a number from 0 to 1'],
    ['percents', { sampling: 10 }, 'sampling 10 is not a number from 0 to 1'],
    ['sampling that is no number', { sampling: NaN }, 'sampling NaN is not a number from 0 to 1'],
    ['sampling that is a token', { sampling: Token.asNumber({ Ref: 'Rate' }) }, 'sampling is a token, whose value is not known before deployment; give a literal number'],
    ['sampling that is lazy', { sampling: Lazy.number({ produce: () => 0.1 }) }, 'sampling is a token'],
  ])('%s', (_, props, message) => {
    expect(() => new CoverageLayer(stack(), 'Coverage', props)).toThrow(`Stack/Coverage: ${message}`);
  });

  test("a prefix that is not the bucket's", () => {
    const scope = stack();
    const bucket = new CoverageBucket(scope, 'Bucket', { prefix: 'one/' });
    expect(() => new CoverageLayer(scope, 'Coverage', { bucket, prefix: 'two/' })).toThrow(
      "Stack/Coverage: prefix 'two/' differs from 'one/' of bucket 'Stack/Bucket'; give the prefix to the CoverageBucket only",
    );
    expect(new CoverageLayer(scope, 'Same', { bucket, prefix: 'one/' }).bucket).toBe(bucket);
  });
});

describe('enabled: false', () => {
  test('deploys nothing and leaves functions exactly as they are', () => {
    const scope = stack();
    const fn = makeFunction(scope);
    const role = fn.role as iam.Role;
    const before = scope.resolve((fn.node.defaultChild as lambda.CfnFunction)._toCloudFormation());
    const coverage = new CoverageLayer(scope, 'Coverage', { enabled: false });
    coverage.attachTo(fn);
    coverage.attachTo(lambda.Function.fromFunctionName(scope, 'Imported', 'theirs'));
    expect(scope.resolve((fn.node.defaultChild as lambda.CfnFunction)._toCloudFormation())).toEqual(before);
    expect(role.node.tryFindChild('DefaultPolicy')).toBeUndefined();
    expect(coverage.node.findAll()).toEqual([coverage]);
  });

  test('makes the bucket when something asks for it', () => {
    const coverage = new CoverageLayer(stack(), 'Coverage', { enabled: false, prefix: 'team/' });
    expect(coverage.bucket.prefix).toBe('team/');
    expect(coverage.bucket).toBe(coverage.bucket);
  });

  test('still rejects bad props, so that a stage that is switched on has no surprises', () => {
    expect(() => new CoverageLayer(stack(), 'Coverage', { enabled: false, prefix: 'x' })).toThrow("prefix 'x' does not end");
  });
});

describe('what TypeScript would not let through is refused with the fix', () => {
  const untypedStack = new Stack(new App(), 'Untyped');
  const untyped = (value: unknown) => value as never;
  test.each<[string, () => unknown, string]>([
    ['no function', () => new CoverageLayer(untypedStack, 'A').attachTo(untyped(undefined)), 'Untyped/A: attachTo takes one function, not undefined'],
    ['a list of functions', () => new CoverageLayer(untypedStack, 'B').attachTo(untyped([])), 'Untyped/B: attachTo takes one function, not a list; call it for each'],
    ['a plain bucket', () => new CoverageLayer(untypedStack, 'C', { bucket: untyped(new s3.Bucket(untypedStack, 'Plain')) }), 'Untyped/C: bucket is not a CoverageBucket; wrap your own'],
    ['a pattern that is no list', () => new CoverageLayer(untypedStack, 'D', { includePatterns: untyped('src/**') }), 'Untyped/D: includePatterns is "src/**", not a list'],
    ['an unknown upload mode', () => new CoverageLayer(untypedStack, 'H', { uploadMode: untyped('On-Change') }), 'Untyped/H: uploadMode is "On-Change"; give one of every-invocation, on-change'],
    ['sampling that is text', () => new CoverageLayer(untypedStack, 'I', { sampling: untyped('0.5') }), "Untyped/I: sampling '0.5' is not a number from 0 to 1"],
    ['a combiner without a bucket', () => new CoverageCombiner(untypedStack, 'E', untyped({})), 'Untyped/E: bucket is missing; give a CoverageBucket'],
    [
      'an unknown format',
      () => new CoverageCombiner(untypedStack, 'F', { bucket: new CoverageBucket(untypedStack, 'G'), reportFormats: untyped(['pdf']) }),
      "Untyped/F: reportFormats has 'pdf'; give any of html, html-single, lcov",
    ],
  ])('%s', (_, use, message) => {
    expect(use).toThrow(message);
  });
});
