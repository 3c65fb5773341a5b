/** What goes wrong with coverage never changes the function; it is said once, as the wrapper of Node.js says it. */
import { type AttachedPython, BUCKET, called, describePythons, ENDS, startPython, startS3 } from './attached-function';
import type { PythonVersion } from '../../../projenrc/python-layer/interpreters';
import type { DenyRule } from '../../s3/access';
import { REFUSALS, TRANSIENT_FAULTS } from '../../s3/faults';
import { initError, uploadError } from '../log-lines';

const FILES = { 'app.py': 'def handler(event, context):\n    return "fine"\n' };

/** Invokes twice, which both work, and gives what was logged, and the requests for objects. */
async function runs(version: PythonVersion, options: Partial<AttachedPython>, deny?: DenyRule) {
  const s3 = await startS3({ deny });
  const lambda = await startPython(s3, version, { files: FILES, timeoutSeconds: 10, ...options });
  const requestIds: string[] = [];
  for (const _invocation of [1, 2]) {
    const { payload, requestId } = await lambda.invoke({});
    expect(payload).toBe('fine');
    requestIds.push(requestId);
  }
  await lambda.settled();
  const lines = lambda.logs.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { s3, requestIds, lines, puts: s3.requests.filter(({ key }) => key?.endsWith('.coverage')) };
}

describePythons('what goes wrong with functions in Python', ENDS, (version) => {
  test.each<[string, Partial<AttachedPython>, DenyRule | undefined, string, number]>([
    ['S3 denies', {}, () => true, 'AccessDenied', 0],
    ['the bucket does not exist', { settings: { bucket: 'no-such-bucket' } }, undefined, 'NoSuchBucket', 0],
    ['the key is wrong', { environment: { AWS_SECRET_ACCESS_KEY: 'other' } }, undefined, 'SignatureDoesNotMatch', 0],
    ['nobody listens at the endpoint', { environment: { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' } }, undefined, 'ECONNREFUSED', 3],
  ])('says once that %s', async (_, options, deny, code, retries) => {
    const { lines, requestIds } = await runs(version, options, deny);
    expect(lines).toEqual([uploadError(code, retries, requestIds[0])]);
  });

  test.each<[string, Partial<AttachedPython>, string]>([
    ['there is no bucket', { settings: { bucket: undefined } }, 'no coverage is collected: COVERAGE_S3_BUCKET is not set'],
    ['the endpoint is no URL', { environment: { AWS_ENDPOINT_URL_S3: 'localhost' } }, "no coverage is collected: endpoint 'localhost' is not an http or https URL"],
  ])('says that %s, and makes no request', async (_, options, message) => {
    const { lines, s3 } = await runs(version, options);
    expect(lines).toEqual([initError(message)]);
    expect(s3.requests).toEqual([]);
  });

  test('a setting that cannot be used is named with what is used instead', async () => {
    const { lines, s3 } = await runs(version, { environment: { COVERAGE_UPLOAD_TIMEOUT: 'soon', COVERAGE_SAMPLING: '7' } });
    expect(lines.map(({ message, details }) => [message, (details as { value: string }).value])).toEqual([
      ['COVERAGE_UPLOAD_TIMEOUT is not a whole number of seconds from 1 to 900; the default is used: 30', 'soon'],
      ['COVERAGE_SAMPLING is not a number from 0 to 1; the default is used: 1', '7'],
    ]);
    expect(await called(s3)).toEqual(['handler']);
  });

  test('each fault that passes is tried through, without a word', async () => {
    for (const fault of TRANSIENT_FAULTS) {
      const tried = new Set<string>();
      const s3 = await startS3({ faults: ({ method, key = '' }) => (method !== 'PUT' || tried.has(key) ? undefined : tried.add(key) && fault) });
      const lambda = await startPython(s3, version, { files: FILES, timeoutSeconds: 10 });
      expect((await lambda.invoke({})).payload).toBe('fine');
      await lambda.settled();
      expect([fault, await called(s3), lambda.logs]).toEqual([fault, ['handler'], []]);
    }
  });

  test('each refusal is said once, and what waited arrives when it is over', async () => {
    for (const fault of REFUSALS) {
      const s3 = await startS3({ faults: () => fault });
      const lambda = await startPython(s3, version, { files: FILES, timeoutSeconds: 10 });
      expect((await lambda.invoke({})).payload).toBe('fine');
      await lambda.settled();
      expect([fault, lambda.logs.length]).toEqual([fault, 1]);
      s3.faults = undefined;
      expect((await lambda.invoke({})).payload).toBe('fine');
      await lambda.settled();
      expect([fault, await called(s3), s3.keys(BUCKET).filter((key) => key.endsWith('.coverage')).length]).toEqual([fault, ['handler'], 2]);
    }
  }, 120_000);

  test('a bucket of another region is found, and a clock that is wrong is put right', async () => {
    const s3 = await startS3({ bucketRegions: { [BUCKET]: 'eu-west-1' }, clockOffsetMs: 3_600_000 });
    const lambda = await startPython(s3, version, { files: FILES });
    expect((await lambda.invoke({})).payload).toBe('fine');
    await lambda.settled();
    expect(s3.keys(BUCKET).filter((key) => key.endsWith('.coverage'))).toHaveLength(1);
    expect(lambda.logs).toEqual([]);
  });

  test('any prefix that CDK allows can be uploaded below', async () => {
    const prefix = "team's_(1)/a-b!/";
    const { s3, lines } = await runs(version, { settings: { prefix } });
    expect(lines).toEqual([]);
    expect(s3.keys(BUCKET).filter((key) => key.startsWith(prefix)).length).toBeGreaterThanOrEqual(3);
  });

  test('a handler that destroys its context is collected as any other', async () => {
    const app = 'def handler(event, context):\n    context.__dict__.clear()\n    return "fine"\n';
    const { lines, s3 } = await runs(version, { files: { 'app.py': app } });
    expect(lines).toEqual([]);
    expect(await called(s3)).toEqual(['handler']);
  });

  test('a handler that breaks the modules of Python is collected as any other', async () => {
    const app = `import http.client, os, socket, time


def broken(*_args, **_options):
    raise RuntimeError("broken on purpose")


def handler(event, context):
    time.time = time.monotonic = time.sleep = broken
    http.client.HTTPConnection.request = http.client.HTTPConnection.putrequest = broken
    socket.create_connection = os.rename = os.getpid = broken
    return "fine"
`;
    const { lines, s3 } = await runs(version, { files: { 'app.py': app } });
    expect(lines).toEqual([]);
    expect(await called(s3)).toEqual(['handler']);
  });
});
