/** `healthCheckHandler` in functions, against an S3 that works and that does not. */
import { startOwn } from './own-handler';
import type { LocalS3Options } from '../../../s3/local-s3';
import { taskFolder } from '../../../task-folder';
import { rawObjects, startAttached, startS3, type AttachOptions } from '../attached-function';
import { index, RUNTIMES } from '../comparison';

const SOURCE = "const { healthCheckHandler } = require('coverage-wrapper');\nexports.handler = async () => healthCheckHandler();";
const OPTIONS = { handler: 'index.handler', timeoutSeconds: 10 };

const response = (fields: object) => ({
  coverageEnabled: true,
  layerVersion: '0.0.0',
  s3Config: { bucket: 'coverage-bucket', prefix: 'coverage/' },
  timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  ...fields,
});
const NO_BUCKET = 'COVERAGE_S3_BUCKET is not set; set it to the name of the bucket that coverage goes to, or attach the function with CoverageLayer.attachTo';
const CANNOT = 'objects cannot be added to s3://coverage-bucket/coverage/: ';

describe.each(RUNTIMES)('%s', (runtime) => {
  const taskRoot = () => taskFolder(index(SOURCE));

  async function check(s3Options: LocalS3Options = {}, options: Partial<AttachOptions> = {}) {
    const s3 = await startS3(s3Options);
    const lambda = await startAttached(s3, { ...OPTIONS, runtime, taskRoot: taskRoot(), ...options });
    const { payload } = await lambda.invoke({});
    await lambda.settled();
    return { payload, s3, probes: s3.requests.filter(({ key }) => key?.includes('health-check')) };
  }

  test('is healthy, and adds nothing', async () => {
    const { payload, s3, probes } = await check();
    expect(payload).toEqual(response({ status: 'healthy' }));
    expect(probes).toHaveLength(1);
    expect(s3.keys('coverage-bucket').filter((key) => key.includes('health-check'))).toEqual([]);
    expect(rawObjects(s3)).toHaveLength(1);
  });

  test.each([
    ['denies', { deny: () => true }, `${CANNOT}S3 answered 403; allow s3:PutObject on them to the role of the function, as CoverageBucket.grantWrite does`],
    ['does not know the bucket', { buckets: ['other'] }, `${CANNOT}S3 answered 404; there is no such bucket`],
  ])('is degraded where S3 %s, and asks once', async (_name, s3Options, warning) => {
    const { payload, probes } = await check(s3Options);
    expect(payload).toEqual(response({ status: 'degraded', warnings: [warning] }));
    expect(probes).toHaveLength(1);
  });

  test('is degraded where S3 fails, after 2 retries', async () => {
    const { payload, probes } = await check({ faults: ({ key }) => (key?.includes('health-check') ? { kind: 'error', code: 'InternalError' } : undefined) });
    expect(payload).toEqual(response({ status: 'degraded', warnings: [`${CANNOT}S3 answered 500`] }));
    expect(probes).toHaveLength(3);
  });

  test('is degraded where nobody answers, within the time of a function', async () => {
    const { payload } = await check({ faults: ({ key }) => (key?.includes('health-check') ? { kind: 'hang' } : undefined) }, { timeoutSeconds: 3 });
    expect(payload).toEqual(response({ status: 'degraded', warnings: [`${CANNOT}no answer in time`] }));
  });

  test('is unhealthy without a bucket', async () => {
    const { payload, s3 } = await check({}, { settings: { bucket: undefined } });
    expect(payload).toEqual(response({ status: 'unhealthy', coverageEnabled: false, s3Config: { bucket: '', prefix: 'coverage/' }, errors: [NO_BUCKET] }));
    expect(s3.requests).toEqual([]);
  });

  test('is unhealthy where the endpoint is none', async () => {
    const { payload } = await check({}, { environment: { AWS_ENDPOINT_URL_S3: 'localhost' } });
    expect(payload).toEqual(response({
      status: 'unhealthy', coverageEnabled: false, errors: [expect.stringContaining("endpoint 'localhost' is not an http or https URL")], warnings: [expect.any(String)],
    }));
  });

  test('is degraded where a value of the configuration is not used', async () => {
    const { payload } = await check({}, { environment: { COVERAGE_UPLOAD_TIMEOUT: '1h' } });
    expect(payload).toEqual(response({
      status: 'degraded', warnings: ['COVERAGE_UPLOAD_TIMEOUT is not a whole number of seconds from 1 to 900; the default is used: 30'],
    }));
  });

  test('is healthy with the names of release 0.x, which it says', async () => {
    const environment = { COVERAGE_BUCKET: 'coverage-bucket' };
    const { payload } = await check({}, { settings: { bucket: undefined }, environment });
    expect(payload).toEqual(response({ status: 'healthy', warnings: ['COVERAGE_BUCKET is the name of release 0.x; use COVERAGE_S3_BUCKET'] }));
  });

  test('is healthy in an execution environment that is not sampled', async () => {
    const { payload } = await check({}, { settings: { sampling: 0 } });
    expect(payload).toEqual(response({ status: 'healthy', coverageEnabled: false, warnings: [expect.stringContaining('COVERAGE_SAMPLING is 0')] }));
  });

  test('is degraded where nothing collects', async () => {
    const lambda = await startOwn(await startS3(), { ...OPTIONS, runtime, taskRoot: taskRoot() });
    const { payload } = await lambda.invoke({});
    expect(payload).toEqual(response({ status: 'degraded', coverageEnabled: false, warnings: [expect.stringContaining('coverage has not been started')] }));
  });

  test('is healthy with a folder in the place of a bucket', async () => {
    const directory = taskFolder({});
    const { payload, s3 } = await check({}, { settings: { bucket: undefined, directory } });
    expect(payload).toEqual(response({ status: 'healthy', s3Config: { bucket: '', prefix: 'coverage/' } }));
    expect(s3.requests).toEqual([]);
  });
});
