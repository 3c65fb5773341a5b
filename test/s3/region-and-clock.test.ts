import { GetBucketLocationCommand, HeadBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { refusalOf } from './conformance/session';
import type { LocalS3 } from './local-s3';
import { BUCKET, serve } from './served-bucket';
import { texts } from './xml';

const ABROAD = 'abroad';
const PUT = { method: 'PUT', bucket: ABROAD, key: 'key', body: 'content' };
const MINUTE = 60_000;

describe('a bucket in another region', () => {
  const start = async () => serve({ bucketRegions: { [ABROAD]: 'eu-west-1' } });
  const follower = ({ endpoint, region, credentials }: LocalS3): S3Client =>
    new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1, followRegionRedirects: true });

  test('is named to who signs for the region of the server, in the header and in the document', async () => {
    const { s3, http } = await start();
    const { status, code, headers, body } = await http.send(PUT);
    expect([status, code, headers['x-amz-bucket-region']]).toEqual([400, 'AuthorizationHeaderMalformed', 'eu-west-1']);
    expect(texts(body.toString(), 'Message')).toEqual(["The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'"]);
    expect(texts(body.toString(), 'Region')).toEqual(['eu-west-1']);
    expect(s3.keys(ABROAD)).toEqual([]);
  });

  test('is named to a HEAD, which gets no document', async () => {
    const { http } = await start();
    const { status, headers, body } = await http.send({ method: 'HEAD', bucket: ABROAD });
    expect([status, headers['x-amz-bucket-region'], body.length]).toEqual([400, 'eu-west-1', 0]);
  });

  test('is open to who signs for its region, and only that bucket is', async () => {
    const { s3, http } = await start();
    expect(await http.outcome({ ...PUT, region: 'eu-west-1' })).toEqual({ status: 200 });
    expect(s3.keys(ABROAD)).toEqual(['key']);
    expect(await http.outcome({ ...PUT, bucket: BUCKET, region: 'eu-west-1' })).toEqual({ status: 400, code: 'AuthorizationHeaderMalformed' });
  });

  test('tells its region to the SDK', async () => {
    const { s3 } = await start();
    const { endpoint, credentials } = s3;
    const sdk = new S3Client({ endpoint, credentials, region: 'eu-west-1', forcePathStyle: true });
    expect((await sdk.send(new GetBucketLocationCommand({ Bucket: ABROAD }))).LocationConstraint).toBe('eu-west-1');
    expect((await sdk.send(new HeadBucketCommand({ Bucket: ABROAD }))).BucketRegion).toBe('eu-west-1');
    sdk.destroy();
  });

  test('is found by an SDK that follows the header of a HEAD', async () => {
    const { s3 } = await start();
    const sdk = follower(s3);
    await sdk.send(new HeadBucketCommand({ Bucket: ABROAD }));
    expect(s3.requests.map(({ status }) => status)).toEqual([400, 200]);
    sdk.destroy();
  });

  test('is found by an SDK that follows a permanent redirection', async () => {
    const { s3 } = await start();
    const sdk = follower(s3);
    s3.faults = () => s3.requests.length === 1 ? { kind: 'redirect', status: 301, region: 'eu-west-1' } : undefined;
    await sdk.send(new PutObjectCommand({ Bucket: ABROAD, Key: 'key', Body: 'content' }));
    expect(s3.requests.map(({ status }) => status)).toEqual([301, 200]);
    expect(s3.keys(ABROAD)).toEqual(['key']);
    sdk.destroy();
  });
});

describe('a clock that is set off', () => {
  test.each([[-16, 403], [-14, 200], [14, 200], [16, 403]])('by %d minutes answers with %d', async (minutes, status) => {
    const { http } = await serve({ clockOffsetMs: minutes * MINUTE });
    expect(await http.outcome({ ...PUT, bucket: BUCKET })).toEqual(status === 200 ? { status } : { status, code: 'RequestTimeTooSkewed' });
  });

  test('is shown by the answer and by its document', async () => {
    const { http } = await serve({ clockOffsetMs: 60 * MINUTE });
    const before = Date.now();
    const { headers, body } = await http.send({ ...PUT, bucket: BUCKET, signedAt: new Date('2026-01-02T03:04:05Z') });
    const ahead = (time: string): number => Math.round((Date.parse(time) - before) / MINUTE);
    const [requestTime, serverTime, allowed] = ['RequestTime', 'ServerTime', 'MaxAllowedSkewMilliseconds'].map((name) => texts(body.toString(), name)[0]);
    expect([requestTime, allowed]).toEqual(['20260102T030405Z', '900000']);
    expect(serverTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect([ahead(serverTime), ahead(headers.date!)]).toEqual([60, 60]);
  });

  test('is set off and right again while the server runs, and dates the objects', async () => {
    const { s3, http } = await serve();
    s3.clockOffsetMs = -10 * MINUTE;
    await http.send({ ...PUT, bucket: BUCKET });
    expect(Math.round((Date.now() - s3.object(BUCKET, 'key').lastModified.getTime()) / MINUTE)).toBe(10);
    s3.clockOffsetMs = 20 * MINUTE;
    expect(await http.outcome({ bucket: BUCKET, key: 'key' })).toEqual({ status: 403, code: 'RequestTimeTooSkewed' });
    s3.clockOffsetMs = 0;
    expect(await http.outcome({ bucket: BUCKET, key: 'key' })).toEqual({ status: 200 });
  });

  test('is followed by the SDK, which sets its own by the first refusal', async () => {
    const { sdk } = await serve({ clockOffsetMs: 60 * MINUTE });
    const put = () => refusalOf(sdk.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'key', Body: 'content' })));
    expect(await put()).toEqual({ code: 'RequestTimeTooSkewed', status: 403 });
    expect(await put()).toEqual({ code: 'none' });
  });
});
