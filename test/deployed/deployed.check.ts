/**
 * A CDK app deployed by the AWS CDK's own command line, with the package as npm would install it, to AWS as MiniStack plays it: what rests on
 * CloudFormation, on IAM and on the ways of both with Lambda and S3. Its logical order is that of a user: deploy, test, report, update, delete.
 */
import * as assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CloudFormationClient, DescribeStacksCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { MiniStack, whyNoMiniStack, type Credentials } from './ministack';
import { pythonInterpreters } from '../../projenrc/python-layer/interpreters';
import { eventually } from '../eventually';
import { outputOf, run } from '../package/command';
import { CDK_CLI, installedVersion, packedFile } from '../package/installation';

/** The newest Python of this machine, which has one as MiniStack itself is written in it. */
const PYTHON = [...pythonInterpreters().keys()].at(-1);

describe('a deployed app', { skip: whyNoMiniStack() }, () => {
  let folder: string;
  let aws: MiniStack;
  let env: NodeJS.ProcessEnv;
  let bucket: string;
  let cloudFormation: CloudFormationClient;
  let lambda: LambdaClient;
  let s3: (credentials?: Credentials) => S3Client;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'deployed-'));
    cpSync(path.join(__dirname, 'app'), folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
    writeFileSync(path.join(folder, 'cdk.json'), JSON.stringify({ app: 'tsx app.ts', context: { python: `python${PYTHON}` } }));
    const peers = ['aws-cdk-lib', 'constructs', 'esbuild', 'tsx'].map((name) => `${name}@${installedVersion(name)}`);
    outputOf('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', packedFile('js', '.tgz'), `aws-cdk@${CDK_CLI}`, ...peers], { cwd: folder });
    aws = await MiniStack.start();
    const PATH = [path.join(folder, 'node_modules', '.bin'), process.env.PATH].join(path.delimiter);
    env = { ...aws.commandEnvironment(), PATH };
    Object.assign(process.env, aws.environment);
    const client = aws.clientConfig();
    cloudFormation = new CloudFormationClient(client);
    lambda = new LambdaClient(client);
    s3 = (credentials) => new S3Client({ ...client, forcePathStyle: true, credentials });
  });

  after(async () => {
    await aws?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const cdk = (...args: string[]) => run('cdk', args, { cwd: folder, env });
  const lambdaCoverage = (...args: string[]) => run('lambda-coverage', args, { cwd: folder, env });

  test('deploys', async () => {
    const bootstrap = cdk('bootstrap');
    assert.equal(bootstrap.status, 0, bootstrap.stdout + bootstrap.stderr);
    const { status, stdout, stderr } = cdk('deploy', '--all', '--require-approval', 'never');
    assert.equal(status, 0, `${stdout}${stderr}\n${aws.log}`);
    const resources = await resourcesOf('Data');
    bucket = resources.find(({ LogicalResourceId: id }) => /^Coverage[0-9A-F]{8}$|^CoverageBucket|^CoverageResource/.test(id!))!.PhysicalResourceId!;
    assert.ok(bucket);
  });

  test('redirects all functions but those left out, and keeps what they had', async () => {
    for (const name of ['orders', 'prices', 'denied', 'inline', 'on-event', 'discounts']) {
      const { Handler, Environment, Layers } = await configurationOf(name);
      assert.match(Handler!, /coverage[-_]wrapper/, name);
      assert.equal(Layers?.length, 1, name);
      assert.equal(Environment?.Variables?.COVERAGE_S3_BUCKET, bucket, name);
    }
    assert.equal((await configurationOf('orders')).Environment?.Variables?.TABLE, 'orders');
    assert.deepEqual(await configurationOf('left-out').then(({ Handler, Layers, Environment }) => [Handler, Layers ?? [], Environment?.Variables ?? {}]), ['prices.handler', [], {}]);
  });

  test('answers and fails as without coverage, and uploads with the role of each function', async () => {
    assert.deepEqual(await invoke('orders', { items: [{ price: 3, quantity: 2 }] }), { answer: { total: 6 } });
    assert.deepEqual(await invoke('orders', { items: [{ price: 3, quantity: 4 }] }), { answer: { total: 12 } });
    assert.deepEqual(await invoke('prices', { product: 'pen' }), { answer: { price: 2 } });
    assert.deepEqual(await invoke('prices', { product: 'ink' }), { error: "no product 'ink'" });
    assert.deepEqual(await invoke('inline', { name: 'Ada' }), { answer: 'Hello Ada' });
    assert.deepEqual(await invoke('discounts', { total: 120 }), { answer: { discount: 12 } });
    const keys = await eventually(async () => rawKeys(), (found) => found.length === 6);
    assert.deepEqual(keys.map((key) => key.replace(/^team\/\d{4}\/\d\d\/\d\d\/(.*?)-[0-9a-f]{8}-.*$/, '$1')).sort(), ['discounts', 'inline', 'orders', 'orders', 'prices', 'prices']);
  });

  test('answers where the role may not write, says why once, and doctor finds it', async () => {
    const lines: string[] = [];
    for (let times = 0; times < 3; times++) {
      // what is logged after an answer comes with the next one
      const { Payload, LogResult } = await lambda.send(new InvokeCommand({ FunctionName: 'denied', Payload: Buffer.from('{"product":"pen"}'), LogType: 'Tail' }));
      assert.deepEqual(JSON.parse(Buffer.from(Payload!).toString()), { price: 2 });
      lines.push(...Buffer.from(LogResult ?? '', 'base64').toString().split('\n').filter((line) => line.includes('S3UploadError')));
    }
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.equal(JSON.parse(lines[0]!).details.error_code, 'AccessDenied');
    assert.equal((await rawKeys()).length, 6);
    const { status, stdout } = lambdaCoverage('doctor', '--app', 'cdk.out');
    assert.match(stdout, /PROBLEM Shop\/Denied\w+ \(denied\) has uploaded nothing/);
    assert.equal(status, 1);
  });

  test('lets a role add, and neither read nor overwrite', async () => {
    const { Role } = await configurationOf('orders');
    const own = s3(await aws.credentialsOf(Role!));
    const key = 'team/2026/01/01/orders-x.coverage';
    const put = async (Key: string, IfNoneMatch?: string) => own.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x', IfNoneMatch }));
    await put(key, '*');
    await assert.rejects(put(key, '*'), { name: 'PreconditionFailed' });
    await assert.rejects(put(key), { name: 'AccessDenied' });
    await assert.rejects(put('elsewhere/orders-x.coverage', '*'), { name: 'AccessDenied' });
    await assert.rejects(own.send(new GetObjectCommand({ Bucket: bucket, Key: key })), { name: 'AccessDenied' });
    await assert.rejects(own.send(new ListObjectsV2Command({ Bucket: bucket })), { name: 'AccessDenied' });
  });

  test('reports from a laptop', () => {
    const { status, stdout, stderr } = lambdaCoverage('report', '--app', 'cdk.out', '--format', 'json-summary,text', '--run', 'deployed');
    assert.equal(status, 0, stdout + stderr);
    const summary = JSON.parse(readFileSync(path.join(folder, 'coverage', 'coverage-summary.json'), 'utf8')) as Record<string, Record<string, { covered: number; total: number }>>;
    const of = (file: string) => {
      const [, counts] = Object.entries(summary).find(([name]) => name.endsWith(file))!;
      return ['statements', 'branches', 'functions', 'lines'].map((what) => `${counts[what]!.covered}/${counts[what]!.total}`);
    };
    // counted by hand: of orders.ts only what a coupon does was not reached
    assert.deepEqual(of('orders.ts'), ['6/7', '1/2', '1/1', '6/7']);
    assert.deepEqual(of('prices.js'), ['4/4', '2/2', '1/1', '4/4']);
    assert.deepEqual(of('discounts.py'), ['5/6', '1/2', '1/1', '5/6']);
  });

  test('combines in AWS, with the role of the combiner', async () => {
    const [combiner] = (await resourcesOf('Data')).filter(({ ResourceType, LogicalResourceId }) => ResourceType === 'AWS::Lambda::Function' && LogicalResourceId!.startsWith('Combiner'));
    const { answer } = await invoke(combiner!.PhysicalResourceId!, {});
    // one more than was uploaded: what was put above, which is no coverage
    assert.deepEqual([answer.files_processed, answer.files_skipped], [6, 1], JSON.stringify(answer));
    const keys = await keysBelow('team/reports/');
    for (const file of ['lcov.info', 'coverage.html', 'coverage-summary.json']) {
      assert.ok(keys.includes(`team/reports/${file}`), `${file} is not among ${keys.join(', ')}`);
    }
  });

  test('gives the code back when coverage is turned off', async () => {
    const { status, stdout, stderr } = cdk('deploy', '--all', '--require-approval', 'never', '-c', 'coverage=off');
    assert.equal(status, 0, stdout + stderr);
    const { Handler, Layers, Environment } = await configurationOf('orders');
    assert.deepEqual([Handler, Layers ?? [], Environment?.Variables], ['index.handler', [], { TABLE: 'orders' }]);
    const keys = await rawKeys();
    assert.deepEqual(await invoke('orders', { items: [], coupon: 'HALF' }), { answer: { total: 0 } });
    assert.deepEqual(await rawKeys(), keys);
  });

  test('is deleted, and leaves the coverage', async () => {
    const { status, stdout, stderr } = cdk('destroy', '--all', '--force', '-c', 'coverage=off');
    assert.equal(status, 0, stdout + stderr);
    for (const StackName of ['Shop', 'Greetings', 'Data']) {
      await assert.rejects(cloudFormation.send(new DescribeStacksCommand({ StackName })), /does not exist/);
    }
    assert.equal((await rawKeys()).length, 6);
  });

  async function configurationOf(FunctionName: string) {
    return lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  }

  async function invoke(FunctionName: string, event: unknown): Promise<{ answer?: any; error?: string }> {
    const { Payload, FunctionError } = await lambda.send(new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(event)) }));
    const payload = JSON.parse(Buffer.from(Payload!).toString());
    return FunctionError ? { error: payload.errorMessage } : { answer: payload };
  }

  async function resourcesOf(StackName: string) {
    return (await cloudFormation.send(new ListStackResourcesCommand({ StackName }))).StackResourceSummaries!;
  }

  async function rawKeys(): Promise<string[]> {
    return (await keysBelow('team/20')).filter((key) => !key.includes('/2026/01/01/'));
  }

  async function keysBelow(Prefix: string): Promise<string[]> {
    const { Contents } = await s3().send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
    return (Contents ?? []).map(({ Key }) => Key!);
  }
});
