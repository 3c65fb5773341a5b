/** A consumer in Python: the wheel in a fresh virtual environment, beside the oldest aws-cdk-lib that the package declares. */
import * as assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { outputOf, run } from '../../package/command';
import { Synthesized } from '../synthesized';

const ROOT = path.resolve(__dirname, '../../..');
const WRAPPER = 'nodejs/node_modules/coverage-wrapper/bootstrap.mjs';

/** What the wheel asks for: jsii-pacmak sets it. */
const OLDEST_PYTHON = '3.10';

const folder = mkdtempSync(path.join(tmpdir(), 'python-consumer-'));
const python = path.join(folder, 'venv', 'bin', 'python');
// A process that writes no bytecode compiles aws-cdk-lib at each start, which takes half a minute.
const { PYTHONDONTWRITEBYTECODE: _, ...environment } = process.env;
const env = { ...environment, TMPDIR: folder };

after(() => rmSync(folder, { recursive: true, force: true }));

describe('consumer in Python', { skip: whyNot() }, () => {
  let fromPython: Synthesized;
  let fromTypeScript: Synthesized;

  before(() => {
    install();
    outputOf(python, [path.join(__dirname, 'app.py')], { env: { ...env, CDK_OUTDIR: path.join(folder, 'python.out') } });
    outputOf('tsx', ['--tsconfig', path.join(ROOT, 'tsconfig.dev.json'), path.join(__dirname, '..', 'app.ts')], {
      env: { ...env, CDK_OUTDIR: path.join(folder, 'typescript.out') },
    });
    fromPython = new Synthesized(path.join(folder, 'python.out'));
    fromTypeScript = new Synthesized(path.join(folder, 'typescript.out'));
  });

  test('redirects the handler of the function, adds the layer and says where to upload', () => {
    const { Handler, Layers, Environment } = fromPython.propertiesOf('AWS::Lambda::Function', 'Plain');
    assert.equal(Handler, `/opt/${WRAPPER.replace('.mjs', '.handler')}`);
    assert.equal(Layers.length, 1);
    assert.equal(Environment.Variables.COVERAGE_HANDLER, 'index.handler');
    assert.match(Environment.Variables.COVERAGE_S3_BUCKET.Ref, /^CBucket/);
  });

  test('lets the function write to the bucket and do nothing else', () => {
    const { PolicyDocument } = fromPython.propertiesOf('AWS::IAM::Policy', 'PlainServiceRoleDefaultPolicy');
    assert.deepEqual(PolicyDocument.Statement.map(({ Effect, Action }: { Effect: string; Action: string }) => `${Effect} ${Action}`), [
      'Allow s3:PutObject',
    ]);
  });

  test('brings the layer along, byte for byte', () => {
    const { Content } = fromPython.propertiesOf('AWS::Lambda::LayerVersion', 'C');
    const wrapper = readFileSync(path.join(fromPython.assetFolder(Content.S3Key), WRAPPER));
    assert.ok(wrapper.equals(readFileSync(path.join(ROOT, 'assets', 'layer', WRAPPER))));
  });

  test('synthesizes the template that the same app in TypeScript does', () => {
    assert.deepEqual(fromPython.template, fromTypeScript.template);
  });

  test('raises our message for a runtime that is not supported', () => {
    const { status, stderr } = run(python, [path.join(__dirname, 'unsupported_runtime.py')], { env, cwd: folder });
    assert.equal(status, 1);
    assert.match(stderr, /RuntimeError: Error: Consumer\/Legacy: coverage of 'Consumer\/Coverage' cannot be attached: runtime 'java21' is not supported/);
  });
});

/** Why there can be no consumer on this machine, or false. */
function whyNot(): string | false {
  const { status, stdout } = run('python3', ['-c', 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])']);
  if (status !== 0) {
    return 'there is no python3 with the modules venv and ensurepip';
  }
  const minor = (version: string) => Number(version.trim().split('.')[1]);
  return minor(stdout) < minor(OLDEST_PYTHON) && `python3 is ${stdout.trim()}, and the wheel needs ${OLDEST_PYTHON}`;
}

function install(): void {
  const dist = path.join(ROOT, 'dist', 'python');
  const [wheel, ...others] = readdirSync(dist).filter((file) => file.endsWith('.whl'));
  assert.ok(wheel && others.length === 0, `there has to be one wheel in ${dist}; make it with \`npx projen package:python\``);
  outputOf('python3', ['-m', 'venv', path.dirname(path.dirname(python))], { env });
  const packages = ['aws-cdk-lib', 'constructs'].map((name) => `${name}==${installedVersion(name)}`);
  const options = ['--no-compile', '--disable-pip-version-check', '--quiet'];
  outputOf(python, ['-m', 'pip', 'install', ...options, path.join(dist, wheel), ...packages], { env });
  console.log(`${outputOf(python, ['--version']).trim()}, ${packages.join(', ')}`);
}

/** The oldest version that the package declares is the one that it is developed with. */
function installedVersion(name: string): string {
  return (JSON.parse(readFileSync(path.join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;
}
