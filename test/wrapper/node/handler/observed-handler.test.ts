/** The contract with the runtime that a table of functions cannot show: who is called when, and how often. */
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import type { Context, Observer } from '../../../../src/wrapper/node/handler/invocation';
import type { Handler } from '../../../../src/wrapper/node/handler/loader';
import { observed } from '../../../../src/wrapper/node/handler/observed-handler';

class Recorder implements Observer {
  public readonly events: string[] = [];
  public constructor(public readonly delaysAnswer: boolean, private readonly end: () => Promise<void> = async () => undefined) {}

  public async answerKnown(): Promise<void> {
    this.events.push('answer known');
    await this.end();
    this.events.push('end');
  }
}

const observedBy = (handler: Handler, recorder: Recorder) => observed(handler, () => {
  recorder.events.push('begin');
  return recorder;
});

const turns = async (count: number) => {
  for (let n = 0; n < count; n++) await turn();
};

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');

describe('the function that the runtime gets', () => {
  const handler = Object.assign(function (this: unknown, _a: unknown, _b: unknown, _c: unknown) { return this; } as Handler, { [STREAMING]: 'response' });
  const wrapped = observedBy(handler, new Recorder(false));

  test('has as many parameters', () => expect(wrapped.length).toBe(3));
  test('has the same symbols', () => expect((wrapped as unknown as Record<symbol, unknown>)[STREAMING]).toBe('response'));
  test('is called on what the runtime calls it on', () => {
    const runtime = {};
    expect(wrapped.call(runtime, 1, {}, 3)).toBe(runtime);
  });
});

test('the answer is known some turns of the event loop after the promise has settled, once', async () => {
  const recorder = new Recorder(false);
  const promise = observedBy((async () => 1) as Handler, recorder)({}, {}) as Promise<number>;
  expect(await promise).toBe(1);
  expect(recorder.events).toEqual(['begin']);
  await turns(1);
  expect(recorder.events).toEqual(['begin']);
  await turns(5);
  expect(recorder.events).toEqual(['begin', 'answer known', 'end']);
});

test('the very promise of an async handler goes to the runtime', () => {
  const promise = Promise.resolve(1);
  expect(observedBy((() => promise) as Handler, new Recorder(false))({}, {})).toBe(promise);
});

test.each([false, true])('then of a thenable is called once (before the answer: %s)', async (delaysAnswer) => {
  const then = jest.fn((resolve: (value: number) => void) => resolve(7));
  const result = observedBy((() => ({ then })) as Handler, new Recorder(delaysAnswer))({}, {}, () => undefined);
  expect(await result).toBe(7);
  expect(then).toHaveBeenCalledTimes(1);
});

test('a promise that rejects is no unhandled rejection of ours', async () => {
  const rejections: unknown[] = [];
  const listener = (reason: unknown) => rejections.push(reason);
  process.on('unhandledRejection', listener);
  for (const delaysAnswer of [false, true]) {
    const result = observedBy((async () => { throw new Error('no'); }) as Handler, new Recorder(delaysAnswer))({}, {}) as Promise<unknown>;
    await expect(result).rejects.toThrow('no');
    await turns(6);
  }
  process.off('unhandledRejection', listener);
  expect(rejections).toEqual([]);
});

test('the answer waits for the end where it has to', async () => {
  const recorder = new Recorder(true, async () => delay(50));
  await observedBy((async () => 1) as Handler, recorder)({}, {});
  expect(recorder.events).toEqual(['begin', 'answer known', 'end']);
});

