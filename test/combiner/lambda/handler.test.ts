import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { CombineResult } from '../../../src/combiner/combine-result';
import type { FunctionCoverage } from '../../../src/contract/raw-coverage';
import { LocalLambda } from '../../lambda/local-lambda';
import { LocalS3 } from '../../s3/local-s3';
import { TINY_TOTALS, tinyObject, tinySource } from '../tiny-function';

const BUCKET = 'tiny-coverage';
const ASSETS = path.join(__dirname, '..', '..', '..', 'assets', 'combiner');
let s3: LocalS3;
let lambda: LocalLambda;

/** The combiner as `CoverageCombiner` deploys it, on the Node.js of its runtime. */
async function start(environment: Record<string, string>, timeoutSeconds = 60): Promise<void> {
  s3 = await LocalS3.start({ buckets: [BUCKET] });
  lambda = await LocalLambda.start({
    runtime: 'nodejs22.x',
    taskRoot: ASSETS,
    handler: 'index.handler',
    functionName: 'combiner',
    memorySize: 2048,
    timeoutSeconds,
    environment: { ...s3.environment(), ...environment },
  });
}

afterEach(async () => {
  await lambda.stop();
  await s3.stop();
});

test('combines the bucket, writes the reports beside it and answers with the fields of the reference', async () => {
  await start({ COVERAGE_S3_BUCKET: BUCKET });
  [tinySource(), tinyObject(0), tinyObject(1)].forEach(({ key, body }) => s3.put(BUCKET, key, body));
  s3.put(BUCKET, tinyObject(2).key, 'damaged');
  const { payload, functionError } = await lambda.invoke({});
  expect(functionError).toBeUndefined();
  expect(payload).toEqual({
    files_processed: 2,
    files_skipped: 1,
    // 3 of 4 statements and 1 of 2 branches
    combined_coverage: 66.67,
    output_location: `s3://${BUCKET}/coverage/combined/coverage-final.json`,
    processing_time_ms: expect.any(Number),
    errors: [expect.stringContaining(tinyObject(2).key)],
    complete: true,
  });
  expect(lambda.logs.filter((line) => line.includes('CoverageCombineError') && line.includes(tinyObject(2).key))).toHaveLength(1);
  expect(s3.keys(BUCKET, 'coverage/reports/')).toEqual(expect.arrayContaining([
    'coverage/reports/index.html', 'coverage/reports/index.js.html', 'coverage/reports/lcov.info', 'coverage/reports/coverage.txt',
    'coverage/reports/cobertura-coverage.xml', 'coverage/reports/coverage-final.json', 'coverage/reports/coverage-summary.json',
  ]));
  expect(s3.object(BUCKET, 'coverage/reports/index.html').contentType).toBe('text/html; charset=utf-8');
  const summary = JSON.parse(s3.object(BUCKET, 'coverage/reports/coverage-summary.json').body.toString('utf8')) as { total: Record<string, { covered: number; total: number }> };
  expect(Object.fromEntries(Object.keys(TINY_TOTALS).map((name) => [name, `${summary.total[name]!.covered}/${summary.total[name]!.total}`]))).toEqual(TINY_TOTALS);
  expect(s3.object(BUCKET, 'coverage/combined/coverage-final.json').metadata).toEqual({
    'coverage-percentage': '66.67', 'lines-covered': '3', 'lines-total': '4', 'branches-covered': '1', 'branches-total': '2',
  });
  expect(Object.keys(JSON.parse(s3.object(BUCKET, 'coverage/combined/coverage-final.json').body.toString('utf8')) as object)).toEqual(['index.js']);
});

