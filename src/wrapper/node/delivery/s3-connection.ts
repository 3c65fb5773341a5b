import type * as http from 'node:http';
import { clearTimeout, connect, HttpAgent, httpRequest, https, unreferencedTimer } from '../platform';
import type { BucketAddress } from './s3-endpoint';

export interface S3Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

const CONNECT_TIMEOUT = 1_000;
/** Beyond this, a connection may have been closed by the other side, unseen while the environment was frozen. */
const IDLE_TIMEOUT = 4_000;
/** An unbundled function has hundreds of sources; a handshake for each at once would be its first invocation's memory. */
const MAX_SOCKETS = 4;

/** Requests to the bucket's host, over connections that are kept. */
export class S3Connection {
  private agent?: http.Agent;

  public constructor(
    private readonly address: BucketAddress,
    /** Whether the event loop stays alive while a request is going on: where an answer waits for it. */
    private readonly keepsAlive: () => boolean,
  ) {}

  /** @throws Error with a code if there is no whole answer in time, given in milliseconds */
  public send(options: http.RequestOptions, body: Buffer, timeout: number): Promise<S3Answer> {
    return this.exchange(options, timeout, (request, resolve, reject) => {
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString('utf8') }));
        response.on('error', reject);
      });
      request.end(body);
    });
  }

  /**
   * The status and headers of the answer to a header alone, 100 if it is to send the body; the connection ends with that.
   *
   * @throws Error if there is none in time, given in milliseconds
   */
  public async ask(options: http.RequestOptions, timeout: number): Promise<Omit<S3Answer, 'body'>> {
    return this.exchange<Omit<S3Answer, 'body'>>(options, timeout, (request, resolve) => {
      const answered = (status: number, headers: http.IncomingHttpHeaders) => {
        resolve({ status, headers });
        request.destroy();
      };
      request.on('continue', () => answered(100, {}));
      request.on('response', ({ statusCode, headers }) => answered(statusCode ?? 0, headers));
      request.flushHeaders();
    });
  }

  public pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = unreferencedTimer(milliseconds, resolve);
      if (this.keepsAlive()) {
        timer.ref();
      }
    });
  }

  private exchange<T>(
    options: http.RequestOptions,
    timeout: number,
    converse: (request: http.ClientRequest, resolve: (value: T) => void, reject: (error: Error) => void) => void,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const request = this.request(options);
      const timer = unreferencedTimer(timeout, () => request.destroy(timedOut('no answer in time')));
      request.on('close', () => clearTimeout(timer));
      request.on('error', reject);
      converse(request, resolve, reject);
    });
  }

  private request(options: http.RequestOptions): http.ClientRequest {
    const { protocol, hostname, port } = this.address;
    const isTls = protocol === 'https:';
    const agentOptions: http.AgentOptions = { keepAlive: true, timeout: IDLE_TIMEOUT, maxSockets: MAX_SOCKETS };
    this.agent ??= isTls ? new (https().Agent)(agentOptions) : Object.assign(new HttpAgent(agentOptions), { createConnection: connect });
    const request = httpRequest({ protocol, hostname, port, agent: this.agent, ...options });
    request.on('socket', (socket) => {
      if (!this.keepsAlive()) {
        socket.unref();
      }
      if (socket.connecting) {
        const timer = unreferencedTimer(CONNECT_TIMEOUT, () => request.destroy(timedOut('no connection in time')));
        socket.once(isTls ? 'secureConnect' : 'connect', () => clearTimeout(timer));
        socket.once('close', () => clearTimeout(timer));
      }
    });
    return request;
  }
}

function timedOut(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}
