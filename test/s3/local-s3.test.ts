import { once } from 'node:events';
import { get } from 'node:http';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { conformance, type S3UnderTest, Session } from './conformance';
import { refusalOf } from './conformance/session';
import type { SignedRequest } from './conformance/signed-http';
import type { LocalS3 } from './local-s3';
import { BUCKET, serve } from './served-bucket';

describe.each<{ name: string; virtualHostDomain?: string; target: () => Promise<S3UnderTest> }>([
  { name: 'the embedded server', virtualHostDomain: 'localhost', target: async () => pick((await serve()).s3) },
  { name: 'the embedded server in another region', target: async () => pick((await serve({ region: 'eu-central-1' })).s3) },
  ...process.env.CONFORMANCE_S3_ENDPOINT ? [{
    name: process.env.CONFORMANCE_S3_ENDPOINT,
    virtualHostDomain: process.env.CONFORMANCE_S3_VIRTUAL_HOST_DOMAIN,
    target: async () => fromEnvironment(process.env),
  }] : [],
])('$name does as S3 does', ({ virtualHostDomain, target }) => {
  let session: Session;
  beforeAll(async () => { session = await Session.open({ ...await target(), virtualHostDomain }); });
  afterAll(async () => session.close());

  test.each(conformance.filter(({ needs }) => needs === undefined || virtualHostDomain !== undefined))('$name', async ({ observe, expected }) => {
    expect(await observe(session)).toEqual(expected);
  });
});

describe('the log of requests', () => {
  test('tells operation, key, status and the bytes of the body that arrived', async () => {
    const { s3, http } = await serve();
    await http.send({ method: 'PUT', key: 'a/b c', body: '12345', headers: { 'x-amz-meta-run': '7' } });
    await http.send({ query: 'list-type=2' });
    expect(s3.requests).toMatchObject([
      { method: 'PUT', operation: 'PutObject', bucket: BUCKET, key: 'a/b c', status: 200, requestBytes: 5, headers: { 'x-amz-meta-run': '7' }, at: expect.any(Date) },
      { method: 'GET', operation: 'ListObjectsV2', bucket: BUCKET, key: undefined, status: 200, requestBytes: 0 },
    ]);
  });

  test.each([
    ['the key exists', { 'If-None-Match': '*' }, 412],
    ['a rule denies it', {}, 403],
  ])('no byte of a body that was held back arrives when %s', async (_, condition, status) => {
    const { s3, http } = await serve({ deny: () => status === 403 });
    s3.put(BUCKET, 'key', 'old');
    await http.send({ method: 'PUT', key: 'key', body: Buffer.alloc(1_000_000), headers: { Expect: '100-continue', ...condition } });
    expect(s3.requests).toMatchObject([{ status, requestBytes: 0 }]);
  });

  test('the SDK does not send a large body that is refused', async () => {
    const { s3, sdk } = await serve();
    s3.put(BUCKET, 'key', 'old');
    const put = new PutObjectCommand({ Bucket: BUCKET, Key: 'key', Body: Buffer.alloc(3_000_000), IfNoneMatch: '*' });
    expect(await refusalOf(sdk.send(put))).toEqual({ code: 'PreconditionFailed', status: 412 });
    expect(s3.requests).toMatchObject([{ status: 412, requestBytes: 0 }]);
  });

  test('a body that is sent at once and refused is read, so that the answer reaches the client', async () => {
    const { s3, http } = await serve({ deny: () => true });
    expect(await http.outcome({ method: 'PUT', key: 'key', body: Buffer.alloc(1_000_000) })).toEqual({ status: 403, code: 'AccessDenied' });
    expect(s3.requests).toMatchObject([{ status: 403, requestBytes: 1_000_000 }]);
  });
});

