import type * as http from 'node:http';
import { clearTimeout, HttpAgent, httpRequest, https, unreferencedTimer } from './platform';
import type { BucketAddress } from './s3-endpoint';

export interface S3Answer {
  readonly status: number;
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
    /** Keeps the event loop alive while a request is going on. */
    private readonly keepsAlive: boolean,
  ) {}

  /** @throws Error with a code if there is no whole answer in time, given in milliseconds */
  public send(options: http.RequestOptions, body: Buffer, timeout: number): Promise<S3Answer> {
    return this.exchange(options, timeout, (request, resolve, reject) => {
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }));
        response.on('error', reject);
      });
      request.end(body);
    });
  }

  /**
   * The status of the answer to a header alone, 100 if it is to send the body; the connection ends with that.
   *
   * @throws Error if there is none in time, given in milliseconds
   */
  public async ask(options: http.RequestOptions, timeout: number): Promise<number> {
    return this.exchange<number>(options, timeout, (request, resolve) => {
      const answered = (status: number) => {
        resolve(status);
        request.destroy();
      };
      request.on('continue', () => answered(100));
      request.on('response', ({ statusCode }) => answered(statusCode ?? 0));
      request.flushHeaders();
    });
  }

  public pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = unreferencedTimer(milliseconds, resolve);
      if (this.keepsAlive) {
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
    this.agent ??= isTls ? new (https().Agent)(agentOptions) : new HttpAgent(agentOptions);
    const request = httpRequest({ protocol, hostname, port, agent: this.agent, ...options });
    request.on('socket', (socket) => {
      if (!this.keepsAlive) {
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
