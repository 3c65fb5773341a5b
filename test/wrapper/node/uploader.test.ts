import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSocketServer, type AddressInfo } from 'node:net';
import { sign } from 'aws4';
import { Uploader, type UploadError } from '../../../src/wrapper/node/uploader';

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
  return new Uploader(address, 'us-east-1', { accessKeyId: 'a', secretAccessKey: 'b' }, async () => sign, true);
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