describe('denials', () => {
  test('name the action and the resource, and end when they are taken back', async () => {
    const { s3, http } = await serve();
    const allow = s3.deny(({ operation, key }) => operation === 'PutObject' && key!.startsWith('secret/'));
    const { body } = await http.send({ method: 'PUT', key: 'secret/a', body: 'x' });
    expect(body.toString()).toContain('is not authorized to perform: s3:PutObject on resource: &quot;arn:aws:s3:::bucket/secret/a&quot;');
    expect(await http.outcome({ method: 'PUT', key: 'public/a', body: 'x' })).toEqual({ status: 200 });
    allow();
    expect(await http.outcome({ method: 'PUT', key: 'secret/a', body: 'x' })).toEqual({ status: 200 });
  });

  test('of listing hide whether a key exists', async () => {
    const { http } = await serve({ deny: ({ operation }) => operation === 'ListObjectsV2' });
    expect(await http.outcome({ key: 'absent' })).toEqual({ status: 403, code: 'AccessDenied' });
    expect(await http.outcome({ method: 'HEAD', key: 'absent' })).toEqual({ status: 403 });
  });

  test('of one key among many to delete spare only that key', async () => {
    const { s3, http } = await serve({ deny: ({ operation, key }) => operation === 'DeleteObject' && key === 'kept' });
    s3.put(BUCKET, 'kept', 'x');
    s3.put(BUCKET, 'gone', 'x');
    const body = '<Delete><Quiet>true</Quiet><Object><Key>kept</Key></Object><Object><Key>gone</Key></Object></Delete>';
    // that of the body, by Python's hashlib
    const answer = await http.send({ method: 'POST', query: 'delete=', body, headers: { 'Content-MD5': 'HikEMjQgySFMmlqPIRUNoA==' } });
    expect([answer.status, s3.keys(BUCKET)]).toEqual([200, ['kept']]);
    expect(answer.body.toString()).toContain('<Error><Key>kept</Key><Code>AccessDenied</Code>');
  });
});

test.each<[string, SignedRequest]>([
  ['a multipart upload', { method: 'POST', key: 'a', query: 'uploads=' }],
  ['a part of one', { method: 'PUT', key: 'a', query: 'partNumber=1&uploadId=1', body: 'x' }],
  ['a version', { key: 'a', query: 'versionId=1' }],
  ['an access control list', { query: 'acl=' }],
  ['tags', { method: 'PUT', key: 'a', query: 'tagging=', body: 'x' }],
  ['tags in a header', { method: 'PUT', key: 'a', body: 'x', headers: { 'x-amz-tagging': 'a=b' } }],
  ['encryption with a key', { method: 'PUT', key: 'a', body: 'x', headers: { 'x-amz-server-side-encryption': 'aws:kms' } }],
  ['the first version of the listing', { query: 'prefix=a' }],
  ['several ranges', { key: 'a', headers: { Range: 'bytes=0-0,2-2' } }],
  ['a conditional delete', { method: 'DELETE', key: 'a', headers: { 'If-Match': '"00"' } }],
  ['a copy of a version', { method: 'PUT', key: 'b', headers: { 'x-amz-copy-source': '/bucket/a?versionId=1' } }],
])('%s is refused as not implemented, rather than passed over', async (_, request) => {
  const { s3, http } = await serve();
  s3.put(BUCKET, 'a', 'content');
  expect(await http.outcome(request)).toEqual({ status: 501, code: 'NotImplemented' });
  expect(s3.object(BUCKET, 'a').body.toString()).toBe('content');
});

describe('temporary credentials', () => {
  const credentials = { accessKeyId: 'ASIALOCAL', secretAccessKey: 'secret' };

  test.each([
    ['with their token', 'token', 200, undefined],
    ['with another token', 'other', 400, 'InvalidToken'],
    ['without one', undefined, 403, 'InvalidAccessKeyId'],
  ])('%s', async (_, sessionToken, status, code) => {
    const { http } = await serve({ ...credentials, sessionToken: 'token' });
    const used = sessionToken === undefined ? credentials : { ...credentials, sessionToken };
    expect(await http.outcome({ query: 'list-type=2', credentials: used })).toEqual(code === undefined ? { status } : { status, code });
  });

  test('a token for credentials that have none is refused', async () => {
    const { http } = await serve(credentials);
    const used = { ...credentials, sessionToken: 'token' };
    expect(await http.outcome({ query: 'list-type=2', credentials: used })).toEqual({ status: 400, code: 'InvalidToken' });
  });
});

