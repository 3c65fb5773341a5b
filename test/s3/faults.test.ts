import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { refusalOf } from './conformance/session';
import type { SignedHttp, SignedRequest } from './conformance/signed-http';
import type { Fault, FaultRequest } from './faults';
import { BUCKET, serve } from './served-bucket';

const PUT: SignedRequest = { method: 'PUT', key: 'key', body: 'content', headers: { 'If-None-Match': '*' } };
const ADDITION = new PutObjectCommand({ Bucket: BUCKET, Key: 'key', Body: 'content', IfNoneMatch: '*' });
const RESET = { error: 'ECONNRESET' };

/** An answer, the code of an error of the network, or the silence of a server that has been waited for. */
async function met(http: SignedHttp, request: SignedRequest): Promise<unknown> {
  const outcome = http.outcome(request).catch(({ code }: NodeJS.ErrnoException) => ({ error: code }));
  const waited = new AbortController();
  const answer = await Promise.race([outcome, sleep(300, 'silence', { signal: waited.signal, ref: false })]);
  waited.abort();
  return answer;
}

// the codes with their status by https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
const ERRORS: ReadonlyArray<readonly [Extract<Fault, { kind: 'error' }>['code'], number]> = [
  ['AccessDenied', 403],
  ['ConditionalRequestConflict', 409],
  ['ExpiredToken', 400],
  ['InternalError', 500],
  ['NoSuchBucket', 404],
  ['OperationAborted', 409],
  ['RequestTimeout', 400],
  ['ServiceUnavailable', 503],
  ['SlowDown', 503],
];

describe.each<{ fault: Fault; answer: unknown; done: boolean }>([
  ...ERRORS.map(([code, status]) => ({ fault: { kind: 'error' as const, code }, answer: { status, code }, done: false })),
  { fault: { kind: 'error after', code: 'InternalError' }, answer: { status: 500, code: 'InternalError' }, done: true },
  { fault: { kind: 'refuse' }, answer: RESET, done: false },
  { fault: { kind: 'reset after' }, answer: RESET, done: true },
  { fault: { kind: 'cut' }, answer: RESET, done: true },
  { fault: { kind: 'hang' }, answer: 'silence', done: false },
  { fault: { kind: 'hang after' }, answer: 'silence', done: true },
  { fault: { kind: 'slow', ms: 5 }, answer: { status: 200 }, done: true },
  { fault: { kind: 'redirect', status: 301, region: 'eu-west-1' }, answer: { status: 301, code: 'PermanentRedirect' }, done: false },
  { fault: { kind: 'redirect', status: 307, host: 's3.invalid' }, answer: { status: 307, code: 'TemporaryRedirect' }, done: false },
])('the fault $fault', ({ fault, answer, done }) => {
  test(`answers a client of node:http so, the work ${done ? '' : 'not '}done`, async () => {
    const { s3, http } = await serve({ faults: () => fault });
    expect(await met(http, PUT)).toEqual(answer);
    expect(s3.keys(BUCKET)).toEqual(done ? ['key'] : []);
    expect(s3.requests).toMatchObject([{ fault, operation: 'PutObject', bucket: BUCKET, key: 'key' }]);
    s3.faults = undefined;
    expect(await met(http, PUT)).toEqual(done ? { status: 412, code: 'PreconditionFailed' } : { status: 200 });
    expect(s3.object(BUCKET, 'key').body.toString()).toBe('content');
  });

  test('is read by the SDK as what it is', async () => {
    const { s3, sdk } = await serve({ faults: () => fault });
    const sent = sdk.send(ADDITION, { abortSignal: AbortSignal.timeout(300) });
    if (answer === RESET) {
      await expect(sent).rejects.toThrow(/TimeoutError: (read ECONNRESET|socket hang up)$/);
    } else {
      const others = fault.kind === 'slow' ? { code: 'none' } : answer;
      expect(await refusalOf(sent)).toEqual(answer === 'silence' ? { code: 'AbortError' } : others);
    }
    expect(s3.keys(BUCKET)).toEqual(done ? ['key'] : []);
  });

  test('shows to a client that holds its body back before a byte of it is sent, unless the body is needed for it', async () => {
    const { s3, http } = await serve({ faults: () => fault });
    expect(await met(http, { ...PUT, headers: { ...PUT.headers, Expect: '100-continue' } })).toEqual(answer);
    expect(s3.requests[0].requestBytes).toBe(done ? 'content'.length : 0);
    expect(s3.keys(BUCKET)).toEqual(done ? ['key'] : []);
  });
});

