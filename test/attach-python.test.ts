import { existsSync } from 'node:fs';
import * as path from 'node:path';
import * as python from '@aws-cdk/aws-lambda-python-alpha';
import { App, Lazy, Stack, aws_lambda as lambda, aws_sam as sam } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { makeFunction, propertiesOf, stack, warningsOf, WRAPPER } from './constructs';
import { taskFolder } from './task-folder';
import { CoverageEngine, CoverageLayer } from '../src';
import { saySkipped } from './say-skipped';

const PYTHON_WRAPPER = 'coverage_wrapper.bootstrap.handler';
/** What Lambda has in `PYTHONPATH` of a function that does not set it, but for the runtime's own folder. */
const LAYERS_OF_3_13 = '/opt/python/lib/python3.13/site-packages:/opt/python';

// a build on a machine without Python has no layer for it, see test/private/bundled-asset.test.ts
const describeWithLayer = existsSync(path.join(__dirname, '..', 'assets', 'python-layer')) ? describe : describe.skip;
if (describeWithLayer === describe.skip) {
  saySkipped('attaching to functions in Python, whose layer this machine cannot build');
}

function pythonFunction(scope: Stack, props: Partial<lambda.FunctionProps> = {}, id = 'Py'): lambda.Function {
  return makeFunction(scope, { runtime: lambda.Runtime.PYTHON_3_13, code: lambda.Code.fromInline('def main(event, context):\n    pass\n'), ...props }, id);
}

function layersOf(scope: Stack): Array<{ CompatibleRuntimes: string[] }> {
  return Object.values(Template.fromStack(scope).findResources('AWS::Lambda::LayerVersion')).map(({ Properties }) => Properties as { CompatibleRuntimes: string[] });
}

