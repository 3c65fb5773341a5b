import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Access } from './access';
import { authenticate, type Credentials } from './authentication';
import { authorizationOf } from './authorization';
import type { BucketStore } from './bucket-store';
import { S3Request } from './request';
import { checkLength, payloadOf, receive } from './request-body';
import { type Answer, errorAnswer, send } from './responses';
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
  /** 0 until it is answered. */
  status: number;
  /** Bytes of the body that have arrived, as they travelled (with the framing of aws-chunked). */
  requestBytes: number;
  readonly headers: IncomingHttpHeaders;
  readonly at: Date;
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

  /** Answers the request, with an error too; rejects only where nobody is left to answer to. */
  async run(): Promise<void> {
    const requestId = randomBytes(8).toString('hex').toUpperCase();
    const [resource] = this.message.url!.split('?');
    const answer = await this.answer().catch((error: unknown) => errorAnswer(error, resource, requestId));
    // a body that is not held back is read to its end even so: closing on it could destroy the answer before the client reads it
    if (!this.awaitsContinue && !this.message.readableEnded) {
      await this.receive();
    }
    this.log.status = answer.status;
    await send(this.response, answer, {
      requestId,
      method: this.log.method,
      delayMs: this.serving.delayMs(),
      close: this.awaitsContinue,
      signal: this.serving.signal,
    });
  }

  private async answer(): Promise<Answer> {
    const { store, access, region, credentials } = this.serving;
    const request = S3Request.of(this.message);
    const { bucket, key, method } = request;
    Object.assign(this.log, { bucket, key });
    const authorization = authorizationOf(request);
    authenticate(request, authorization, credentials, region);
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