describe('a fault', () => {
  test('is chosen once for each request, in the order of arrival, from what the request says', async () => {
    const asked: FaultRequest[] = [];
    const { http } = await serve({ faults: (request) => { asked.push(request); return undefined; } });
    await http.send({ ...PUT, headers: { 'x-amz-meta-run': '7' } });
    await http.send({ query: 'list-type=2' });
    await http.send({ key: 'key', tamper: (message) => { message.path = '/%'; } });
    expect(asked).toMatchObject([
      { method: 'PUT', operation: 'PutObject', bucket: BUCKET, key: 'key', headers: { 'x-amz-meta-run': '7' } },
      { method: 'GET', operation: 'ListObjectsV2', bucket: BUCKET, key: undefined },
      { method: 'GET', operation: undefined, bucket: undefined, key: undefined },
    ]);
  });

  test('of being cut ends an answer within its body', async () => {
    const { s3, http, sdk } = await serve();
    s3.put(BUCKET, 'key', 'x'.repeat(1_000));
    s3.faults = () => ({ kind: 'cut' });
    const { Body, ContentLength } = await sdk.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'key' }));
    expect(ContentLength).toBe(1_000);
    await expect(Body!.transformToString()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await met(http, PUT)).toEqual(RESET);
  });

  test('of being slow delays the answer, on top of the delay of all answers', async () => {
    const { http } = await serve({ delayMs: 60, faults: () => ({ kind: 'slow', ms: 60 }) });
    const begin = performance.now();
    await http.send(PUT);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(115);
  });

  test('of hanging ends with the server', async () => {
    const { s3, http } = await serve({ faults: () => ({ kind: 'hang' }) });
    const outcome = http.outcome(PUT).catch(({ code }: NodeJS.ErrnoException) => code);
    await sleep(50);
    await s3.stop();
    expect(await outcome).toBe('ECONNRESET');
  });

  test('of being reset comes amid a large body', async () => {
    const { s3, http } = await serve({ faults: () => ({ kind: 'refuse' }) });
    expect(await met(http, { ...PUT, body: Buffer.alloc(20_000_000) })).toMatchObject({ error: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) });
    expect(s3.requests[0].requestBytes).toBe(0);
  });
});

// the documents by https://docs.aws.amazon.com/AmazonS3/latest/API/UsingRouting.html, and by what botocore's S3RegionRedirector reads
test.each<[Fault, Record<string, string | undefined>, string[]]>([
  [{ kind: 'redirect', status: 301, region: 'eu-west-1' }, { 'x-amz-bucket-region': 'eu-west-1', 'location': undefined }, [
    '<Code>PermanentRedirect</Code>', '<Endpoint>bucket.s3.eu-west-1.amazonaws.com</Endpoint>', '<Bucket>bucket</Bucket>',
  ]],
  [{ kind: 'redirect', status: 307, host: 'bucket.s3.invalid' }, { 'x-amz-bucket-region': undefined, 'location': 'http://bucket.s3.invalid/bucket/a%20b' }, [
    '<Code>TemporaryRedirect</Code>', '<Endpoint>bucket.s3.invalid</Endpoint>', '<Bucket>bucket</Bucket>',
  ]],
])('a redirection says where to: %j', async (fault, headers, elements) => {
  const { http } = await serve({ faults: () => fault });
  const answer = await http.send({ ...PUT, key: 'a b' });
  expect(answer.headers).toMatchObject(Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)));
  expect(Object.keys(headers).filter((name) => headers[name] === undefined && name in answer.headers)).toEqual([]);
  elements.forEach((element) => expect(answer.body.toString()).toContain(element));
});