describeWithLayer('attachTo', () => {
  test('redirects the handler, adds the layer of Python and sets nothing that is of Node.js', () => {
    const scope = stack();
    const fn = pythonFunction(scope, { environment: { STAGE: 'test' } });
    const coverage = new CoverageLayer(scope, 'Coverage');
    coverage.attachTo(fn);
    const { Handler, Layers, Environment } = propertiesOf(fn);
    expect(Handler).toBe(PYTHON_WRAPPER);
    expect(Layers).toEqual([scope.resolve(coverage.pythonLayerVersionArn)]);
    expect(Environment.Variables).toEqual({ STAGE: 'test', COVERAGE_HANDLER: 'app.main', COVERAGE_S3_BUCKET: expect.anything() });
    expect(layersOf(scope)).toEqual([expect.objectContaining({
      CompatibleRuntimes: ['python3.8', 'python3.9', 'python3.10', 'python3.11', 'python3.12', 'python3.13', 'python3.14'],
      CompatibleArchitectures: ['x86_64', 'arm64'],
    })]);
  });

  test('gives functions of each language their own layer, one of each in a stack', () => {
    const scope = stack();
    const functions = [makeFunction(scope), pythonFunction(scope), pythonFunction(scope, { runtime: lambda.Runtime.PYTHON_3_9 }, 'Old')];
    const coverage = new CoverageLayer(scope, 'Coverage');
    functions.forEach((fn) => coverage.attachTo(fn));
    expect(functions.map((fn) => propertiesOf(fn).Handler)).toEqual([WRAPPER, PYTHON_WRAPPER, PYTHON_WRAPPER]);
    const [ofNode, ...ofPython] = functions.map((fn) => propertiesOf(fn).Layers);
    expect(ofNode).toEqual([scope.resolve(coverage.layerVersionArn)]);
    expect(ofPython).toEqual([[scope.resolve(coverage.pythonLayerVersionArn)], [scope.resolve(coverage.pythonLayerVersionArn)]]);
    expect(layersOf(scope)).toHaveLength(2);
  });

  test.each<[string, string | undefined, string | undefined]>([
    ['is not introduced', undefined, undefined],
    ['keeps its folders and gets those of layers', '/var/task/vendored', `/var/task/vendored:${LAYERS_OF_3_13}`],
    ['gets none twice', '/opt/python:/var/task/vendored', '/opt/python:/var/task/vendored:/opt/python/lib/python3.13/site-packages'],
    ['stays as it is where it has them', LAYERS_OF_3_13, LAYERS_OF_3_13],
    ['has no empty part, which would be the current folder', '', LAYERS_OF_3_13],
  ])('PYTHONPATH %s', (_, before, after) => {
    const scope = stack();
    const fn = pythonFunction(scope, { environment: { ...before !== undefined && { PYTHONPATH: before } } });
    new CoverageLayer(scope, 'Coverage').attachTo(fn);
    expect(propertiesOf(fn).Environment.Variables.PYTHONPATH).toBe(after);
  });

  test('PYTHONPATH that is known later gets the folders of layers', () => {
    const scope = stack();
    let late = 'too early';
    const fn = pythonFunction(scope, { environment: { PYTHONPATH: Lazy.string({ produce: () => late }) } });
    new CoverageLayer(scope, 'Coverage').attachTo(fn);
    late = '/var/task/late';
    expect(propertiesOf(fn).Environment.Variables.PYTHONPATH).toBe(`/var/task/late:${LAYERS_OF_3_13}`);
  });

  test.each<[string, string, string[]]>([
    ['without the folders of layers is refused when the app is synthesized', '/var/task/late', [
      "Stack/Py: its PYTHONPATH was set to '/var/task/late' after coverage was attached, without /opt/python, so it could not load the layer; set it before, or add ':/opt/python'",
    ]],
    ['with them is the user\'s business', '/opt/python:/var/task/late', []],
  ])('PYTHONPATH that is set afterwards %s', (_, value, problems) => {
    const scope = stack();
    const fn = pythonFunction(scope);
    new CoverageLayer(scope, 'Coverage').attachTo(fn);
    fn.addEnvironment('PYTHONPATH', value);
    expect(fn.node.validate()).toEqual(problems);
  });

  test.each(Object.values(CoverageEngine))('counts by coverage.py with engine %s, in the code as it is', (engine) => {
    const folder = taskFolder({ 'app.py': 'def main(event, context):\n    pass\n' });
    const scope = stack();
    const fn = pythonFunction(scope, { code: lambda.Code.fromAsset(folder) });
    const { code } = fn.node.defaultChild as lambda.CfnFunction;
    new CoverageLayer(scope, 'Coverage', { engine }).attachTo(fn, { engine });
    expect((fn.node.defaultChild as lambda.CfnFunction).code).toBe(code);
    expect(propertiesOf(fn).Handler).toBe(PYTHON_WRAPPER);
    expect(propertiesOf(fn).Environment.Variables).not.toHaveProperty('COVERAGE_ENGINE');
    expect(warningsOf(scope)).toEqual([]);
  });

  test('takes a layer version that is given for each language', () => {
    const scope = stack();
    const published = (name: string) => lambda.LayerVersion.fromLayerVersionArn(scope, name, `arn:aws:lambda:us-east-1:111111111111:layer:${name}:1`);
    const coverage = new CoverageLayer(scope, 'Coverage', { layerVersion: published('node'), pythonLayerVersion: published('python') });
    const functions = [makeFunction(scope), pythonFunction(scope)];
    functions.forEach((fn) => coverage.attachTo(fn));
    expect(functions.map((fn) => propertiesOf(fn).Layers)).toEqual([[coverage.layerVersionArn], [coverage.pythonLayerVersionArn]]);
    expect(coverage.pythonLayerVersionArn).toBe('arn:aws:lambda:us-east-1:111111111111:layer:python:1');
    expect(layersOf(scope)).toEqual([]);
  });

  test("takes CDK's latest Python of the region, whatever that is", () => {
    const scope = stack();
    const fn = pythonFunction(scope, { runtime: lambda.Runtime.determineLatestPythonRuntime(scope), environment: { PYTHONPATH: '/var/task/more' } });
    new CoverageLayer(scope, 'Coverage').attachTo(fn);
    const { Handler, Runtime, Environment: { Variables } } = propertiesOf(fn);
    expect(Handler).toBe(PYTHON_WRAPPER);
    expect(scope.resolve(Variables.PYTHONPATH)).toEqual(
      typeof Runtime === 'string'
        ? `/var/task/more:/opt/python/lib/${Runtime}/site-packages:/opt/python`
        : { 'Fn::Join': ['', ['/var/task/more:/opt/python/lib/', Runtime, '/site-packages:/opt/python']] },
    );
  });

  test('warns of a Python that is newer than this release, and refuses one that is older', () => {
    const scope = stack();
    const coverage = new CoverageLayer(scope, 'Coverage');
    coverage.attachTo(pythonFunction(scope, { runtime: new lambda.Runtime('python3.15', lambda.RuntimeFamily.PYTHON, { supportsInlineCode: true }) }));
    expect(warningsOf(scope)).toEqual([[
      'cdk-lambda-coverage:newRuntime', '/Stack/Py', "runtime 'python3.15' is newer than this release of cdk-lambda-coverage, which knows python3.14 at most; see whether there is a later release",
    ]]);
    expect(() => coverage.attachTo(pythonFunction(scope, { runtime: lambda.Runtime.PYTHON_3_7 }, 'Old'))).toThrow("runtime 'python3.7' is not supported");
  });

  test('takes functions of templates', () => {
    const scope = stack();
    const coverage = new CoverageLayer(scope, 'Coverage');
    const resource = new sam.CfnFunction(scope, 'Sam', {
      runtime: 'python3.12',
      handler: 'app.main',
      inlineCode: 'def main(event, context):\n    pass\n',
      environment: { variables: { PYTHONPATH: '/var/task/more' } },
    });
    coverage.attachToResource(resource);
    expect(propertiesOf(resource)).toMatchObject({
      Handler: PYTHON_WRAPPER,
      Environment: { Variables: { PYTHONPATH: '/var/task/more:/opt/python/lib/python3.12/site-packages:/opt/python' } },
    });
  });
});