test('reads what is new, and everything when it is told to', async () => {
  await start({ COVERAGE_S3_BUCKET: BUCKET });
  const read = async (event: object) => {
    const before = s3.requests.length;
    const { payload } = await lambda.invoke(event);
    expect(payload).toMatchObject({ complete: true, errors: [] });
    const objects = s3.requests.slice(before).filter(({ method, key }) => method === 'GET' && key?.endsWith('.coverage'));
    return [objects.length, (payload as { files_processed: number }).files_processed];
  };
  [tinySource(), tinyObject(0), tinyObject(1)].forEach(({ key, body }) => s3.put(BUCKET, key, body));
  expect(await read({})).toEqual([2, 2]);
  s3.put(BUCKET, tinyObject(2).key, tinyObject(2).body);
  expect(await read({ 'detail-type': 'Scheduled Event', 'source': 'aws.events' })).toEqual([1, 3]);
  expect(await read({ afresh: true })).toEqual([3, 3]);
});

test('has all the time there is where nobody says how much', async () => {
  await start({ COVERAGE_S3_BUCKET: BUCKET });
  [tinySource(), tinyObject(0)].forEach(({ key, body }) => s3.put(BUCKET, key, body));
  const index = path.join(ASSETS, 'index.js');
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', `require(${JSON.stringify(index)}).handler().then(({ complete }) => console.log('complete', complete))`], {
    env: { PATH: process.env.PATH, ...s3.environment(), COVERAGE_S3_BUCKET: BUCKET },
  });
  expect(stdout).toContain('complete true');
  expect(stdout).toContain('"FunctionName":"tiny"');
});

describe('metrics', () => {
  const metrics = () => lambda.logs.filter((line) => line.startsWith('{"_aws"')).map((line) => JSON.parse(line) as Record<string, unknown>);
  const COVERED = { StatementCoverage: 75, BranchCoverage: 50, FunctionCoverage: 100, LineCoverage: 75 };

  test('in the form that CloudWatch reads: of all functions, and of each', async () => {
    await start({ COVERAGE_S3_BUCKET: BUCKET });
    const other = tinyObject(1, (raw) => ({ ...raw, metadata: { ...raw.metadata, functionName: 'other' } }));
    // "idle" has not been called: its module ran, its handler did not
    const uncalled = ({ ranges: [whole], ...one }: FunctionCoverage) => ({ ...one, isBlockCoverage: false, ranges: [{ ...whole!, count: 0 }] });
    const idle = tinyObject(2, (raw) => ({
      ...raw,
      metadata: { ...raw.metadata, functionName: 'idle' },
      result: raw.result.map((script) => ({ ...script, functions: script.functions.map((one, index) => (index === 0 ? one : uncalled(one))) })),
    }));
    [tinySource(), tinyObject(0), other, idle].forEach(({ key, body }) => s3.put(BUCKET, key, body));
    await lambda.invoke({});
    const named = Object.fromEntries(metrics().map(({ _aws, ...rest }) => [String(rest.FunctionName), rest]));
    expect(named).toEqual({
      undefined: { BucketName: BUCKET, ...COVERED },
      tiny: { BucketName: BUCKET, FunctionName: 'tiny', ...COVERED },
      other: { BucketName: BUCKET, FunctionName: 'other', ...COVERED },
      idle: { BucketName: BUCKET, FunctionName: 'idle', StatementCoverage: 25, BranchCoverage: 0, FunctionCoverage: 0, LineCoverage: 25 },
    });
    const directives = metrics().map(({ _aws }) => _aws as { Timestamp: number; CloudWatchMetrics: unknown[] });
    expect(directives.map(({ CloudWatchMetrics }) => CloudWatchMetrics)).toEqual([['BucketName'], ...Array.from({ length: 3 }, () => ['BucketName', 'FunctionName'])].map((dimensions) => [{
      Namespace: 'LambdaCoverage', Dimensions: [dimensions], Metrics: Object.keys(COVERED).map((Name) => ({ Name, Unit: 'Percent' })),
    }]));
    expect(Math.abs(directives[0]!.Timestamp - Date.now())).toBeLessThan(60_000);
  });

  test('are left out where they are not wanted', async () => {
    await start({ COVERAGE_S3_BUCKET: BUCKET, COVERAGE_METRICS: 'false' });
    [tinySource(), tinyObject(0)].forEach(({ key, body }) => s3.put(BUCKET, key, body));
    await lambda.invoke({});
    expect(metrics()).toEqual([]);
  });
});

