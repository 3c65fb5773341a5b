import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSocketServer, type AddressInfo } from 'node:net';
import { sign } from 'aws4';
import { bucketAddress, type BucketAddress } from '../../../../src/wrapper/node/delivery/s3-endpoint';
import type { UploadError } from '../../../../src/wrapper/node/delivery/sink';
import { Uploader } from '../../../../src/wrapper/node/delivery/uploader';
import type { Faults } from '../../../s3/faults';
import { BUCKET, serve } from '../../../s3/served-bucket';

type Reaction = number | 'reset' | 'hang' | 'cut' | [status: number, code: string];

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server that answers its requests one after the other with what it is told to, the last for all that follow. */
async function faulty(...reactions: Reaction[]) {
  const bodies: string[] = [];
  const times: number[] = [];
  const react = (request: IncomingMessage, response: ServerResponse) => {
    times.push(Date.now());
    const chunks: Buffer[] = [];
    request.on('error', () => undefined).on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      bodies.push(Buffer.concat(chunks).toString());
      const reaction = reactions.length > 1 ? reactions.shift()! : reactions[0]!;
      if (reaction === 'hang') return;
      if (reaction === 'reset') {
        request.socket.resetAndDestroy();
      } else if (reaction === 'cut') {
        response.writeHead(200, { 'content-length': 100 }).write('cut');
        setTimeout(() => request.socket.destroy(), 10);
      } else {
        const [status, code] = Array.isArray(reaction) ? reaction : [reaction, 'Code'];
        response.writeHead(status).end(status >= 300 ? `<Error><Code>${code}</Code></Error>` : '');
      }
    });
  };
  server = createServer(react).on('checkContinue', (request, response) => {
    times.push(Date.now());
    const reaction = reactions[0]!;
    if (reaction === 100) {
      response.writeContinue();
    } else if (typeof reaction === 'number') {
      response.writeHead(reaction).end();
    } else if (reaction === 'reset') {
      request.socket.resetAndDestroy();
    }
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return { uploader: uploaderTo((server.address() as AddressInfo).port), bodies, times };
}

function uploaderTo(port: number): Uploader {
  const address = { protocol: 'http:', hostname: '127.0.0.1', port, basePath: '/bucket/' } as const;
  return new Uploader({ region: 'us-east-1', locate: () => address }, { accessKeyId: 'a', secretAccessKey: 'b' }, async () => sign, () => true);
}

const put = async (uploader: Uploader, timeout = 20_000) => uploader.put('key', Buffer.from('body'), { timeout }).then(
  () => 'there' as const,
  ({ name, code, retries }: UploadError) => ({ name, code, retries }),
);
const given = (code: string, retries: number) => ({ name: 'S3UploadError', code, retries });

test.each<[string, Reaction[], unknown, number]>([
  ['is there at once', [200], 'there', 1],
  ['was there before', [412], 'there', 1],
  ['is there after errors of the server', [500, 503, 200], 'there', 3],
  ['is there after a reset and an answer that was cut off', ['reset', 'cut', 200], 'there', 3],
  ['is there after a write at the same time', [[409, 'ConditionalRequestConflict'], 412], 'there', 2],
  ['is there after too many requests', [429, 200], 'there', 2],
  ['is there after a request that was too slow', [[400, 'RequestTimeout'], 200], 'there', 2],
  ['is given up after 3 retries', [[503, 'SlowDown']], given('SlowDown', 3), 4],
  ['is given up after 3 resets', ['reset'], given('ECONNRESET', 3), 4],
  ['is given up when it is denied', [[403, 'AccessDenied'], 200], given('AccessDenied', 0), 1],
  ['is given up when there is no such bucket', [[404, 'NoSuchBucket'], 200], given('NoSuchBucket', 0), 1],
  ['is given up when what follows an error is final', [500, [403, 'ExpiredToken'], 200], given('ExpiredToken', 1), 2],
  ['is given up without a code of S3', [[400, ''], 200], given('400', 0), 1],
])('an object %s', async (_name, reactions, outcome, requests) => {
  const { uploader, bodies } = await faulty(...reactions);
  expect(await put(uploader)).toEqual(outcome);
  expect(bodies).toEqual(Array.from({ length: requests }, () => 'body'));
});

test('the pauses grow: full jitter below 100, 200 and 400 ms', async () => {
  const random = jest.spyOn(Math, 'random');
  const { uploader, times } = await faulty(503);
  await put(uploader);
  const pauses = times.slice(1).map((time, n) => time - times[n]!);
  pauses.forEach((pause, n) => expect(pause).toBeLessThan(100 * 2 ** n + 150));
  expect(random).not.toHaveBeenCalled(); // the platform's own, whatever the user's code has made of it
});

test('a server that does not answer is given up when the time is over', async () => {
  const { uploader } = await faulty('hang');
  const start = Date.now();
  expect(await put(uploader, 300)).toEqual(given('ETIMEDOUT', 0));
  expect(Date.now() - start).toBeLessThan(1_000);
});

test('a host that does not take the connection is tried again', async () => {
  const full = createSocketServer();
  await new Promise<void>((resolve) => full.listen(0, '127.0.0.1', resolve));
  const { port } = full.address() as AddressInfo;
  await new Promise((resolve) => full.close(resolve));
  expect(await put(uploaderTo(port), 5_000)).toEqual(given('ECONNREFUSED', 3));
});

describe('whether an object is missing', () => {
  test.each<[Reaction, boolean]>([[100, true], [412, false], [200, true], [403, true], [500, true], ['reset', true]])('is told by %p: %p', async (reaction, missing) => {
    const { uploader, bodies } = await faulty(reaction);
    expect(await uploader.isMissing('key')).toBe(missing);
    expect(bodies).toEqual([]);
  });
});

const MINUTE = 60_000;

/** A bucket, with the regions that the requests asked to be located for. */
async function located(options: Parameters<typeof serve>[0] = {}, bucket = BUCKET, region = 'us-east-1') {
  const { s3 } = await serve(options);
  const regions: string[] = [];
  const locate = (of: string): BucketAddress => {
    regions.push(of);
    return bucketAddress(bucket, of, { AWS_ENDPOINT_URL_S3: s3.endpoint });
  };
  const uploader = new Uploader({ region, locate }, s3.credentials, async () => sign, () => true);
  return { s3, uploader, regions, statuses: () => s3.requests.map(({ status }) => status) };
}

const several = async (uploader: Uploader, count: number) => Promise.all(Array.from({ length: count }, async (_, n) => uploader.put(`key-${n}`, Buffer.from('body'), { timeout: 5_000 })
  .then(() => 'there', ({ code }: UploadError) => code)));

describe('a bucket in another region', () => {
  const ABROAD = 'abroad';
  const abroad = { bucketRegions: { [ABROAD]: 'eu-west-1' } };

  test('is found at once and remembered', async () => {
    const { s3, uploader, regions, statuses } = await located(abroad, ABROAD);
    expect([await put(uploader), await several(uploader, 1)]).toEqual(['there', ['there']]);
    // S3 names the region to who signed for another one
    expect(statuses()).toEqual([400, 200, 200]);
    expect(regions).toEqual(['us-east-1', 'eu-west-1']);
    expect(s3.keys(ABROAD)).toEqual(['key', 'key-0']);
  });

  test('is found by all requests that were on their way, each in one more', async () => {
    const { s3, uploader, regions } = await located({ ...abroad, delayMs: 50 }, ABROAD);
    expect(await several(uploader, 12)).toEqual(Array(12).fill('there'));
    expect(regions).toEqual(['us-east-1', 'eu-west-1']);
    expect(s3.requests.length).toBeLessThanOrEqual(24);
  });

  test('is found by a permanent redirection', async () => {
    const { s3, uploader, regions, statuses } = await located(abroad, ABROAD);
    s3.faults = ({ headers }) => (headers.authorization!.includes('/us-east-1/') ? { kind: 'redirect', status: 301, region: 'eu-west-1' } : undefined);
    expect(await put(uploader)).toBe('there');
    expect(statuses()).toEqual([301, 200]);
    expect(regions).toEqual(['us-east-1', 'eu-west-1']);
  });

  test('is found by a probe, which adds nothing', async () => {
    const { s3, uploader, statuses } = await located(abroad, ABROAD);
    await uploader.probe('key');
    expect(s3.requests.at(-1)!.headers.authorization).toContain('/eu-west-1/');
    expect(s3.keys(ABROAD)).toEqual([]);
    expect(statuses()[0]).toBe(400);
    expect(await put(uploader)).toBe('there');
  });

  test.each<[string, (n: number) => string, number]>([
    ['to the same region over and over', () => 'eu-west-1', 2],
    ['round and round', (n) => ['eu-west-1', 'us-east-1'][n % 2]!, 4],
    ['to one region after the other', (n) => `eu-west-${n + 1}`, 4],
  ])('that redirects %s is given up', async (_name, region, requests) => {
    const { s3, uploader } = await located();
    let redirections = 0;
    s3.faults = () => ({ kind: 'redirect', status: 301, region: region(redirections++) });
    expect(await put(uploader)).toEqual(given('PermanentRedirect', requests - 1));
    expect(s3.requests).toHaveLength(requests);
    redirections = 0;
    await expect(uploader.probe('key')).rejects.toMatchObject({ code: '301' });
    expect(s3.requests.length).toBeLessThanOrEqual(requests + 4);
  });

  test.each(['', 'eu west', 'evil.example/', '../x', 'EU'])("whose region is said to be '%s' is looked for nowhere", async (region) => {
    const { s3, uploader, regions } = await located();
    s3.faults = () => ({ kind: 'redirect', status: 301, region });
    expect(await put(uploader)).toEqual(given('PermanentRedirect', 0));
    expect(regions).toEqual(['us-east-1']);
  });

  test('to which a temporary redirection leads that names no region is given up without another try', async () => {
    const { s3, uploader } = await located();
    s3.faults = () => ({ kind: 'redirect', status: 307, host: 'bucket.s3.eu-west-1.amazonaws.com' });
    expect(await put(uploader)).toEqual(given('TemporaryRedirect', 0));
    expect(s3.requests).toHaveLength(1);
  });

  test('is no reason to send the credentials to the host that a redirection names', async () => {
    const { uploader: other, bodies } = await faulty(200);
    expect(other).toBeDefined();
    const { port } = server!.address() as AddressInfo;
    const { s3, uploader } = await located();
    s3.faults = () => ({ kind: 'redirect', status: 307, host: `127.0.0.1:${port}` });
    await put(uploader);
    expect(bodies).toEqual([]);
  });
});

describe('a clock that differs from S3\'s', () => {
  test.each([-60, -16, 16, 60, 60 * 24 * 365])('by %d minutes is set right at once, and remembered', async (minutes) => {
    const { uploader, statuses } = await located({ clockOffsetMs: minutes * MINUTE });
    expect([await put(uploader), await several(uploader, 2)]).toEqual(['there', ['there', 'there']]);
    expect(statuses()).toEqual([403, 200, 200, 200]);
  });

  // up to 15 minutes are allowed: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, RequestTimeTooSkewed
  test.each([-14, 14])('by %d minutes is right', async (minutes) => {
    const { uploader, statuses } = await located({ clockOffsetMs: minutes * MINUTE });
    expect(await put(uploader)).toBe('there');
    expect(statuses()).toEqual([200]);
  });

  test('is set right for all requests that were on their way', async () => {
    const { s3, uploader } = await located({ clockOffsetMs: 60 * MINUTE, delayMs: 50 });
    expect(await several(uploader, 12)).toEqual(Array(12).fill('there'));
    expect(s3.requests.length).toBeLessThanOrEqual(24);
  });

  test('is set right again when it changes, as after the environment was frozen', async () => {
    const { s3, uploader, statuses } = await located({ clockOffsetMs: 60 * MINUTE });
    await put(uploader);
    s3.clockOffsetMs = 0;
    await several(uploader, 1);
    expect(statuses()).toEqual([403, 200, 403, 200]);
  });

  test('is set right by a probe', async () => {
    const { s3, uploader, statuses } = await located({ clockOffsetMs: 60 * MINUTE });
    await uploader.probe('key');
    await put(uploader);
    expect([statuses()[0], statuses().at(-1), s3.keys(BUCKET)]).toEqual([403, 200, ['key']]);
  });

  test('and a region that does cost one request each', async () => {
    const { uploader, statuses } = await located({ bucketRegions: { abroad: 'eu-west-1' }, clockOffsetMs: 60 * MINUTE }, 'abroad');
    expect(await put(uploader)).toBe('there');
    expect(statuses().filter((status) => status !== 200)).toHaveLength(2);
    expect(statuses()).toHaveLength(3);
  });

  test('by less than it matters does not excuse a wrong signature', async () => {
    const { s3 } = await located();
    const address = bucketAddress(BUCKET, 'us-east-1', { AWS_ENDPOINT_URL_S3: s3.endpoint });
    const uploader = new Uploader({ region: 'us-east-1', locate: () => address }, { ...s3.credentials, secretAccessKey: 'x' }, async () => sign, () => true);
    expect(await put(uploader)).toEqual(given('SignatureDoesNotMatch', 0));
    expect(s3.requests).toHaveLength(1);
  });
});

describe('a probe', () => {
  test('of a bucket that objects can be added to ends well, though the object is there', async () => {
    const { s3, uploader } = await located();
    await uploader.probe('key');
    expect(s3.keys(BUCKET)).toEqual([]);
    await put(uploader);
    await uploader.probe('key');
    expect(s3.object(BUCKET, 'key').body.toString()).toBe('body');
  });

  test.each<[string, ReturnType<Faults>, string]>([
    ['it is denied', { kind: 'error', code: 'AccessDenied' }, '403'],
    ['there is no such bucket', { kind: 'error', code: 'NoSuchBucket' }, '404'],
    ['the credentials have expired', { kind: 'error', code: 'ExpiredToken' }, '400'],
    ['S3 is down', { kind: 'error', code: 'ServiceUnavailable' }, '503'],
    ['the connection is reset', { kind: 'refuse' }, 'ECONNRESET'],
  ])('says why where %s, and tries once', async (_name, fault, code) => {
    const { s3, uploader } = await located();
    s3.faults = () => fault;
    await expect(uploader.probe('key')).rejects.toMatchObject({ name: 'S3UploadError', code, retries: 0 });
    expect(s3.requests).toHaveLength(1);
  });
});
