/** Wraps the user's handler in a function of the same kind that tells when each invocation has its answer. */
import { types } from 'node:util';
import type { Handler } from './loader';
import { afterTurns } from './platform';

export interface Context {
  readonly awsRequestId?: string;
  callbackWaitsForEmptyEventLoop?: boolean;
  getRemainingTimeInMillis?: () => number;
}

/** What is done around an invocation. Nothing of it throws or rejects. */
export interface Observer {
  /** Called before the handler. Returns what is called once when the answer is known. */
  begin(context: Context): () => Promise<void>;
  /** Whether the answer waits for the end of that. */
  readonly delaysAnswer: boolean;
  /** Whether a handler that returns no promise answers with what it returned (the runtime of Node.js 24), or by other means. */
  readonly returnIsAnswer: boolean;
}

type Callback = (error: unknown, result?: unknown) => void;

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
/** The runtime posts the answer one turn of the event loop after the handler has settled; one more for it to ask for the next. */
const TURNS_UNTIL_ANSWERED = 3;
const ANSWERING_METHODS = ['succeed', 'fail', 'done'] as const;

export function observed(handler: Handler, observer: Observer): Handler {
  const streaming = Boolean((handler as unknown as Record<symbol, unknown>)[STREAMING]);
  const pending = new Set<Invocation>();
  process.on('beforeExit', () => pending.forEach((invocation) => invocation.loopIsEmpty()));
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    const context = (streaming ? args[2] : args[1]) as Context;
    const invocation = new Invocation(observer, context, () => pending.delete(invocation));
    pending.add(invocation);
    if (!streaming) {
      replaceAnsweringMethods(context, invocation);
      if (typeof args[2] === 'function') {
        args[2] = invocation.callback(args[2] as Callback);
      }
    }
    try {
      return invocation.returned(Reflect.apply(handler, this, args));
    } catch (error) {
      invocation.settled();
      throw error;
    }
  };
  // The runtime looks at both: Node.js 24 refuses handlers of three parameters, and the symbols mark streaming handlers.
  Object.defineProperty(wrapped, 'length', { value: handler.length, configurable: true });
  for (const symbol of Object.getOwnPropertySymbols(handler)) {
    Object.defineProperty(wrapped, symbol, Object.getOwnPropertyDescriptor(handler, symbol)!);
  }
  return wrapped;
}

/** One call of the handler, from its begin to the moment its answer is known. */
class Invocation {
  private readonly answerKnown: () => Promise<void>;
  private isSettled = false;

  public constructor(private readonly observer: Observer, private readonly context: Context, private readonly forget: () => void) {
    this.answerKnown = observer.begin(context);
  }

  /** The answer is known and on its way. */
  public settled(): void {
    if (this.settle()) {
      afterTurns(TURNS_UNTIL_ANSWERED, () => void this.answerKnown());
    }
  }

  /** What a non-streaming or a streaming handler returned, as the runtime shall see it. */
  public returned(result: unknown): unknown {
    if (types.isPromise(result)) {
      if (this.observer.delaysAnswer) {
        return this.delayed(result);
      }
      const settled = () => this.settled();
      result.then(settled, settled);
    } else if (isThenable(result)) {
      return this.delayed(Promise.resolve(result));
    } else if (this.observer.returnIsAnswer) {
      return this.observer.delaysAnswer ? this.delayed(Promise.resolve(result)) : (this.settled(), result);
    }
    return result;
  }

  /** A callback that answers as the runtime's own does: at once with an error, else when the event loop is empty if it waits for that. */
  public callback(callback: Callback): Callback {
    return (...args) => {
      const atOnce = (args[0] !== undefined && args[0] !== null) || this.context.callbackWaitsForEmptyEventLoop === false;
      this.answer(() => callback(...args), atOnce);
    };
  }

  /** Answers, after or before the answer is told of. */
  public answer(send: () => void, atOnce = true): void {
    if (this.observer.delaysAnswer && this.settle()) {
      void this.answerKnown().then(send);
      return;
    }
    send();
    if (atOnce) {
      this.settled();
    }
  }

  /** Nothing is left to run: the runtime answers now whatever it has, in the same event. */
  public loopIsEmpty(): void {
    this.settled();
  }

  private async delayed(result: Promise<unknown>): Promise<unknown> {
    try {
      return await result;
    } finally {
      if (this.observer.delaysAnswer && this.settle()) {
        await this.answerKnown();
      } else {
        this.settled();
      }
    }
  }

  /** @returns whether this is the first time */
  private settle(): boolean {
    const first = !this.isSettled;
    this.isSettled = true;
    this.forget();
    return first;
  }
}

/** `context.succeed`, `fail` and `done` answer at once, whatever the handler returns; the runtime of Node.js 24 has none. */
function replaceAnsweringMethods(context: Context, invocation: Invocation): void {
  const methods = context as Record<string, unknown>;
  for (const name of ANSWERING_METHODS) {
    const method = methods?.[name];
    if (typeof method === 'function') {
      methods[name] = (...args: unknown[]) => invocation.answer(() => Reflect.apply(method, context, args));
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