describe('with more than fits into its time', () => {
  const OBJECTS = 900;
  let invocations: Array<{ path: string; type: string; payload: unknown }>;
  let lambdaApi: Server;

  /** Lambda's Invoke, as far as the combiner uses it. */
  beforeEach(async () => {
    invocations = [];
    lambdaApi = createServer((request, response) => void (async () => {
      const body = await text(request);
      invocations.push({ path: request.url!, type: String(request.headers['x-amz-invocation-type']), payload: JSON.parse(body) });
      response.writeHead(202).end();
    })()).listen(0, '127.0.0.1');
    await once(lambdaApi, 'listening');
  });

  afterEach(() => lambdaApi.close());

  test('it keeps what it has read, and goes on with another invocation until all is read', async () => {
    await start({ COVERAGE_S3_BUCKET: BUCKET, AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${(lambdaApi.address() as AddressInfo).port}` }, 8);
    [tinySource(), ...Array.from({ length: OBJECTS }, (_, sequence) => tinyObject(sequence))].forEach(({ key, body }) => s3.put(BUCKET, key, body));
    s3.delayMs = 300; // 32 requests at a time
    const first = (await lambda.invoke({})).payload as CombineResult;
    expect(first).toMatchObject({ complete: false, errors: [], combined_coverage: 0 });
    expect(invocations).toEqual([{ path: '/2015-03-31/functions/combiner/invocations', type: 'Event', payload: {} }]);
    expect(first.files_processed).toBeGreaterThan(0);
    expect(first.files_processed).toBeLessThan(OBJECTS);
    s3.delayMs = 0;
    const last = (await lambda.invoke(invocations[0]!.payload)).payload as CombineResult;
    expect(last).toMatchObject({ complete: true, files_processed: OBJECTS, combined_coverage: 66.67 });
    expect(invocations).toHaveLength(1);
    const map = JSON.parse(s3.object(BUCKET, 'coverage/combined/coverage-final.json').body.toString('utf8')) as { 'index.js': { f: object } };
    expect(Object.values(map['index.js'].f)).toEqual([OBJECTS]);
  });
});

test('writes the formats that it is told to', async () => {
  await start({ COVERAGE_S3_BUCKET: BUCKET, COVERAGE_REPORT_FORMATS: 'lcov' });
  [tinySource(), tinyObject(0)].forEach(({ key, body }) => s3.put(BUCKET, key, body));
  await lambda.invoke({});
  expect(s3.keys(BUCKET, 'coverage/reports/')).toEqual(['coverage/reports/lcov.info']);
});

test.each([
  ['no bucket is named', {}, /COVERAGE_S3_BUCKET is not set; CoverageCombiner sets it/],
  ['the bucket does not exist', { COVERAGE_S3_BUCKET: 'no-such-coverage' }, /bucket 'no-such-coverage' does not exist/],
  ['there is no coverage', { COVERAGE_S3_BUCKET: BUCKET }, /no coverage in s3:\/\/tiny-coverage\/coverage\//],
])('fails with the reason where %s', async (_, environment, message) => {
  await start(environment);
  const { payload, functionError } = await lambda.invoke({});
  expect(functionError).toBe('Unhandled');
  expect((payload as { errorMessage: string }).errorMessage).toMatch(message);
});

test('names the right that it lacks', async () => {
  await start({ COVERAGE_S3_BUCKET: BUCKET });
  [tinySource(), tinyObject(0)].forEach(({ key, body }) => s3.put(BUCKET, key, body));
  s3.deny(({ operation }) => operation === 'PutObject');
  const { payload } = await lambda.invoke({});
  expect((payload as { errorMessage: string }).errorMessage).toContain('the credentials need s3:PutObject');
});
