/** The further functions of a distributed combiner, as `CoverageCombiner` deploys them. The state machine around them is in `test/distributed`. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { text } from 'node:stream/consumers';
import { LocalLambda, type InvocationResult } from '../../lambda/local-lambda';
import { LocalS3 } from '../../s3/local-s3';
import { tinyObject, tinySource } from '../tiny-function';

const ASSETS = path.join(__dirname, '..', '..', '..', 'assets', 'combiner');
const BUCKET = 'tiny-coverage';

async function invoke(handler: string, event: unknown, environment: Record<string, string>): Promise<InvocationResult> {
  const lambda = await LocalLambda.start({ runtime: 'nodejs24.x', taskRoot: ASSETS, handler, memorySize: 512, timeoutSeconds: 30, environment });
  try {
    return await lambda.invoke(event);
  } finally {
    await lambda.stop();
  }
}

describe('with a bucket', () => {
  let s3: LocalS3;

  beforeEach(async () => {
    s3 = await LocalS3.start({ buckets: [BUCKET] });
    [tinySource(), tinyObject(0), tinyObject(1)].forEach(({ key, body }) => s3.put(BUCKET, key, body));
  });

  afterEach(() => s3.stop());

  test('the planner answers by the name of the execution, whatever it was started with', async () => {
    const environment = { ...s3.environment(), COVERAGE_S3_BUCKET: BUCKET };
    for (const input of [{}, null, { plan: 'of-another', round: 7, step: 'report' }, { 'detail-type': 'Scheduled Event' }]) {
      const execution = `run-${JSON.stringify(input).length}`;
      const { payload } = await invoke('plan.handler', { execution, input }, environment);
      const manifest = `coverage/combined/plans/${execution}/manifest-1.json`;
      expect(payload).toEqual({ step: 'merge', plan: execution, round: 1, manifest });
      const [item, ...others] = JSON.parse(s3.object(BUCKET, manifest).body.toString('utf8')) as object[];
      expect(others).toEqual([]);
      expect((await invoke('merge.handler', item, environment)).payload).toBeNull();
      expect(await invoke('plan.handler', { execution, input: payload }, environment)).toMatchObject({ payload: { step: 'report', round: 2, input: { plan: execution } } });
      s3.keys(BUCKET, 'coverage/combined/').forEach((key) => s3.remove(BUCKET, key));
    }
  });

  test.each([
    ['COVERAGE_BATCH_SIZE', '0', 'give a whole number from 1 to 3000'],
    ['COVERAGE_BATCH_SIZE', 'many', 'give a whole number from 1 to 3000'],
    ['COVERAGE_DISTRIBUTED_ABOVE', '-1', 'give a whole number from 0'],
  ])('the planner refuses %s of %s', async (name, value, message) => {
    const { payload } = await invoke('plan.handler', { execution: 'one', input: {} }, { ...s3.environment(), COVERAGE_S3_BUCKET: BUCKET, [name]: value });
    expect(payload).toMatchObject({ errorMessage: expect.stringContaining(`${name} is '${value}'; ${message}`) });
  });

  test('an execution of any name has a folder of its own', async () => {
    const { payload } = await invoke('plan.handler', { execution: '../ä/..', input: {} }, { ...s3.environment(), COVERAGE_S3_BUCKET: BUCKET });
    expect(payload).toMatchObject({ manifest: 'coverage/combined/plans/..%2F%C3%A4%2F../manifest-1.json' });
  });
});

test.each(['plan.handler', 'merge.handler'])('%s says that no bucket is named', async (handler) => {
  const { payload } = await invoke(handler, { execution: 'one', input: {} }, {});
  expect(payload).toMatchObject({ errorMessage: 'COVERAGE_S3_BUCKET is not set; CoverageCombiner sets it to the name of its bucket' });
});

describe('the function that uploads start', () => {
  const stateMachineArn = 'arn:aws:states:us-east-1:111111111111:stateMachine:combiner';
  const environment = (port: number) => ({
    AWS_ENDPOINT_URL_SFN: `http://127.0.0.1:${port}`, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's', COVERAGE_STATE_MACHINE: stateMachineArn,
  });

  /** Step Functions' StartExecution, as its API reference has it. */
  async function started(status: number, answer: object): Promise<{ requests: unknown[]; result: InvocationResult }> {
    const requests: unknown[] = [];
    const api = createServer((request, response) => void (async () => {
      requests.push([request.headers['x-amz-target'], JSON.parse(await text(request))]);
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer));
    })()).listen(0, '127.0.0.1');
    await once(api, 'listening');
    try {
      const event = { Records: Array.from({ length: 3 }, () => ({ body: '{}' })) };
      return { requests, result: await invoke('start.handler', event, environment((api.address() as AddressInfo).port)) };
    } finally {
      api.close();
    }
  }

  test('starts the state machine once, whatever number of uploads there are', async () => {
    const { requests, result } = await started(200, { executionArn: `${stateMachineArn}:one`, startDate: 1 });
    expect(requests).toEqual([['AWSStepFunctions.StartExecution', { stateMachineArn }]]);
    expect(result.functionError).toBeUndefined();
  });

  test('fails where it cannot, so that the messages come again', async () => {
    const { result } = await started(400, { __type: 'AccessDeniedException', message: 'not authorized to perform: states:StartExecution' });
    expect(result).toMatchObject({ functionError: 'Unhandled', payload: { errorMessage: expect.stringContaining('states:StartExecution') } });
  });
});
