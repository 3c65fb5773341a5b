/**
 * What callers get from handlers of every kind.
 *
 * Error types and their texts are those of aws-lambda-ric's source (`Errors.js` and `UserFunction.js` of 3.3.0, `errors.js`
 * and `module-loader.js` of 4.0.2); that Lambda hands them to the caller with the function error "Unhandled" is in
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html.
 */
import * as path from 'node:path';
import type { LambdaRuntime } from './function-configuration';
import type { InvocationResult } from './local-lambda';
import { LocalLambda } from './local-lambda';

const FUNCTIONS = path.join(__dirname, 'functions');
const CALLBACK_RUNTIMES: LambdaRuntime[] = ['nodejs20.x', 'nodejs22.x'];
const RUNTIMES: LambdaRuntime[] = [...CALLBACK_RUNTIMES, 'nodejs24.x'];

/** Invokes a function once, and has its logs, too. */
async function run(runtime: LambdaRuntime, handler: string, event: unknown = {}): Promise<InvocationResult & { logs: string[] }> {
  const lambda = await LocalLambda.start({ runtime, handler, taskRoot: FUNCTIONS });
  try {
    const result = await lambda.invoke(event);
    await result.holdMs;
    return { ...result, logs: lambda.logs };
  } finally {
    await lambda.stop();
  }
}

describe.each(RUNTIMES)('%s', (runtime) => {
  test.each<[name: string, handler: string, event: unknown, payload: unknown]>([
    ['an async handler without a result', 'handlers.nothing', {}, null],
    ['a handler in a nested export', 'handlers.nested.deeper.handler', {}, 'nested'],
    ['an ES module with a top-level await', 'module.handler', {}, expect.any(Number)],
    ['an event of 5 MB, and of more bytes than characters', 'handlers.length', { text: 'ü'.repeat(2_500_000) }, 2_500_000],
    ['an answer of 5 MB', 'handlers.large', { bytes: 5_000_000 }, 'x'.repeat(5_000_000)],
  ])('answers from %s', async (_name, handler, event, payload) => {
    const result = await run(runtime, handler, event);

    expect(result.payload).toEqual(payload);
    expect(result.functionError).toBeUndefined();
    expect(result.streamed).toBe(false);
  });

  test('runs on the Node.js of the runtime, with the context that Lambda gives', async () => {
    const lambda = await LocalLambda.start({ runtime, handler: 'handlers.echo', taskRoot: FUNCTIONS, functionName: 'echo', timeoutSeconds: 5 });
    const result = await lambda.invoke({ key: 'välue' }, { clientContext: { custom: { name: 'Zoë' } } });
    await lambda.stop();

    expect(result.payload).toEqual({
      event: { key: 'välue' },
      requestId: result.requestId,
      arn: 'arn:aws:lambda:us-east-1:123456789012:function:echo',
      remaining: expect.any(Number),
      clientContext: { custom: { name: 'Zoë' } },
    });
    expect(result.payload.remaining).toBeGreaterThan(3000);
    expect(result.payload.remaining).toBeLessThanOrEqual(5000);
  });

  test.each<[name: string, handler: string, errorType: string, errorMessage: unknown]>([
    ['an error that is thrown', 'handlers.throws', 'TypeError', 'no such thing'],
    ['a text that is thrown', 'handlers.throwsText', 'string', 'only text'],
    ['an error at init', 'throws-at-init.handler', 'RangeError', 'init went wrong'],
    ['an exit at init', 'exits-at-init.handler', 'Runtime.ExitError', 'Error: Runtime exited with error: exit status 7'],
    ['a missing file', 'nowhere.handler', 'Runtime.ImportModuleError', expect.stringMatching(/^Error: Cannot find module 'nowhere'\nRequire stack:/)],
    ['a missing package', 'requires-missing.handler', 'Runtime.ImportModuleError', expect.stringContaining("Cannot find module 'a-package-that-nobody-has'")],
    ['a syntax error', 'syntax-error.handler', 'Runtime.UserCodeSyntaxError', 'SyntaxError: Unexpected end of input'],
    ['a missing export', 'handlers.nowhere', 'Runtime.HandlerNotFound', 'handlers.nowhere is undefined or not exported'],
    ['an export that is no function', 'handlers.nested', 'Runtime.HandlerNotFound', 'handlers.nested is not a function'],
    ['a handler without an export', 'handlers', 'Runtime.MalformedHandlerName', 'Bad handler'],
  ])('reports %s', async (_name, handler, errorType, errorMessage) => {
    const result = await run(runtime, handler);

    expect(result).toMatchObject({ functionError: 'Unhandled', errorType, payload: { errorType, errorMessage } });
  });

  test('streams an answer', async () => {
    const result = await run(runtime, 'handlers.streams');

    expect(result).toMatchObject({ payload: 'first second', streamed: true, contentType: 'text/plain' });
    expect(result.chunks.map((chunk) => chunk.bytes.toString())).toEqual(['first ', 'second']);
    expect(result.chunks[1].atMs - result.chunks[0].atMs).toBeGreaterThan(60);
  });

  test('streams an answer with metadata for HTTP', async () => {
    // https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html: JSON, eight null bytes, the payload
    const result = await run(runtime, 'handlers.streamsJson');

    expect(result.rawPayload.toString()).toBe('{"statusCode":201}\0\0\0\0\0\0\0\0body');
    expect(result.contentType).toBe('application/vnd.awslambda.http-integration-response');
  });

  test.each([[true, 'half of it'], [false, '']])('reports a stream that fails (after a write: %s)', async (writes, rawText) => {
    const result = await run(runtime, 'handlers.streamFails', { writes });

    expect(result).toMatchObject({ functionError: 'Unhandled', errorType: 'TypeError', payload: { errorMessage: 'the stream broke' } });
    expect(result.rawPayload.toString()).toBe(rawText);
  });

  test('refuses an answer of more than 6 MB', async () => {
    // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, in the words of AWS's emulator
    const result = await run(runtime, 'handlers.large', { bytes: 6 * 1024 * 1024 + 100 });

    expect(result.payload).toEqual({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    });
  });

  test('collects logs as the runtime formats them, one line for each call', async () => {
    const { logs, requestId } = await run(runtime, 'handlers.logs');

    expect(logs).toEqual([
      expect.stringMatching(new RegExp(`^\\S+Z\\t${requestId}\\tINFO\\tone\\rtwo$`)),
      expect.stringMatching(new RegExp(`^\\S+Z\\t${requestId}\\tERROR\\tthree$`)),
      'four',
    ]);
  });
});