describe('a callback', () => {
  const call = (recorder: Recorder, handler: Handler, context: Context = { callbackWaitsForEmptyEventLoop: false }) => {
    const sent: unknown[][] = [];
    const result = observedBy(handler, recorder)({}, context, (...args: unknown[]) => void sent.push(args));
    return { sent, result };
  };

  test('is passed on at once, with what it was called with', async () => {
    const recorder = new Recorder(false);
    const { sent } = call(recorder, (_event, _context, callback) => callback(null, 'a', 'more'));
    expect(sent).toEqual([[null, 'a', 'more']]);
    await turns(6);
    expect(recorder.events).toEqual(['begin', 'answer known', 'end']);
  });

  test('that waits for an empty event loop is not the answer yet, and nothing after it is', async () => {
    const recorder = new Recorder(false);
    const { sent } = call(recorder, async (_event, _context, callback) => callback(null, 'a'), { callbackWaitsForEmptyEventLoop: true });
    await turns(6);
    expect(sent).toEqual([[null, 'a']]);
    expect(recorder.events).toEqual(['begin']);
    process.emit('beforeExit', 0);
    await turns(6);
    expect(recorder.events).toEqual(['begin', 'answer known', 'end']);
  });

  test('that throws, as with what JSON cannot hold, leaves the next call to be the answer', async () => {
    const recorder = new Recorder(false);
    let calls = 0;
    const wrapped = observedBy((_event, _context, callback) => {
      try {
        callback(null, 1n);
      } catch (error) {
        callback(error);
      }
    }, recorder);
    wrapped({}, { callbackWaitsForEmptyEventLoop: false }, () => {
      if (++calls === 1) throw new Error('Unable to stringify response body');
    });
    await turns(6);
    expect([calls, recorder.events]).toEqual([2, ['begin', 'answer known', 'end']]);
  });

  test('called twice is sent in the order of the calls where the answer waits', async () => {
    const recorder = new Recorder(true, async () => delay(20));
    const { sent } = call(recorder, (_event, _context, callback) => {
      callback(null, 'first');
      callback(null, 'second');
    });
    expect(sent).toEqual([]);
    await delay(60);
    expect(sent).toEqual([[null, 'first'], [null, 'second']]);
    expect(recorder.events).toEqual(['begin', 'answer known', 'end']);
  });
});

test.each(['succeed', 'fail', 'done'])('context.%s is an answer', async (name) => {
  const recorder = new Recorder(false);
  const method = jest.fn();
  observedBy((_event, context: Record<string, (value: unknown) => void>) => context[name]!('x'), recorder)({}, { [name]: method, callbackWaitsForEmptyEventLoop: true }, () => undefined);
  expect(method).toHaveBeenCalledWith('x');
  await turns(6);
  expect(recorder.events).toEqual(['begin', 'answer known', 'end']);
});

describe('an empty event loop', () => {
  const never = () => new Promise(() => undefined);

  test('is the answer of a promise that never settles, where the runtime has one for that', async () => {
    const recorder = new Recorder(false);
    observedBy(never as Handler, recorder)({}, { callbackWaitsForEmptyEventLoop: true }, () => undefined);
    process.emit('beforeExit', 0);
    await turns(6);
    expect(recorder.events).toEqual(['begin', 'answer known', 'end']);
  });

  test('is nothing where the process ends then, whatever the handler does to its context', async () => {
    const recorder = new Recorder(false);
    const context: Context = {};
    observedBy(((_event: unknown, given: Context) => {
      given.callbackWaitsForEmptyEventLoop = false;
      return never();
    }) as Handler, recorder)({}, context);
    process.emit('beforeExit', 0);
    await turns(6);
    expect(recorder.events).toEqual(['begin']);
  });
});

test('a stream that is still being sent is waited for', async () => {
  const recorder = new Recorder(false);
  const listeners: Record<string, () => void> = {};
  const stream = { writableFinished: false, once: (name: string, listener: () => void) => (listeners[name] = listener) };
  const handler = Object.assign((async () => undefined) as Handler, { [STREAMING]: 'response' });
  await observedBy(handler, recorder)({}, stream, {});
  await turns(6);
  expect(recorder.events).toEqual(['begin']);
  listeners.finish!();
  listeners.close!();
  await turns(2);
  expect(recorder.events).toEqual(['begin', 'answer known', 'end']);
});
