import type { Answer, Chunk, Invocation } from './invocation';

export interface InvocationResult {
  readonly requestId: string;
  /** The answer, or the error that Lambda gives the caller; a string where that is not JSON. */
  readonly payload: any;
  /** The bytes of the answer; of a stream, all that arrived before it failed. */
  readonly rawPayload: Buffer;
  readonly functionError?: 'Unhandled';
  readonly errorType?: string;
  readonly contentType?: string;
  readonly streamed: boolean;
  /** The parts of a streamed answer and when they arrived. */
  readonly chunks: readonly Chunk[];
  /** What the caller waits for: from the delivery of the event to the end of the answer. Init is not in it. */
  readonly latencyMs: number;
  /** How long the event waited for the environment: for init, or for the end of the invocation before. */
  readonly queuedMs: number;
  /** From the start of the process to the end of init, if this invocation was a cold start. */
  readonly initMs?: number;
  /** How long the environment was held after the answer, by the runtime and by extensions; known once that is over. */
  readonly holdMs: Promise<number>;
  /** What Lambda would bill: init, the invocation and the hold, in whole milliseconds. */
  readonly billedMs: Promise<number>;
}

/** @param settled resolves when the environment is free again */
export function resultOf(
  invocation: Invocation,
  answer: Answer,
  settled: Promise<void>,
  { initMs, queuedMs }: Pick<InvocationResult, 'initMs' | 'queuedMs'>,
): InvocationResult {
  const latencyMs = invocation.latencyMs;
  const holdMs = settled.then(() => invocation.elapsedMs - latencyMs);
  return {
    requestId: invocation.requestId,
    payload: parsed(answer.error?.body ?? answer.body),
    rawPayload: answer.body,
    ...(answer.error && { functionError: 'Unhandled' as const, errorType: answer.error.type }),
    contentType: answer.contentType,
    streamed: answer.streamed,
    chunks: answer.chunks,
    latencyMs,
    queuedMs,
    initMs,
    holdMs,
    billedMs: holdMs.then((ms) => Math.ceil((initMs ?? 0) + latencyMs + ms)),
  };
}

function parsed(body: Buffer): unknown {
  const text = body.toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
