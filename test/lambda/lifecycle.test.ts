/**
 * Init, invocations, the freeze, and the end of an execution environment.
 *
 * What is expected is written in https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html and
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html; the texts of errors are those of AWS's
 * emulator (aws/aws-lambda-runtime-interface-emulator, `rapid/exit.go`, `rapid/handlers.go`, `core/agentutil.go`).
 */
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LocalLambdaOptions } from './local-lambda';
import { LocalLambda } from './local-lambda';

const running: LocalLambda[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map(async (lambda) => lambda.stop()));
});

async function start(handler: string, options: Partial<LocalLambdaOptions> = {}): Promise<LocalLambda> {
  const lambda = await LocalLambda.start({ runtime: 'nodejs22.x', handler, taskRoot: path.join(__dirname, 'functions'), ...options });
  running.push(lambda);
  return lambda;
}

describe.each(['nodejs20.x', 'nodejs22.x', 'nodejs24.x'] as const)('%s', (runtime) => {
  test('is frozen between invocations: a timer of the background makes no progress', async () => {
    const lambda = await start('handlers.ticks', { runtime });
    const first = await lambda.invoke({});
    await first.holdMs;
    expect(lambda.frozen).toBe(true);
    const before = await lambda.usage();

    await delay(400);

    const after = await lambda.usage();
    // the signal may arrive a moment after the first look
    if (before && after) expect(after.cpuMs - before.cpuMs).toBeLessThan(2);
    const second = await lambda.invoke({});
    expect(first.payload).toBeGreaterThan(0);
    // 50 ms of ticks, and at most the one that was due when the environment froze: not those of 400 ms
    expect(second.payload - first.payload).toBeLessThanOrEqual(20);
    expect(second.payload).toBeGreaterThan(first.payload);
  });

  test('an internal extension holds the environment after the answer, and the next event waits', async () => {
    const lambda = await start('extension.handler', { runtime, environment: { HOLD_MS: '600' } });

    const first = await lambda.invoke({});
    expect(first.payload).toBe('answered');
    expect(first.latencyMs).toBeLessThan(500);
    expect(lambda.frozen).toBe(false);
    expect(lambda.logs).not.toContainEqual(expect.stringContaining('extension done'));

    const second = await lambda.invoke({});
    expect(second.queuedMs).toBeGreaterThan(300);
    expect(await first.holdMs).toBeGreaterThan(300);
    expect(await first.billedMs).toBeGreaterThanOrEqual(Math.ceil(first.latencyMs + await first.holdMs));
    await second.holdMs;
    expect(lambda.frozen).toBe(true);
    expect(lambda.logs.filter((line) => /event INVOKE|extension done/.test(line)).map((line) => line.split('\t')[3])).toEqual([
      `event INVOKE ${first.requestId}`, 'extension done', `event INVOKE ${second.requestId}`, 'extension done',
    ]);
  });

  test('an extension that holds beyond the timeout costs the environment, not the answer', async () => {
    const lambda = await start('extension.handler', { runtime, timeoutSeconds: 1, environment: { HOLD_MS: '60000' } });

    const result = await lambda.invoke({});
    expect(result.payload).toBe('answered');
    const { pid } = lambda;
    await result.holdMs;
    expect(lambda.pid).toBeUndefined();
    expect((await lambda.invoke({})).initMs).toBeGreaterThan(0);
    expect(lambda.pid).not.toBe(pid);
  });

  test('no extension can register once init has ended', async () => {
    const lambda = await start('extension.late', { runtime });

    expect((await lambda.invoke({})).payload).toEqual({
      status: 403,
      body: { errorType: 'Extension.RegistrationClosed', errorMessage: 'Extension registration closed already' },
    });
  });

  test('a function that takes too long is killed, and the next event gets a new process', async () => {
    const lambda = await start('handlers.hangs', { runtime, timeoutSeconds: 1 });
    const { payload, requestId, functionError, latencyMs } = await lambda.invoke({});

    expect(functionError).toBe('Unhandled');
    expect(payload).toEqual({ errorType: 'Sandbox.Timedout', errorMessage: `RequestId: ${requestId} Error: Task timed out after 1.00 seconds` });
    expect(latencyMs).toBeGreaterThan(990);
    expect(lambda.logs.at(-1)).toMatch(new RegExp(`^\\S+Z ${requestId} Task timed out after 1.00 seconds$`));
    expect((await lambda.invoke({}, { deadline: Date.now() + 100 })).initMs).toBeGreaterThan(0);
  });

  test.each([
    ['a status', 'handlers.exits', { code: 3 }, 'Runtime exited with error: exit status 3'],
    ['status 0', 'handlers.exits', { code: 0 }, 'Runtime exited without providing a reason'],
    ['a signal', 'handlers.killsItself', {}, 'Runtime exited with error: signal: killed'],
  ])('a process that ends with %s is reported, and replaced', async (_name, handler, event, message) => {
    const lambda = await start(handler, { runtime });
    const { payload, requestId } = await lambda.invoke(event);

    expect(payload).toEqual({ errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: ${message}` });
    expect((await lambda.invoke(event)).initMs).toBeGreaterThan(0);
  });
});

describe('init', () => {
  test('is only in the first invocation', async () => {
    const lambda = await start('handlers.nothing');
    expect((await lambda.invoke({})).initMs).toBeGreaterThan(0);
    expect((await lambda.invoke({})).initMs).toBeUndefined();
  });

  test('can be had ahead of the first invocation', async () => {
    const lambda = await start('handlers.nothing');
    expect(await lambda.init()).toBeGreaterThan(0);
    expect(lambda.frozen).toBe(true);
    expect((await lambda.invoke({})).initMs).toBeUndefined();
  });

  test('is tried once more, as part of the invocation, when it fails', async () => {
    const lambda = await start('throws-at-init.handler');
    await lambda.invoke({});
    expect(lambda.logs.filter((line) => line.includes('init begins'))).toHaveLength(2);
  });

  test('counts against the timeout when it is tried again', async () => {
    const lambda = await start('hangs-at-init.handler', { timeoutSeconds: 1 });
    const { payload } = await lambda.invoke({});
    expect(payload).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect(lambda.logs.filter((line) => line.includes('init begins'))).toHaveLength(2);
  }, 20_000);
});

describe('shutdown', () => {
  test('kills at once without an extension', async () => {
    const lambda = await start('handlers.nothing');
    await lambda.invoke({});
    const end = await lambda.shutdown();
    expect(end).toMatchObject({ signal: 'SIGKILL', exitCode: null });
    expect(end.tookMs).toBeLessThan(300);
  });

  test.each([
    ['stay'],
    // waits for the thread that is in `next`, as it does with the native addon
    ['process.exit'],
  ])('sends SIGTERM and waits 500 ms with an internal extension (%s)', async (reaction) => {
    const lambda = await start('extension.handler', { environment: { ON_SIGTERM: reaction } });
    await lambda.invoke({});
    const end = await lambda.shutdown();
    expect(end).toMatchObject({ signal: 'SIGKILL', exitCode: null });
    expect(end.tookMs).toBeGreaterThan(490);
    expect(lambda.logs).toContainEqual(expect.stringContaining('SIGTERM received'));
  });

  test('is over as soon as the process has ended', async () => {
    const lambda = await start('extension.handler', { environment: { ON_SIGTERM: 'SIGINT' } });
    await lambda.invoke({});
    const end = await lambda.shutdown();
    expect(end).toMatchObject({ signal: 'SIGINT' });
    expect(end.tookMs).toBeLessThan(400);
  });

  test('is nothing where there is no process', async () => {
    const lambda = await start('handlers.nothing');
    expect(await lambda.shutdown()).toEqual({ signal: null, exitCode: null, tookMs: 0 });
  });
});

test('an extension that gives up ends the environment', async () => {
  const lambda = await start('extension.handler', { environment: { EXIT_ERROR: '1' } });
  await (await lambda.invoke({})).holdMs;
  expect(lambda.pid).toBeUndefined();
});

test('where extensions are not supported, registration is refused and nothing holds the environment', async () => {
  const lambda = await start('extension.handler', { extensionsSupported: false, environment: { HOLD_MS: '60000' } });
  await (await lambda.invoke({})).holdMs;
  expect(lambda.logs).toEqual([expect.stringContaining('register 404')]);
  expect(lambda.frozen).toBe(true);
});

test('stop kills an invocation that is going on', async () => {
  const lambda = await start('handlers.hangs', { timeoutSeconds: 60 });
  const result = lambda.invoke({});
  await delay(300);
  await lambda.stop();
  expect((await result).payload).toMatchObject({ errorMessage: expect.stringContaining('signal: killed') });
  await expect(lambda.invoke({})).rejects.toThrow('this local Lambda has been stopped');
});
