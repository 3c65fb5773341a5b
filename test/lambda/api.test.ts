/**
 * The Runtime API and the Extensions API over HTTP, without a process behind them.
 *
 * Statuses, error types and messages are those of AWS's emulator (aws/aws-lambda-runtime-interface-emulator, folders
 * `rapi/handler`, `rapi/rendering` and `core`).
 */
import { request } from 'node:http';
import { ApiServer, bodyOf } from './api-server';
import { ExtensionsApi } from './extensions-api';
import type { FunctionConfiguration } from './function-configuration';
import { Invocation } from './invocation';
import { Lifecycle } from './lifecycle';
import { OptFolder } from './opt-folder';
import { RuntimeApi } from './runtime-api';

interface Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: any;
}

const RUNTIME = '/2018-06-01/runtime';
const EXTENSION = '/2020-01-01/extension';
const name = (value: string) => ({ 'Lambda-Extension-Name': value });

let lifecycle: Lifecycle;
let server: ApiServer;
const allWaiting = jest.fn();
const failed = jest.fn();

beforeEach(async () => {
  lifecycle = new Lifecycle(true, allWaiting, failed);
  const configuration = {
    name: 'my-function', version: '$LATEST', handler: 'index.handler', environment: {}, opt: await OptFolder.of(['/layers'], ''),
  } as unknown as FunctionConfiguration;
  const apis = [new RuntimeApi(lifecycle, 'arn:of-the-function'), new ExtensionsApi(lifecycle, configuration)];
  server = await ApiServer.start(apis.map((api) => api.handle.bind(api)));
});

afterEach(() => server.close());

async function ask(method: string, route: string, headers: Record<string, string> = {}, body = ''): Promise<Reply> {
  const [host, port] = server.address.split(':');
  return new Promise((resolve, reject) => {
    request({ host, port, method, path: route, headers, agent: false }, (response) => {
      bodyOf(response).then((bytes) => resolve({
        status: response.statusCode!,
        headers: response.headers as Record<string, string>,
        body: JSON.parse(bytes.toString()),
      }), reject);
    }).on('error', reject).end(body);
  });
}

async function register(extension: string, events = ['INVOKE']): Promise<Reply> {
  return ask('POST', `${EXTENSION}/register`, name(extension), JSON.stringify({ events }));
}

/** Waits until as many calls of `next` have arrived as these are parties. */
async function waitingFor(...parties: readonly Promise<Reply>[]): Promise<readonly Promise<Reply>[]> {
  while (allWaiting.mock.calls.length === 0) await new Promise(setImmediate);
  allWaiting.mockClear();
  return parties;
}

test('an extension registers and gets the events of invocations, as the runtime does', async () => {
  const registered = await register('ours');
  expect(registered).toMatchObject({ status: 200, body: { functionName: 'my-function', functionVersion: '$LATEST', handler: 'index.handler' } });
  const identifier = registered.headers['lambda-extension-identifier'];

  const [runtimeNext, extensionNext] = await waitingFor(
    ask('GET', `${RUNTIME}/invocation/next`),
    ask('GET', `${EXTENSION}/event/next`, { 'Lambda-Extension-Identifier': identifier }),
  );
  const invocation = new Invocation(Buffer.from('{"key":1}'), { name: 'Zoë' }, 1234);
  lifecycle.deliver(invocation);

  const { requestId, traceId } = invocation;
  expect(await runtimeNext).toMatchObject({
    status: 200,
    body: { key: 1 },
    headers: {
      'lambda-runtime-aws-request-id': requestId,
      'lambda-runtime-deadline-ms': '1234',
      'lambda-runtime-invoked-function-arn': 'arn:of-the-function',
      'lambda-runtime-trace-id': traceId,
      'lambda-runtime-client-context': '{"name":"Zo\\u00eb"}',
    },
  });
  expect(await extensionNext).toMatchObject({
    status: 200,
    body: {
      eventType: 'INVOKE',
      deadlineMs: 1234,
      requestId,
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:my-function',
      tracing: { type: 'X-Amzn-Trace-Id', value: traceId },
    },
  });

  expect(await ask('POST', `${RUNTIME}/invocation/${requestId}/response`, {}, '"answer"')).toMatchObject({ status: 202, body: { status: 'OK' } });
  expect((await invocation.answer).body.toString()).toBe('"answer"');
  expect(await ask('POST', `${RUNTIME}/invocation/${requestId}/error`, {}, '{}')).toMatchObject({ status: 403, body: { errorType: 'InvalidStateTransition' } });
});

