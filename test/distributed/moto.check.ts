/**
 * The state machine of a distributed combiner on moto's interpreter, which was written by others than MiniStack's, with moto's S3, and the
 * functions' bundles on AWS's runtime client. What fails is decided here, before and after a function runs.
 */
import * as assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { CreateBucketCommand, DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, DescribeExecutionCommand, SFNClient, StartExecutionCommand, type DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import { canonical, combinedAtOnce, farmObjects, PREFIX, synthesizeFarm } from './farm';
import { InvokeApi, type Answer } from './invoke-api';
import { Moto, OLDEST_PYTHON } from './moto';
import type { CombineResult } from '../../src/combiner/combine-result';
import { keysOf } from '../../src/combiner/distributed/batches';
import { S3Store } from '../../src/combiner/stores/s3-store';
import type { MergeItem } from '../../src/contract/distributed-run';
import { eventually } from '../eventually';
import { LocalLambda } from '../lambda/local-lambda';
import { ROOT } from '../package/installation';
import { whyNoPython } from '../package/python';

const BUCKET = 'farm';
const CREDENTIALS = { accessKeyId: 'ak', secretAccessKey: 'sk' };

interface Resource {
  readonly Type: string;
  readonly Properties: any;
}

describe('a distributed combiner, interpreted by moto', { skip: whyNoPython(OLDEST_PYTHON) }, () => {
  let folder: string;
  let moto: Moto;
  let api: InvokeApi;
  let s3: S3Client;
  let sfn: SFNClient;
  let store: S3Store;
  let stateMachineArn: string;
  const functions = new Map<string, LocalLambda>();
  /** What is done in the place of a function that merges; by default it merges. */
  let merging: (item: MergeItem, merge: () => Promise<Answer>) => Promise<Answer> = async (_, merge) => merge();

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'distributed-'));
    synthesizeFarm(folder);
    const template = JSON.parse(readFileSync(path.join(folder, readdirSync(folder).find((file) => file.endsWith('.template.json'))!), 'utf8')) as { Resources: Record<string, Resource> };
    api = await InvokeApi.start(async (arn, event) => {
      const name = arn.split(':').at(-1)!;
      const invoke = async (): Promise<Answer> => functions.get(name)!.invoke(event);
      return name.includes('Merger') ? merging(event as MergeItem, invoke) : invoke();
    });
    moto = await Moto.start(api.endpoint);
    const config = { region: 'us-east-1', credentials: CREDENTIALS, endpoint: moto.endpoint };
    s3 = new S3Client({ ...config, forcePathStyle: true });
    sfn = new SFNClient(config);
    store = new S3Store(BUCKET, PREFIX, config);
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    for (const [id, { Type, Properties: { Handler, Environment, Timeout, MemorySize } }] of Object.entries(template.Resources)) {
      if (Type === 'AWS::Lambda::Function' && id.startsWith('Combiner')) {
        functions.set(id, await LocalLambda.start({
          // that of the template has no runtime client here that differs
          runtime: 'nodejs24.x',
          taskRoot: path.join(ROOT, 'assets', 'combiner'),
          handler: Handler,
          functionName: id,
          memorySize: MemorySize,
          timeoutSeconds: Timeout,
          environment: {
            ...Environment.Variables,
            COVERAGE_S3_BUCKET: BUCKET,
            AWS_REGION: config.region,
            AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
            AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
            AWS_ENDPOINT_URL_S3: moto.endpoint,
          },
        }));
      }
    }
    const [, stateMachine] = Object.entries(template.Resources).find(([id, { Type }]) => Type === 'AWS::StepFunctions::StateMachine' && id.startsWith('Combiner'))!;
    const created = await sfn.send(new CreateStateMachineCommand({
      name: 'farm', definition: definitionOf(stateMachine), roleArn: 'arn:aws:iam::123456789012:role/farm',
    }));
    stateMachineArn = created.stateMachineArn!;
  });

  afterEach(() => {
    merging = async (_, merge) => merge();
  });

  after(async () => {
    await moto?.stop();
    await api?.stop();
    await Promise.all([...functions.values()].map(async (fn) => fn.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  test('reports what one process does, also where each batch is delivered twice', async () => {
    merging = async (_, merge) => {
      await merge();
      return merge();
    };
    await put(60);
    const result = await succeeded({});
    assert.deepEqual(result, { ...result, files_processed: 60, files_skipped: 0, complete: true, errors: [] });
    await assertCombined();
    assert.deepEqual(await keysBelow(`${PREFIX}combined/partials/`), []);
  });

  test('tries again what failed or was killed, once before it has merged and once after it', async () => {
    await put(10, 1);
    const tries = new Map<string, number>();
    merging = async ({ id }, merge) => {
      tries.set(id, (tries.get(id) ?? 0) + 1);
      if (tries.get(id) === 1) {
        const crash = { payload: { errorType: 'Runtime.ExitError', errorMessage: 'RequestId: … Error: Runtime exited with error: signal: killed' }, functionError: 'Unhandled' };
        await (tries.size % 2 === 0 ? merge() : undefined);
        return crash;
      }
      return merge();
    };
    const result = await succeeded({});
    assert.deepEqual([result.files_processed, result.complete, result.errors], [70, true, []]);
    assert.ok(tries.size > 1 && [...tries.values()].every((count) => count === 2), JSON.stringify([...tries.values()]));
    await assertCombined();
  });

  test('tolerates a batch that always fails, and names objects that are gone', async () => {
    await put(20, 2);
    let failing: MergeItem | undefined;
    let gone: string | undefined;
    merging = async (item, merge) => {
      failing ??= item;
      if (item.id === failing.id) {
        return { payload: { errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out after 900.00 seconds' }, functionError: 'Unhandled' };
      }
      if (gone === undefined) {
        gone = keysOf(item)[0]!;
        await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: gone }));
      }
      return merge();
    };
    const result = await succeeded({});
    const keys = keysOf(failing!);
    assert.deepEqual([result.complete, result.files_processed, result.files_skipped], [false, 90 - keys.length - 1, 1]);
    assert.ok(result.errors.includes(`${keys.length} objects from ${keys[0]} to ${keys.at(-1)} could not be merged; the next run reads them again`), result.errors.join('\n'));
    assert.ok(result.errors.some((line) => line.startsWith(`${gone}: `)), result.errors.join('\n'));
    merging = async (_, merge) => merge();
    assert.deepEqual(await succeeded({}).then(({ files_processed: processed, complete }) => [processed, complete]), [89, true]);
    await assertCombined();
  });

  async function put(count: number, day = 0): Promise<void> {
    for (const { key, body } of farmObjects(count, day)) {
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
    }
  }

  async function succeeded(input: object): Promise<CombineResult> {
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, name: randomUUID(), input: JSON.stringify(input) }));
    const asked = async (): Promise<DescribeExecutionOutput> => sfn.send(new DescribeExecutionCommand({ executionArn }));
    const { status, error, cause, output } = await eventually(asked, (one) => one.status !== 'RUNNING', 120);
    assert.equal(status, 'SUCCEEDED', `${error}: ${cause}\n${moto.log.slice(-5_000)}`);
    return JSON.parse(output!) as CombineResult;
  }

  async function keysBelow(Prefix: string): Promise<string[]> {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }));
    return Contents.map(({ Key }) => Key!);
  }

  async function assertCombined(): Promise<void> {
    assert.equal(canonical(JSON.parse((await store.read(`${PREFIX}combined/coverage-final.json`)).toString('utf8'))), await combinedAtOnce(store));
  }
});

/** With the names that CloudFormation would give to what it refers to; moto takes a percentage for one only where it has a point. */
function definitionOf({ Properties: { DefinitionString } }: Resource): string {
  const [, parts] = DefinitionString['Fn::Join'] as [string, Array<string | { 'Ref'?: string; 'Fn::GetAtt'?: readonly [string, 'Arn'] }>];
  const text = parts.map((part) => {
    if (typeof part === 'string') {
      return part;
    }
    return part['Fn::GetAtt'] ? `arn:aws:lambda:us-east-1:123456789012:function:${part['Fn::GetAtt'][0]}` : part.Ref === 'AWS::Partition' ? 'aws' : BUCKET;
  }).join('');
  return text.replace(/("ToleratedFailurePercentage":\d+)/, '$1.0');
}
