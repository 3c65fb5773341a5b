import * as path from 'node:path';
import { TINY_TOTALS, tinyObject, tinySource } from './tiny-function';
import { LocalLambda } from '../lambda/local-lambda';
import { LocalS3 } from '../s3/local-s3';

const BUCKET = 'tiny-coverage';
let s3: LocalS3;
let lambda: LocalLambda;

/** The combiner as `CoverageCombiner` deploys it, on the Node.js of its runtime. */
async function start(environment: Record<string, string>): Promise<void> {
  s3 = await LocalS3.start({ buckets: [BUCKET] });
  lambda = await LocalLambda.start({
    runtime: 'nodejs22.x',
    taskRoot: path.join(__dirname, '..', '..', 'assets', 'combiner'),
    handler: 'index.handler',
    functionName: 'combiner',
    memorySize: 2048,
    timeoutSeconds: 60,
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
