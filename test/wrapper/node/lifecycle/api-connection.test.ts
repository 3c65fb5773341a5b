import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ApiConnection } from '../../../../src/wrapper/node/lifecycle/api-connection';

let server: Server | undefined;
const sockets: Socket[] = [];

afterEach(() => {
  sockets.splice(0).forEach((socket) => socket.destroy());
  server?.close();
});

/** Sends each answer, given in parts, for one request; nothing closes the connection. */
async function answering(...answers: Array<string[] | undefined>): Promise<{ api: ApiConnection; requests: string[] }> {
  const requests: string[] = [];
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined).on('data', async (data) => {
      requests.push(data.toString());
      const parts = answers.shift();
      if (!parts) {
        socket.destroy();
        return;
      }
      for (const part of parts) {
        socket.write(part);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return { api: new ApiConnection(`127.0.0.1:${(server.address() as AddressInfo).port}`), requests };
}

const ask = (api: ApiConnection) => api.request({ method: 'GET', path: '/next', headers: { 'X-Id': '7' }, keepsAlive: true });

test.each<[string, string[]]>([
  ['with its length', ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Name: a\r\n\r\nhel', 'lo']],
  ['with a head in parts', ['HTTP/1.1 200 OK\r\nContent-Le', 'ngth: 5\r\nX-Name:a\r\n\r', '\nhello']],
  ['in chunks, as a server of Go answers', ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Name: a\r\n\r\n3\r\nhe', 'l\r\n2\r\nlo\r\n0\r\n', '\r\n']],
])('reads an answer %s', async (_name, parts) => {
  const { api, requests } = await answering(parts);
  expect(await ask(api)).toMatchObject({ status: 200, headers: { 'x-name': 'a' }, body: 'hello' });
  expect(requests[0]).toMatch(/^GET \/next HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\nContent-Length: 0\r\nX-Id: 7\r\n\r\n$/);
});

test('asks again on the same connection', async () => {
  const empty = ['HTTP/1.1 204 No Content\r\n\r\n'];
  const { api, requests } = await answering(empty, empty, empty);
  await ask(api);
  await ask(api);
  expect((await ask(api)).status).toBe(204);
  expect([sockets.length, requests.length]).toEqual([1, 3]);
});

test('says that a connection broke, and makes another one', async () => {
  const { api } = await answering(undefined, ['HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'], ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n']);
  await expect(ask(api)).rejects.toThrow('the connection to the Lambda API was closed');
  const half = ask(api);
  setTimeout(() => sockets.at(-1)!.destroy(), 50);
  await expect(half).rejects.toThrow('closed');
  expect((await ask(api)).status).toBe(200);
});

test('refuses chunks without a length', async () => {
  const { api } = await answering(['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n']);
  await expect(ask(api)).rejects.toThrow('a chunk without a length');
});
