/** What goes wrong with coverage never changes the function; it is said once, in the form of the reference ("Error Logging"). */
import { BUCKET, rawObjects, startAttached, startS3, type AttachOptions } from './attached-function';
import { index, RUNTIMES } from './comparison';
import type { Settings } from '../../../src/contract/environment';
import type { DenyRule } from '../../s3/access';
import { taskFolder } from '../../task-folder';
import { initError, uploadError } from '../log-lines';

const FUNCTION: AttachOptions = { runtime: 'nodejs22.x', taskRoot: '', handler: 'index.handler', timeoutSeconds: 10 };

/** Invokes twice, which both work, and gives what was logged, and the requests for objects. */
async function runs(options: Partial<AttachOptions>, deny?: DenyRule, source = "exports.handler = async () => 'fine';") {
  const s3 = await startS3({ deny });
  const lambda = await startAttached(s3, { ...FUNCTION, taskRoot: taskFolder(index(source)), ...options });
  const requestIds: string[] = [];
  for (const _invocation of [1, 2]) {
    const { payload, requestId } = await lambda.invoke({});
    expect(payload).toBe('fine');
    requestIds.push(requestId);
  }
  await lambda.settled();
  expect(lambda.pid).toBeDefined();
  return { s3, requestIds, lines: lambda.logs.map((line) => JSON.parse(line) as Record<string, unknown>), puts: s3.requests.filter(({ key }) => key?.endsWith('.coverage')) };
}

describe.each(RUNTIMES)('%s', (runtime) => {
  test('says once that S3 denies, and does not try again', async () => {
    const { lines, puts, requestIds } = await runs({ runtime }, () => true);
    expect(lines).toEqual([uploadError('AccessDenied', 0, requestIds[0]!)]);
    expect(puts).toHaveLength(3); // with the second invocation, the first object is tried again
  });

  test('says once that the bucket does not exist', async () => {
    const { lines, puts, requestIds } = await runs({ runtime, settings: { bucket: 'no-such-bucket' } });
    expect(lines).toEqual([uploadError('NoSuchBucket', 0, requestIds[0]!)]);
    expect(puts).toHaveLength(3); // with the second invocation, the first object is tried again
  });

  test('says once that nobody listens at the endpoint, after 3 retries', async () => {
    const { lines, requestIds } = await runs({ runtime, environment: { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' } });
    expect(lines).toEqual([uploadError('ECONNREFUSED', 3, requestIds[0]!)]);
  });

  test('says once that the key is wrong', async () => {
    const { lines, requestIds } = await runs({ runtime, environment: { AWS_SECRET_ACCESS_KEY: 'other' } });
    expect(lines).toEqual([uploadError('SignatureDoesNotMatch', 0, requestIds[0]!)]);
  });

  test('says that there is no bucket, and makes no request', async () => {
    const { lines, s3 } = await runs({ runtime, settings: { bucket: undefined } });
    expect(lines).toEqual([initError('no coverage is collected: COVERAGE_S3_BUCKET is not set')]);
    expect(s3.requests).toEqual([]);
  });

  test('says that the endpoint is no URL, and makes no request', async () => {
    const { lines, s3 } = await runs({ runtime, environment: { AWS_ENDPOINT_URL_S3: 'localhost' } });
    expect(lines).toEqual([initError("no coverage is collected: endpoint 'localhost' is not an http or https URL")]);
    expect(s3.requests).toEqual([]);
  });
});

test('a source that S3 denies is said, while the objects arrive', async () => {
  const { lines, s3 } = await runs({}, ({ key }) => key!.includes('sources/'));
  expect(lines).toEqual([{ ...uploadError('AccessDenied', 0, expect.any(String) as unknown as string), details: expect.objectContaining({ s3_key: expect.stringMatching(/^coverage\/sources\//) }) }]);
  expect(rawObjects(s3)).toHaveLength(2);
});

test('a handler that destroys its context is collected as any other', async () => {
  const { lines, s3 } = await runs({}, undefined, `exports.handler = async (event, context) => {
  context.getRemainingTimeInMillis = () => { throw new Error('destroyed'); };
  delete context.awsRequestId;
  Object.freeze(context);
  return 'fine';
};`);
  expect(lines).toEqual([]);
  expect(rawObjects(s3)).toHaveLength(2);
});

/** Values by the names in the reference; what is wrong with each comes from what the reference allows. */
const BAD_VALUES: ReadonlyArray<readonly [string, string, RegExp, keyof Settings]> = [
  ['COVERAGE_UPLOAD_TIMEOUT', 'abc', /whole number of seconds.*default.*30/, 'uploadTimeout'],
  ['COVERAGE_UPLOAD_TIMEOUT', '-5', /whole number of seconds.*default.*30/, 'uploadTimeout'],
  ['COVERAGE_S3_PREFIX', '../up/', /default.*coverage\//, 'prefix'],
  ['COVERAGE_S3_PREFIX', 'no-slash', /default.*coverage\//, 'prefix'],
  ['COVERAGE_INCLUDE_PATTERNS', 'x'.repeat(2_000), /characters.*default.*\[\]/, 'include'],
  ['COVERAGE_BRANCH_COVERAGE', 'maybe', /'true', 'false'.*default.*true/, 'branchCoverage'],
  ['COVERAGE_DEBUG', 'loud', /'true', 'false'.*default.*false/, 'debug'],
];

test.each(BAD_VALUES)('%s=%.10s is named with its default, which is used', async (variable, value, message) => {
  const { lines, s3 } = await runs({ environment: { [variable]: value } });
  const shown = value.length > 100 ? `${value.slice(0, 100)}…` : value;
  expect(lines).toEqual([initError(expect.stringMatching(message), { variable, value: shown })]);
  expect((lines[0]!.message as string).startsWith(variable)).toBe(true);
  expect(rawObjects(s3)).toHaveLength(2);
});

test('with debug, an upload is a line', async () => {
  const { lines, requestIds } = await runs({ settings: { debug: true } });
  expect(lines.filter(({ message }) => message === 'coverage uploaded')).toEqual(requestIds.map((request_id) => expect.objectContaining({
    level: 'DEBUG', details: { s3_key: expect.any(String), file_size: expect.any(Number) }, request_id,
  })));
});

test('a function that is attached without its handler fails, and says how to attach it', async () => {
  const s3 = await startS3();
  const lambda = await startAttached(s3, { ...FUNCTION, taskRoot: taskFolder(index('')), environment: { COVERAGE_HANDLER: '' } });
  expect((await lambda.invoke({})).payload.errorMessage).toMatch(/COVERAGE_HANDLER is not set.*CoverageLayer\.attachTo/);
  expect(s3.keys(BUCKET)).toEqual([]);
});
