import { randomBytes } from 'node:crypto';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { S3Error } from './errors';
import { element, text } from './xml';

/** What an operation answers. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default - no body */
  readonly body?: Buffer | string;
}

/** An answer that is an XML document. */
export function xml(body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body };
}

/** S3's document for an error; what is no refusal of ours is our own mistake and says so. */
export function errorAnswer(error: unknown, resource: string, requestId: string): Answer {
  const refusal = error instanceof S3Error
    ? error
    : new S3Error('InternalError', `the embedded S3 server failed: ${error instanceof Error ? error.stack : String(error)}`);
  const details = { ...refusal.details, Resource: resource, RequestId: requestId };
  const body = element('Error',
    text('Code', refusal.code),
    text('Message', refusal.message),
    ...Object.entries(details).map(([name, value]) => text(name, value)));
  return { ...xml(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`, refusal.headers), status: refusal.status };
}

/** How an answer is sent. */
export interface Sending {
  readonly requestId: string;
  /** A HEAD request is told the length of the body it does not get. */
  readonly method: string;
  readonly delayMs: number;
  /** The server's clock, in milliseconds since 1970. */
  readonly now: () => number;
  /** Whether to end the connection, because an unread body of the client's may still follow on it. */
  readonly close: boolean;
  /** Ends the wait when the server stops. */
  readonly signal: AbortSignal;
}

/** Sends an answer with the headers that all of S3's answers have. */
export async function send(response: ServerResponse, answer: Answer, sending: Sending): Promise<void> {
  await due(sending);
  const { headers, body } = messageOf(answer, sending);
  response.writeHead(answer.status, headers);
  response.end(body);
}

/** Sends half of the body, or of the headers of an answer without one, and closes the connection. */
export async function sendHalf(response: ServerResponse, answer: Answer, sending: Sending): Promise<void> {
  await due(sending);
  const { headers, body = Buffer.alloc(0) } = messageOf(answer, sending);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const head = Buffer.from(`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}\r\n${lines}\r\n`);
  const length = Math.floor(body.length > 0 ? head.length + body.length / 2 : head.length / 2);
  // past the response, which would not let the headers be cut
  response.socket?.write(Buffer.concat([head, body]).subarray(0, length));
  response.socket?.destroySoon();
}

async function due({ delayMs, signal }: Sending): Promise<void> {
  if (delayMs > 0) {
    await sleep(delayMs, undefined, { signal });
  }
}

function messageOf(answer: Answer, { requestId, method, close, now }: Sending): { headers: Record<string, string>; body?: Buffer } {
  const body = Buffer.from(answer.body ?? '');
  const bodiless = answer.status === 204 || answer.status === 304;
  return {
    headers: {
      'x-amz-request-id': requestId,
      'x-amz-id-2': randomBytes(48).toString('base64'),
      'date': new Date(now()).toUTCString(),
      'server': 'AmazonS3',
      ...bodiless ? {} : { 'content-length': String(body.length) },
      ...answer.headers,
      ...close ? { connection: 'close' } : {},
    },
    body: method === 'HEAD' || bodiless ? undefined : body,
  };
}