test.each<[string, () => Promise<Reply>, number, string, unknown]>([
  ['an extension without a name', async () => ask('POST', `${EXTENSION}/register`, {}, '{"events":[]}'),
    403, 'Extension.InvalidExtensionName', 'Empty extension name'],
  ['a body that is no JSON', async () => ask('POST', `${EXTENSION}/register`, name('x'), 'events'),
    403, 'InvalidRequestFormat', expect.stringContaining('SyntaxError')],
  ['SHUTDOWN for an internal extension', async () => register('x', ['INVOKE', 'SHUTDOWN']),
    403, 'Extension.InvalidEventType', 'SHUTDOWN: ShutdownEventNotSupportedForInternalExtension'],
  ['an unknown event', async () => register('x', ['PAUSE']), 403, 'Extension.InvalidEventType', 'PAUSE: ErrorInvalidEventType'],
  ['a second extension of the same name', async () => { await register('x'); return register('x'); },
    403, 'Extension.InvalidExtensionState', 'Extension with this name already registered'],
  ['an eleventh extension', async () => { for (let i = 0; i < 10; i++) await register(`x${i}`); return register('x10'); },
    403, 'Extension.TooManyExtensions', 'Extension limit (10) reached'],
  ['next without an identifier', async () => ask('GET', `${EXTENSION}/event/next`),
    403, 'Extension.MissingExtensionIdentifier', 'Missing Lambda-Extension-Identifier header'],
  ['next of an unknown extension', async () => ask('GET', `${EXTENSION}/event/next`, { 'Lambda-Extension-Identifier': 'nobody' }),
    403, 'Extension.UnknownExtensionIdentifier', 'Unknown extension nobody'],
  ['an extension error without a type', async () => ask('POST', `${EXTENSION}/init/error`, {
    'Lambda-Extension-Identifier': (await register('x')).headers['lambda-extension-identifier'],
  }, '{}'), 403, 'Extension.MissingHeader', 'Lambda-Extension-Function-Error-Type not found'],
  ['an answer to an unknown request', async () => ask('POST', `${RUNTIME}/invocation/nothing/response`, {}, '1'),
    400, 'InvalidRequestID', 'Invalid request ID'],
  ['an unknown route', async () => ask('GET', '/2018-06-01/nowhere'), 404, 'NotFound', 'no route GET /2018-06-01/nowhere'],
])('refuses %s', async (_name, reply, status, errorType, errorMessage) => {
  expect(await reply()).toMatchObject({ status, body: { errorType, errorMessage } });
});

test('registration is closed from the first next of the runtime on', async () => {
  const [next] = await waitingFor(ask('GET', `${RUNTIME}/invocation/next`));
  next.catch(() => undefined);
  expect(await register('late')).toMatchObject({ status: 403, body: { errorType: 'Extension.RegistrationClosed' } });
});

test('an init error is kept for the caller', async () => {
  const body = '{"errorType":"Error","errorMessage":"no"}';
  expect(await ask('POST', `${RUNTIME}/init/error`, { 'Lambda-Runtime-Function-Error-Type': 'Runtime.Own' }, body)).toMatchObject({ status: 202 });
  expect(lifecycle.initError).toEqual({ type: 'Runtime.Own', body: Buffer.from(body) });
});

test('an extension that gives up is reported', async () => {
  const { headers } = await register('x');
  expect(await ask('POST', `${EXTENSION}/exit/error`, {
    'Lambda-Extension-Identifier': headers['lambda-extension-identifier'], 'Lambda-Extension-Function-Error-Type': 'Extension.Broke',
  }, '{}')).toMatchObject({ status: 202 });
  expect(failed).toHaveBeenCalledWith({ type: 'Extension.Broke', body: Buffer.from('{}') });
});