test('the environment is all that a client needs', async () => {
  const { s3 } = await serve({ sessionToken: 'token', region: 'eu-west-1' });
  expect(s3.environment()).toEqual({
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: 'token',
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
  });
  const before = { ...process.env };
  Object.assign(process.env, s3.environment());
  try {
    const sdk = new S3Client({});
    const { KeyCount } = await sdk.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    expect(KeyCount).toBe(0);
    sdk.destroy();
  } finally {
    Object.keys(s3.environment()).forEach((name) => delete process.env[name]);
    Object.assign(process.env, before);
  }
});

test('what a client puts can be looked at, and what is put by hand can be read by a client', async () => {
  const { s3, http } = await serve();
  const headers = { 'x-amz-meta-run': '7', 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
  await http.send({ method: 'PUT', key: 'by/client', body: 'one', headers });
  expect(s3.object(BUCKET, 'by/client')).toMatchObject({
    body: Buffer.from('one'), metadata: { run: '7' }, contentType: 'application/json', contentEncoding: 'gzip', etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
  });
  s3.put(BUCKET, 'by/hand', 'two', { metadata: { run: '8' }, lastModified: new Date('2026-01-02T03:04:05Z') });
  const answer = await http.send({ key: 'by/hand' });
  expect([answer.body.toString(), answer.headers['x-amz-meta-run'], answer.headers['last-modified']])
    .toEqual(['two', '8', 'Fri, 02 Jan 2026 03:04:05 GMT']);
  expect(s3.keys(BUCKET, 'by/')).toEqual(['by/client', 'by/hand']);
  expect(() => s3.object(BUCKET, 'absent')).toThrow('no object "absent" in the bucket "bucket", which holds ["by/client","by/hand"]');
});

test('an archived object is listed as such but cannot be read', async () => {
  const { s3, sdk } = await serve();
  s3.put(BUCKET, 'old', 'x', { storageClass: 'GLACIER' });
  const { Contents } = await sdk.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  expect(Contents).toMatchObject([{ Key: 'old', StorageClass: 'GLACIER' }]);
  expect(await refusalOf(sdk.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'old' })))).toEqual({ code: 'InvalidObjectState', status: 403 });
});

test('an answer waits for the delay that is set when it is due', async () => {
  const { s3, http } = await serve({ delayMs: 600 });
  const timed = async (): Promise<number> => {
    const begin = performance.now();
    await http.send({ method: 'PUT', key: 'key', body: 'x' });
    return performance.now() - begin;
  };
  expect(await timed()).toBeGreaterThanOrEqual(590);
  s3.delayMs = 0;
  expect(await timed()).toBeLessThan(590);
});

test('stopping cuts off answers that still wait, and may be repeated', async () => {
  const { s3 } = await serve({ delayMs: 60_000 });
  const request = get(s3.endpoint);
  const failed = once(request, 'error');
  while (s3.requests[0]?.status !== 403) {
    await new Promise(setImmediate);
  }
  await s3.stop();
  await s3.stop();
  const [error] = await failed;
  expect(error).toMatchObject({ code: 'ECONNRESET' });
});

function pick({ endpoint, region, credentials }: LocalS3): S3UnderTest {
  return { endpoint, region, credentials };
}

function fromEnvironment(environment: NodeJS.ProcessEnv): S3UnderTest {
  return {
    endpoint: environment.CONFORMANCE_S3_ENDPOINT!,
    region: environment.CONFORMANCE_S3_REGION ?? 'us-east-1',
    credentials: {
      accessKeyId: environment.CONFORMANCE_S3_ACCESS_KEY_ID ?? environment.AWS_ACCESS_KEY_ID!,
      secretAccessKey: environment.CONFORMANCE_S3_SECRET_ACCESS_KEY ?? environment.AWS_SECRET_ACCESS_KEY!,
    },
  };
}