describe.each(CALLBACK_RUNTIMES)('%s with callbacks', (runtime) => {
  // https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html on callbackWaitsForEmptyEventLoop
  test.each([
    [true, (latencyMs: number) => expect(latencyMs).toBeGreaterThan(490)],
    [false, (latencyMs: number) => expect(latencyMs).toBeLessThan(490)],
  ])('answers when the event loop is empty (waits for that: %s)', async (waits, expectLatency) => {
    const result = await run(runtime, 'handlers.callback', { waits });

    expect(result.payload).toBe('from the callback');
    expectLatency(result.latencyMs);
  });

  test.each([
    ['an error', 'handlers.callbackError', { errorType: 'RangeError', errorMessage: 'out of range', trace: expect.any(Array) }],
    ['null if there is neither a callback nor a promise', 'handlers.silent', null],
  ])('answers %s', async (_name, handler, payload) => {
    expect((await run(runtime, handler)).payload).toEqual(payload);
  });

  test('reports an uncaught exception', async () => {
    expect((await run(runtime, 'handlers.uncaught')).payload).toMatchObject({ errorType: 'Error', errorMessage: 'nobody catches this' });
  });
});

test('nodejs24.x refuses a handler with a callback at init', async () => {
  // https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html: removed with Node.js 24
  expect((await run('nodejs24.x', 'handlers.callback')).payload).toMatchObject({
    errorType: 'Runtime.CallbackHandlerDeprecated',
    errorMessage: expect.stringContaining('AWS Lambda has removed support for callback-based function handlers starting with Node.js 24'),
  });
});

test('nodejs24.x leaves an uncaught exception to Node.js, which exits', async () => {
  const { payload, requestId } = await run('nodejs24.x', 'handlers.uncaught');

  expect(payload).toEqual({ errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: exit status 1` });
});
