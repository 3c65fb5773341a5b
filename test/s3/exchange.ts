import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Access } from './access';
import { authenticate, type Credentials } from './authentication';
import { authorizationOf } from './authorization';
import type { BucketStore } from './bucket-store';
import { type Fault, faultError } from './faults';
import { S3Request } from './request';
import { checkLength, payloadOf, receive } from './request-body';
import { type Answer, errorAnswer, send, sendHalf } from './responses';
import { route } from './router';

/** A request that the server has seen. */
export interface LoggedRequest {
  readonly method: string;
  /** The name in S3's API. @default - refused before it was known */
  operation?: string;
  /** @default - a request about no bucket, or one that could not be read */
  bucket?: string;
  /** @default - a request about no object */
  key?: string;
  /** 0 until it is answered, and for ever where a fault takes the place of the answer. */
  status: number;
  /** Bytes of the body that have arrived, as they travelled (with the framing of aws-chunked). */
  requestBytes: number;
  readonly headers: IncomingHttpHeaders;
  readonly at: Date;
  /** What went wrong with it on purpose. @default - nothing */
  fault?: Fault;
}

/** The side of the server that requests are answered from. */
export interface Serving {
  readonly store: BucketStore;
  readonly access: Access;
  readonly credentials: Credentials;
  readonly region: string;
  /** Ends every wait when the server stops. */
  readonly signal: AbortSignal;
  delayMs(): number;
  /** The server's clock, in milliseconds since 1970. */
  now(): number;
}

/** One request and its answer. */
export class Exchange {
  readonly log: LoggedRequest;

  /**
   * @param awaitsContinue whether the client holds its body back until it is told to go on (`Expect: 100-continue`)
   */
  constructor(
    private readonly message: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly serving: Serving,
    private awaitsContinue: boolean,
  ) {
    this.log = { method: message.method!, status: 0, requestBytes: 0, headers: message.headers, at: new Date() };
  }

  /** Answers the request, with an error or a fault too; rejects only where nobody is left to answer to. */
  async run(): Promise<void> {
    const { log: { fault }, message, response, serving: { signal, now } } = this;
    if (fault?.kind === 'refuse') {
      message.socket.resetAndDestroy();
      return;
    }
    const requestId = randomBytes(8).toString('hex').toUpperCase();
    const [resource] = message.url!.split('?');
    const answer = fault?.kind === 'hang' ? undefined : await this.answer().catch((error: unknown) => errorAnswer(error, resource, requestId));
    // a body that is not held back is read to its end even so: closing on it could destroy the answer before the client reads it
    if (!this.awaitsContinue && !message.readableEnded) {
      await this.receive();
    }
    if (fault?.kind === 'reset after') {
      message.socket.resetAndDestroy();
      return;
    }
    if (answer === undefined || fault?.kind === 'hang after') {
      await once(response, 'close', { signal });
      return;
    }
    this.log.status = answer.status;
    await (fault?.kind === 'cut' ? sendHalf : send)(response, answer, {
      requestId,
      method: this.log.method,
      delayMs: this.serving.delayMs() + (fault?.kind === 'slow' ? fault.ms : 0),
      close: this.awaitsContinue,
      signal,
      now,
    });
  }

  private async answer(): Promise<Answer> {
    const { fault } = this.log;
    if (fault?.kind === 'error' || fault?.kind === 'redirect') {
      throw faultError(fault, this.message.url!, this.log.bucket);
    }
    const answer = await this.work();
    if (fault?.kind === 'error after') {
      throw faultError(fault, this.message.url!, this.log.bucket);
    }
    return answer;
  }

  private async work(): Promise<Answer> {
    const { store, access, region, credentials } = this.serving;
    const request = S3Request.of(this.message);
    const { bucket, key, method } = request;
    Object.assign(this.log, { bucket, key });
    const authorization = authorizationOf(request);
    authenticate(request, authorization, { credentials, region: store.regionOf(bucket), now: this.serving.now() });
    const operation = route(request);
    this.log.operation = operation.name;
    access.check({ method, bucket, key, operation: operation.name });
    if (operation.takesBody) {
      checkLength(request, authorization);
    }
    const context = { request, store, access, region };
    operation.check?.(context);
    if (this.awaitsContinue) {
      this.awaitsContinue = false;
      this.response.writeContinue();
    }
    return operation.run(context, payloadOf(await this.receive(), request, authorization, credentials.secretAccessKey));
  }

  private receive(): Promise<Buffer> {
    return receive(this.message, (count) => {
      this.log.requestBytes += count;
    });
  }
}
