import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { registerExtension } from '../../../../src/wrapper/node/lifecycle/extension';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

type Reply = (response: ServerResponse) => void;
const reply = (status: number, body: string, headers: Record<string, string> = {}): Reply =>
  (response) => response.writeHead(status, headers).end(body);
const invoke = (requestId: string): Reply => reply(200, JSON.stringify({ eventType: 'INVOKE', requestId }));
const breaks: Reply = (response) => void response.socket!.destroy();

/** An Extensions API that answers the requests for events one after the other, and then no more. */
async function api(register: Reply, ...events: Reply[]) {
  const routes: string[] = [];
  server = createServer((request: IncomingMessage, response) => {
    routes.push(`${request.method} ${request.url}`);
    const next = request.url!.endsWith('/register') ? register : events.shift();
    request.resume().on('end', () => next?.(response));
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, routes };
}

/** The loop of a test that is over ends when its server does. */
const ignore = () => undefined;
const registered = reply(200, '{}', { 'Lambda-Extension-Identifier': 'id' });
const until = async (condition: () => boolean) => {
  for (const end = Date.now() + 15_000; !condition() && Date.now() < end;) await new Promise((resolve) => setTimeout(resolve, 10));
};

test('asks for the next event when the hold of the one before has ended', async () => {
  const { address, routes } = await api(registered, invoke('a'), invoke('b'));
  const held: string[] = [];
  let release = () => {};
  await registerExtension(address, async (requestId) => {
    held.push(requestId);
    await new Promise<void>((resolve) => (release = resolve));
  }, ignore);
  await until(() => held.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(routes).toEqual(['POST /2020-01-01/extension/register', 'GET /2020-01-01/extension/event/next']);
  release();
  await until(() => held.length === 2);
  expect(held).toEqual(['a', 'b']);
});

test.each([['refused', reply(403, '{}')], ['without an id', reply(200, '{}')], ['broken off', breaks]])('a registration that is %s is an error', async (_name, register) => {
  const { address } = await api(register);
  await expect(registerExtension(address, async () => undefined, ignore)).rejects.toThrow();
});

test('goes on after an answer that breaks, fails or makes no sense', async () => {
  const { address } = await api(registered, breaks, reply(500, ''), reply(200, 'not JSON'), reply(200, '{"eventType":"SHUTDOWN"}'), invoke('a'));
  const held: string[] = [];
  await registerExtension(address, async (requestId) => void held.push(requestId), ignore);
  await until(() => held.length === 1);
  expect(held).toEqual(['a']);
});

test('gives up after 10 failures in a row, and says so', async () => {
  const { address, routes } = await api(registered, ...Array.from({ length: 20 }, () => reply(403, '')));
  const ends: Error[] = [];
  await registerExtension(address, async () => undefined, (error) => ends.push(error));
  await until(() => ends.length === 1);
  expect(ends[0]!.message).toMatch(/answered 403/);
  expect(routes).toHaveLength(11);
});
