import { randomBytes, randomUUID } from 'node:crypto';

/** What the caller of a function gets. */
export interface Answer {
  /** All bytes of the answer, as the runtime sent them. */
  readonly body: Buffer;
  readonly contentType?: string;
  readonly streamed: boolean;
  readonly chunks: readonly Chunk[];
  readonly error?: FunctionError;
}

export interface Chunk {
  /** Milliseconds from the delivery of the event. */
  readonly atMs: number;
  readonly bytes: Buffer;
}

/** As Lambda answers for a function that failed: the type, and the JSON that the caller sees. */
export interface FunctionError {
  readonly type?: string;
  readonly body: Buffer;
}

/** An error that Lambda words, not the function. */
export function platformError(errorType: string, errorMessage: string): FunctionError {
  return { type: errorType, body: Buffer.from(JSON.stringify({ errorType, errorMessage })) };
}

export function failure(error: FunctionError): Answer {
  return { body: error.body, contentType: 'application/json', streamed: false, chunks: [], error };
}

/** One event on its way through an execution environment. */
export class Invocation {
  public readonly requestId = randomUUID();
  /** Lambda sends one with every event, also where tracing is off. */
  public readonly traceId = `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')};`
    + `Parent=${randomBytes(8).toString('hex')};Sampled=0`;
  public readonly answer: Promise<Answer>;
  public answeredAt?: number;
  private deliveredAt = performance.now();
  private resolveAnswer!: (answer: Answer) => void;

  constructor(
    public readonly event: Buffer,
    public readonly clientContext: unknown,
    public readonly deadlineMs: number,
  ) {
    this.answer = new Promise((resolve) => { this.resolveAnswer = resolve; });
  }

  public get answered(): boolean {
    return this.answeredAt !== undefined;
  }

  /** From the delivery of the event to the caller's answer, in milliseconds. */
  public get latencyMs(): number {
    return (this.answeredAt ?? performance.now()) - this.deliveredAt;
  }

  /** Milliseconds since the event was delivered. */
  public get elapsedMs(): number {
    return performance.now() - this.deliveredAt;
  }

  public delivered(): void {
    this.deliveredAt = performance.now();
  }

  /** Only the first answer counts. */
  public respond(answer: Answer): void {
    if (this.answered) return;
    this.answeredAt = performance.now();
    this.resolveAnswer(answer);
  }
}
