/**
 * The state machine of a distributed combiner, deployed by the AWS CDK's command line to AWS as MiniStack plays it, which interprets the state
 * machine, runs our functions with their own roles, and enforces what these may do. Whatever fails, the report is the one of one process.
 */
import * as assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CloudFormationClient, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DeleteObjectCommand, GetBucketPolicyCommand, GetObjectCommand, ListObjectsV2Command, PutBucketPolicyCommand, PutObjectCommand, S3Client,
} from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, DescribeStateMachineCommand, SFNClient, StartExecutionCommand, type DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import { canonical, combinedAtOnce, farmObjects, PREFIX, STACK, synthesizeFarm } from './farm';
import type { CombineResult } from '../../src/combiner/combine-result';
import { keysOf } from '../../src/combiner/distributed/batches';
import { S3Store } from '../../src/combiner/stores/s3-store';
import type { MergeItem } from '../../src/contract/distributed-run';
import { MiniStack, whyNoMiniStack } from '../deployed/ministack';
import { eventually } from '../eventually';
import { outputOf, run } from '../package/command';
import { CDK_CLI } from '../package/installation';

const PARTIALS = `${PREFIX}combined/partials/`;
const PLANS = `${PREFIX}combined/plans/`;

describe('a distributed combiner', { skip: whyNoMiniStack() }, () => {
  let folder: string;
  let aws: MiniStack;
  let bucket: string;
  let stateMachine: string;
  let auto: string;
  let s3: S3Client;
  let sfn: SFNClient;
  let store: S3Store;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'distributed-'));
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
    outputOf('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', `aws-cdk@${CDK_CLI}`], { cwd: folder });
    synthesizeFarm(path.join(folder, 'cdk.out'));
    aws = await MiniStack.start();
    Object.assign(process.env, aws.environment);
    const config = aws.clientConfig();
    s3 = new S3Client({ ...config, forcePathStyle: true });
    sfn = new SFNClient(config);
    const PATH = [path.join(folder, 'node_modules', '.bin'), process.env.PATH].join(path.delimiter);
    const cdk = (...args: string[]) => {
      const { status, stdout, stderr } = run('cdk', [...args, '--app', 'cdk.out'], { cwd: folder, env: { ...aws.commandEnvironment(), PATH } });
      assert.equal(status, 0, `${stdout}${stderr}\n${aws.log.slice(-5_000)}`);
    };
    cdk('bootstrap');
    cdk('deploy', '--require-approval', 'never');
    bucket = await resource('AWS::S3::Bucket');
    stateMachine = await resource('AWS::StepFunctions::StateMachine', 'CombinerDistributed');
    auto = await resource('AWS::StepFunctions::StateMachine', 'AutoDistributed');
    store = new S3Store(bucket, PREFIX, config);
  });

  after(async () => {
    await aws?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('reports what one process does, and leaves nothing behind', async () => {
    await put(50);
    const result = await succeeded(await execution());
    assert.deepEqual(result, { ...result, files_processed: 50, files_skipped: 0, complete: true, errors: [] });
    await assertCombined();
    assert.deepEqual(await keysBelow(PARTIALS), []);
    // what it came to, if Step Functions asks again; lifecycle rules end it
    assert.deepEqual((await keysBelow(PLANS)).map((key) => key.split('/').at(-1)), ['plan.json']);
  });

  test('reads what is new only', async () => {
    await put(12, 1);
    const result = await succeeded(await execution());
    assert.deepEqual([result.files_processed, result.complete], [62, true]);
    await assertCombined();
  });

  test('leaves it to one function where there is not much, if it may choose', async () => {
    await put(8, 10);
    const plans = await keysBelow(PLANS);
    const result = await succeeded(await execution({}, auto));
    assert.deepEqual([result.files_processed, result.complete], [70, true]);
    await assertCombined();
    // nothing was planned, which one that distributes does, and it has nothing left to do
    assert.deepEqual(await keysBelow(PLANS), plans);
    assert.deepEqual(await succeeded(await execution()).then(({ files_processed: processed }) => processed), 70);
  });

  test('tolerates a batch that fails at each try, names it, and reads it with the next run', async () => {
    await put(20, 2);
    // the plan is there at once, and the batches are started after it
    const denied = await denyWriting([`${PARTIALS}*`]);
    const started = await start();
    const [failing] = await manifestOf(started);
    await denyWriting([`${PARTIALS}${failing!.id}/*`], denied);
    const result = await succeeded(await ended(started));
    const keys = keysOf(failing!);
    assert.equal(result.complete, false);
    assert.equal(result.files_processed, 90 - keys.length);
    assert.deepEqual(result.errors, [`${keys.length} objects from ${keys[0]} to ${keys.at(-1)} could not be merged; the next run reads them again`]);
    await allowWriting(denied);
    assert.deepEqual(await succeeded(await execution()).then(({ files_processed: processed, complete }) => [processed, complete]), [90, true]);
    await assertCombined();
  });

  test('fails where too many batches fail, and the next run takes over what it has merged', async () => {
    await put(40, 3);
    const denied = await denyWriting([`${PARTIALS}*`]);
    const started = await start();
    const items = await manifestOf(started);
    const merged = items.slice(0, 2);
    await denyWriting(items.slice(2).map(({ id }) => `${PARTIALS}${id}/*`), denied);
    const { status, error } = await ended(started);
    assert.deepEqual([status, error], ['FAILED', 'States.ExceedToleratedFailureThreshold']);
    assert.deepEqual((await keysBelow(PARTIALS)).filter((key) => key.endsWith('/index.json')), merged.map(({ id }) => `${PARTIALS}${id}/index.json`).sort());
    await allowWriting(denied);
    // what is in a partial is not read again: it is not there any more
    const gone = keysOf(merged[0]!)[0]!;
    const expected = await combinedAtOnce(store);
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: gone }));
    const result = await succeeded(await execution());
    assert.deepEqual([result.complete, result.errors], [true, []]);
    assert.equal(await combined(), expected);
    assert.deepEqual(await keysBelow(PARTIALS), []);
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: gone, Body: farmObjects(40, 3).find(({ key }) => key === gone)!.body }));
  });

  test('goes on where functions are killed while they merge', async () => {
    await put(40, 4);
    const started = await start({ afresh: true });
    let killed = 0;
    for (let times = 0; times < 2; times++) {
      killed += await eventually(async () => killFunctions('CombinerDistributedMerger'), (count) => count > 0, 30);
    }
    const result = await succeeded(await ended(started));
    assert.ok(killed >= 2);
    assert.deepEqual([result.complete, result.errors], [true, []]);
    await assertCombined();
  });

  test('executions beside each other, each of which is delivered its batches, count nothing twice', async () => {
    await put(30, 5);
    const both = await Promise.all([execution({ afresh: true }), execution({ afresh: true })]);
    both.forEach(({ status, cause }) => assert.equal(status, 'SUCCEEDED', cause));
    await assertCombined();
    await put(10, 6);
    await Promise.all([execution(), execution()]);
    const result = await succeeded(await execution());
    assert.deepEqual([result.complete, result.errors], [true, []]);
    await assertCombined();
  });

  test('names objects that were deleted after they were planned, and reports the rest', async () => {
    await put(20, 7);
    const denied = await denyWriting([`${PARTIALS}*`]);
    const started = await start({ afresh: true });
    const gone = keysOf((await manifestOf(started))[0]!)[0]!;
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: gone }));
    await allowWriting(denied);
    const result = await succeeded(await ended(started));
    assert.deepEqual(result.errors.filter((line) => !line.startsWith(`${gone}: `)), []);
    await assertCombined();
  });

  test('gives to each role what it needs, and denies the rest', async () => {
    const [raw] = (await keysBelow(`${PREFIX}20`)) as [string];
    const report = `${PREFIX}reports/coverage-summary.json`;
    const checkpoint = `${PREFIX}combined/checkpoint/index.json`;
    const plan = `${PLANS}one/plan.json`;
    const partial = `${PARTIALS}${'0'.repeat(64)}/index.json`;
    for (const Key of [plan, partial]) {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: '{}' }));
    }
    const lambda = new LambdaClient(aws.clientConfig());
    const roleOf = async (name: string) => (await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: await resource('AWS::Lambda::Function', name) }))).Role!;
    const ofStateMachine = (await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: stateMachine }))).roleArn!;
    const may: Record<string, [role: string, may: string[]]> = {
      planner: [await roleOf('CombinerDistributedPlanner'), ['get checkpoint', 'get plan', 'get partial', 'put plan', 'list']],
      merger: [await roleOf('CombinerDistributedMerger'), ['get raw', 'get partial', 'put partial', 'list']],
      reporter: [await roleOf('Combiner'), [
        'get raw', 'get report', 'get checkpoint', 'get plan', 'get partial', 'put report', 'put checkpoint', 'put plan', 'put partial',
        'delete checkpoint', 'delete plan', 'delete partial', 'list',
      ]],
      stateMachine: [ofStateMachine, ['get plan']],
    };
    for (const [who, [role, expected]] of Object.entries(may)) {
      const own = new S3Client({ ...aws.clientConfig(), forcePathStyle: true, credentials: await aws.credentialsOf(role) });
      const allowed: string[] = [];
      const attempt = async (what: string, done: Promise<unknown>) => {
        await done.then(() => allowed.push(what), (error: Error) => assert.equal(error.name, 'AccessDenied', `${who}: ${what}`));
      };
      const objects = { raw, report, checkpoint, plan, partial };
      const contents = new Map<string, Buffer>();
      for (const [name, Key] of Object.entries(objects)) {
        contents.set(Key, await store.read(Key));
        await attempt(`get ${name}`, own.send(new GetObjectCommand({ Bucket: bucket, Key })));
      }
      for (const [name, Key] of Object.entries(objects)) {
        await attempt(`put ${name}`, own.send(new PutObjectCommand({ Bucket: bucket, Key, Body: contents.get(Key)! })));
      }
      for (const [name, Key] of Object.entries(objects)) {
        await attempt(`delete ${name}`, own.send(new DeleteObjectCommand({ Bucket: bucket, Key })));
        await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: contents.get(Key)! }));
      }
      await attempt('list', own.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: PREFIX })));
      await attempt('list all', own.send(new ListObjectsV2Command({ Bucket: bucket })));
      assert.deepEqual(allowed, expected, who);
    }
  });

  async function resource(type: string, name = ''): Promise<string> {
    const client = new CloudFormationClient(aws.clientConfig());
    const { StackResourceSummaries: all } = await client.send(new ListStackResourcesCommand({ StackName: STACK }));
    const isNamed = (id: string) => (name === 'Combiner' ? /^Combiner[0-9A-F]{8}$/.test(id) : id.includes(name));
    const found = all!.filter(({ ResourceType, LogicalResourceId: id }) => ResourceType === type && isNamed(id!));
    assert.equal(found.length, 1, `${type} ${name}: ${found.map(({ LogicalResourceId: id }) => id).join()}`);
    return found[0]!.PhysicalResourceId!;
  }

  async function put(count: number, day = 0): Promise<void> {
    for (const { key, body } of farmObjects(count, day)) {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    }
  }

  async function start(input: object = {}, stateMachineArn = stateMachine): Promise<string> {
    return (await sfn.send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }))).executionArn!;
  }

  async function ended(executionArn: string): Promise<DescribeExecutionOutput> {
    return eventually(async () => sfn.send(new DescribeExecutionCommand({ executionArn })), ({ status }) => status !== 'RUNNING', 120);
  }

  async function execution(input?: object, stateMachineArn?: string): Promise<DescribeExecutionOutput> {
    return ended(await start(input, stateMachineArn));
  }

  async function succeeded({ status, error, cause, output }: DescribeExecutionOutput): Promise<CombineResult> {
    assert.equal(status, 'SUCCEEDED', `${error}: ${cause}\n${aws.log.slice(-5_000)}`);
    return JSON.parse(output!) as CombineResult;
  }

  async function manifestOf(executionArn: string): Promise<MergeItem[]> {
    const key = `${PLANS}${executionArn.split(':').at(-1)}/manifest-1.json`;
    const content = await eventually(async () => store.find(key), (found) => found !== undefined, 60);
    return JSON.parse(content!.toString('utf8')) as MergeItem[];
  }

  async function keysBelow(Prefix: string): Promise<string[]> {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
    return Contents.map(({ Key }) => Key!);
  }

  async function combined(): Promise<string> {
    return canonical(JSON.parse((await store.read(`${PREFIX}combined/coverage-final.json`)).toString('utf8')));
  }

  async function assertCombined(): Promise<void> {
    assert.equal(await combined(), await combinedAtOnce(store));
  }

  /** Denies writing to all, by the bucket's policy; gives that back as it was before. */
  async function denyWriting(keys: readonly string[], policy?: string): Promise<string> {
    const original = policy ?? (await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }))).Policy!;
    const document = JSON.parse(original) as { Statement: object[] };
    const deny = { Effect: 'Deny', Principal: { AWS: '*' }, Action: 's3:PutObject', Resource: keys.map((key) => `arn:aws:s3:::${bucket}/${key}`) };
    await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify({ ...document, Statement: [...document.Statement, deny] }) }));
    return original;
  }

  async function allowWriting(policy: string): Promise<void> {
    await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: policy }));
  }
});

/** Kills the runtimes of a function, as if they had run out of memory. */
function killFunctions(name: string): number {
  const pids = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').some((line) => line.startsWith('AWS_LAMBDA_FUNCTION_NAME=') && line.includes(name));
    } catch {
      return false; // it has ended, or is another user's
    }
  });
  return pids.filter((pid) => spawnSync('kill', ['-9', pid]).status === 0).length;
}
