import { afterTurns, isPromise, promiseThen, unreferencedTimer } from '../platform';

export interface Context {
  readonly awsRequestId?: string;
  callbackWaitsForEmptyEventLoop?: boolean;
  getRemainingTimeInMillis?: () => number;
}

/** What is done about an invocation. Nothing of it throws or rejects. */
export interface Observer {
  /** Whether the answer waits for what is done when it is known. */
  readonly delaysAnswer: boolean;
  /** Called once, when the answer is known. */
  answerKnown(): Promise<void>;
}

export type Callback = (error: unknown, result?: unknown) => void;
export type Stream = Pick<NodeJS.WritableStream, 'once'> & { readonly writableFinished?: boolean };

/** The runtime posts the answer one turn of the event loop after the handler has settled; one more for it to ask for the next. */
const TURNS_UNTIL_ANSWERED = 3;
/** Longest wait for the rest of a stream after its handler has settled, in milliseconds. */
const STREAM_TIMEOUT = 1_000;

/** What the runtime calls a handler with. */
export interface Given {
  readonly context: Context | undefined;
  /** None in the runtime of Node.js 24: what a handler returns is the answer there. */
  readonly callback: Callback | undefined;
  /** Only of a streaming handler. */
  readonly stream: Stream | undefined;
}

/** One call of the handler, from its begin to the moment its answer is known. */
export class Invocation {
  private readonly answersEmptyLoop: boolean;
  private told?: Promise<void>;
  private isSettled = false;
  private isAnswered = false;
  private waitsForEmptyLoop = false;

  public constructor(private readonly observer: Observer, private readonly given: Given, private readonly forget: () => void) {
    // only the runtime that has callbacks goes on when the loop is empty; looked at now, since handlers set the property anywhere
    this.answersEmptyLoop = Boolean(given.context && 'callbackWaitsForEmptyEventLoop' in given.context);
  }

  /** What the handler returned, as the runtime shall see it. */
  public returned(result: unknown): unknown {
    if (isPromise(result) && result.then === promiseThen && !this.observer.delaysAnswer) {
      const settled = () => this.settled();
      void Reflect.apply(promiseThen, result, [settled, settled]);
    } else if (isThenable(result)) {
      // `then` may do the work, as that of a query builder does, so it is called once: by the runtime, or here as `await` does
      return this.given.callback ? this.calledByRuntime(result) : this.answered(Promise.resolve(result));
    } else if (this.given.stream) {
      this.settled(); // the runtime refuses it
    } else if (!this.given.callback) {
      return this.answered(Promise.resolve(result));
    }
    return result;
  }

  /** What the handler threw before it returned: an answer like a rejection, except where the runtime takes it for none. */
  public thrown(error: unknown): unknown {
    if (this.observer.delaysAnswer && error !== undefined && error !== null) {
      return this.answered(Promise.reject(error));
    }
    this.settled();
    throw error;
  }

  /** A callback that answers as the runtime's own does: at once with an error, else when the event loop is empty if it waits for that. */
  public callback(callback: Callback): Callback {
    return (...args) => {
      const atOnce = (args[0] !== undefined && args[0] !== null) || !this.given.context?.callbackWaitsForEmptyEventLoop;
      this.answer(() => callback(...args), atOnce);
    };
  }

  /** Answers, before or after the answer is told of. The runtime ignores what comes after the first that could be sent. */
  public answer(send: () => void, atOnce: boolean): void {
    if (this.observer.delaysAnswer) {
      // An answer that cannot be sent is thrown into the handler by the runtime, which makes it an answer of the same text.
      this.tell().then(send).catch((error: unknown) => this.given.callback?.(error));
      return;
    }
    send();
    if (!this.isAnswered) {
      this.isAnswered = true;
      this.waitsForEmptyLoop = !atOnce;
      this.settled();
    }
  }

  /** Nothing is left to run: the runtime answers now whatever it has, in the same event. */
  public loopIsEmpty(): void {
    if (this.answersEmptyLoop) {
      this.waitsForEmptyLoop = false;
      this.settled();
    }
  }

  /**
   * The runtime that has callbacks calls `then` with `context.succeed` and `context.fail`, which tell of the answer. It answers at
   * once, by its own callback, if that throws or returns what has no `catch`.
   */
  private calledByRuntime(result: PromiseLike<unknown>): Pick<PromiseLike<unknown>, 'then'> {
    const { then } = result;
    return {
      then: (...callbacks) => {
        let chained: unknown;
        try {
          return (chained = Reflect.apply(then, result, callbacks)) as never;
        } finally {
          if (typeof (chained as { catch?: unknown } | undefined)?.catch !== 'function') {
            this.settled();
          }
        }
      },
    };
  }

  private async answered(result: Promise<unknown>): Promise<unknown> {
    try {
      return await result;
    } finally {
      if (this.observer.delaysAnswer) {
        await this.tell();
      } else {
        this.settled();
      }
    }
  }

  /** The answer is known and on its way. */
  private settled(): void {
    if (!this.isSettled && !this.waitsForEmptyLoop) {
      this.isSettled = true;
      this.forget();
      afterTurns(TURNS_UNTIL_ANSWERED, () => whenSent(this.given.stream, () => void this.tell()));
    }
  }

  private tell(): Promise<void> {
    this.isSettled = true;
    this.forget();
    return (this.told ??= this.observer.answerKnown());
  }
}

/** Calls back when a stream has been handed over as a whole, so that what comes then does not slow it down. */
function whenSent(stream: Stream | undefined, callback: () => void): void {
  if (!stream || stream.writableFinished !== false) {
    callback();
    return;
  }
  let isOver = false;
  const over = () => {
    if (!isOver) {
      isOver = true;
      callback();
    }
  };
  stream.once('finish', over);
  stream.once('close', over);
  unreferencedTimer(STREAM_TIMEOUT, over);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