describeWithLayer('PythonFunction', () => {
  const entry = () => taskFolder({ 'index.py': 'def handler(event, context):\n    pass\n', 'shop/orders.py': 'def main(event, context):\n    pass\n' });
  /** Its bundling runs in Docker, but not where stacks are only listed. */
  const app = () => new App({ context: { 'aws:cdk:bundling-stacks': [] } });

  test.each<[string, Partial<python.PythonFunctionProps>, string]>([
    ['by its defaults', {}, 'index.handler'],
    ['with a file and a handler', { index: 'shop/orders.py', handler: 'main' }, 'shop.orders.main'],
  ])('keeps its handler, %s', (_, props, handler) => {
    const scope = stack(app());
    const fn = new python.PythonFunction(scope, 'Py', { entry: entry(), runtime: lambda.Runtime.PYTHON_3_13, ...props });
    new CoverageLayer(scope, 'Coverage').attachTo(fn);
    expect(propertiesOf(fn)).toMatchObject({ Handler: PYTHON_WRAPPER, Environment: { Variables: { COVERAGE_HANDLER: handler } } });
  });

  test('keeps the layer of its dependencies', () => {
    const scope = stack(app());
    const dependencies = new python.PythonLayerVersion(scope, 'Dependencies', { entry: taskFolder({ 'requirements.txt': 'idna==3.10\n' }), compatibleRuntimes: [lambda.Runtime.PYTHON_3_13] });
    const fn = new python.PythonFunction(scope, 'Py', { entry: entry(), runtime: lambda.Runtime.PYTHON_3_13, layers: [dependencies] });
    const coverage = new CoverageLayer(scope, 'Coverage');
    coverage.attachToAll(scope);
    expect(propertiesOf(fn).Layers).toEqual([scope.resolve(dependencies.layerVersionArn), scope.resolve(coverage.pythonLayerVersionArn)]);
    expect(coverage.attachedFunctions).toEqual(['Stack/Py']);
  });
});
