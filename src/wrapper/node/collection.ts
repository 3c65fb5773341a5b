import { BackgroundDelivery } from './delivery/background-delivery';
import type { Collector } from './delivery/collector';
import type { Context, Observer } from './handler/invocation';
import type { Handler } from './handler/loader';
import { observed } from './handler/observed-handler';
import { beforeDeadline } from './lifecycle/deadline';
import { watchEndings } from './lifecycle/endings';
import { registerExtension } from './lifecycle/extension';
import { Holds } from './lifecycle/holds';
import type { Log } from './log';
import { now, within } from './platform';
import type { Settings } from '../../contract/environment';

export interface CollectionOptions {
  /** Host and port of Lambda's API. */
  readonly runtimeApi?: string;
  /** Whether the execution environment serves several invocations at once. */
  readonly concurrent: boolean;
  /** Settles when all has been loaded that is not to be loaded later; never rejects. */
  readonly prepared: Promise<void>;
  readonly settings: Settings;
}

/** Longest time that an environment stays busy after its answer, in milliseconds: it is billed and holds its concurrency. */
const LONGEST_HOLD = 2_000;
/** What is left of a function's timeout when the hold ends, so that Lambda does not take the hold for a timeout. */
const RESERVE = 100;
const REGISTER_TIMEOUT = 1_000;
/** Of a function, in milliseconds. */
const LONGEST_TIMEOUT = 900_000;
const LEFTOVERS_TIMEOUT = 1_000;

/** When coverage is uploaded, seen from the answer of an invocation. */
type Delivery = 'after' | 'before' | 'background';

/** The collection of coverage in one process, from its start on. Whatever fails in it leaves the function as it is. */
export class Collection {
  public readonly settings: Settings;
  private readonly holds = new Holds();
  private readonly background: BackgroundDelivery;
  private readonly limit: number;
  private readonly handlers = new WeakSet<Handler>();
  /** Until a registration has succeeded, nothing holds the environment after an answer. */
  private delivery: Delivery;
  /** Set where invocations are tracked: from then on all that runs is uploaded, else blocks only. */
  private registered?: Promise<void>;
  private blocks = 0;
  /** Of the invocation that began last. */
  private requestId?: string;

  public constructor(private readonly options: CollectionOptions, private readonly collector: Collector, private readonly log: Log) {
    this.delivery = options.concurrent ? 'background' : 'before';
    this.settings = options.settings;
    this.limit = Math.min(LONGEST_HOLD, options.settings.uploadTimeout * 1_000);
    this.background = new BackgroundDelivery(collector);
    watchEndings({
      save: () => (this.isTracking ? collector.save(this.requestId) : collector.keep()),
      deliver: (limit) => collector.deliverLast(limit),
    });
  }

  /** Whether what runs now is uploaded. */
  public get isTracking(): boolean {
    return this.registered !== undefined || this.blocks > 0;
  }

  /** From here on, invocations are uploaded. */
  public track(): void {
    this.registered ??= this.register();
  }

  /** Whether the answer of an invocation waits for its upload. */
  public get delaysAnswers(): boolean {
    return this.delivery === 'before';
  }

  /**
   * Waits for what has to be done before the user's module loads. That what a process which crashed left behind arrives is a part
   * of it, for a while: where each process ends in a crash, even while the user's module loads, there is no other time for it.
   */
  public async prepared(): Promise<void> {
    await this.options.prepared;
    this.collector.recover();
    if (this.collector.hasLeftovers) {
      await within(LEFTOVERS_TIMEOUT, this.collector.deliver(LEFTOVERS_TIMEOUT), { keepsAlive: true });
    }
  }

  /** The user's module is loaded, and nothing was invoked yet. */
  public loaded(): void {
    this.collector.endInit();
  }

  /** Waits until it is known when coverage is uploaded, not for long. */
  public async ready(): Promise<void> {
    // counted from here: as long as the user's module loads, an answer that has arrived cannot be read
    await within(REGISTER_TIMEOUT, this.registered ?? Promise.resolve(), { keepsAlive: true });
    if (this.delivery === 'before') {
      this.log.debug('coverage is uploaded before the answer: no extension could register', {});
    }
  }

  /** The handler with the collection around it. One that has it already stays as it is. */
  public around(handler: Handler): Handler {
    if (this.handlers.has(handler)) {
      return handler;
    }
    this.track();
    const wrapped = observed(handler, (context) => this.begin(context));
    this.handlers.add(wrapped);
    return wrapped;
  }

  /** What runs until the block ends is uploaded on its own; what ran before is not a part of it. */
  public beginBlock(): void {
    if (this.isTracking) {
      this.collector.take(this.requestId);
    } else {
      this.collector.discard();
    }
    this.blocks++;
  }

  /** Takes the block; where no invocation is tracked, which would do it after the answer, it is uploaded as well. */
  public async endBlock(): Promise<void> {
    this.blocks = Math.max(0, this.blocks - 1);
    this.collector.take(this.requestId);
    if (this.registered === undefined) {
      await this.collector.deliver(this.limit, this.requestId);
    }
  }

  private begin(context: Context | undefined): Observer {
    const { collector, background, delivery } = this;
    if (delivery === 'background') {
      background.begun();
      return { delaysAnswer: false, answerKnown: async () => background.ended() };
    }
    const requestId = typeof context?.awsRequestId === 'string' ? context.awsRequestId : undefined;
    this.requestId = requestId;
    const end = this.holds.begin(requestId ?? '');
    const remaining = remainingTime(context);
    const timeout = remaining();
    const callOff = timeout === undefined ? () => undefined : beforeDeadline(timeout, {
      flush: (limit) => {
        collector.save(requestId);
        void collector.deliver(limit, requestId);
      },
      save: () => collector.save(requestId),
    });
    return {
      delaysAnswer: delivery === 'before',
      answerKnown: async () => {
        callOff();
        collector.take(requestId);
        await collector.deliver(Math.min(this.limit, (remaining() ?? LONGEST_HOLD) - RESERVE), requestId);
        end();
      },
    };
  }

  private async register(): Promise<void> {
    const { runtimeApi, concurrent } = this.options;
    if (runtimeApi === undefined || concurrent) {
      return;
    }
    try {
      await registerExtension(runtimeApi, (requestId) => this.holds.wait(requestId), (error) => this.log.error('CoverageError', error.message, {}));
      this.delivery = 'after';
    } catch {
      // uploads come before the answer
    }
  }
}

/** Taken before the handler runs: what handlers do to their context must not reach us. */
function remainingTime(context: Context | undefined): () => number | undefined {
  const ask = context?.getRemainingTimeInMillis;
  return () => {
    try {
      // it asks the clock that the user sees, who may have stopped it
      const remaining = Number(ask?.call(context)) + globalThis.Date.now() - now();
      return remaining >= 0 && remaining <= LONGEST_TIMEOUT ? remaining : undefined;
    } catch {
      return undefined;
    }
  };
}
