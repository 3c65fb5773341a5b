/**
 * A connection to Lambda's API inside the execution environment, one request at a time.
 *
 * Spoken over a socket: Node's HTTP client would cost 5 ms more of every cold start, keeps the event loop alive by itself,
 * and is what users patch and trace.
 */
import type { Socket } from 'node:net';
import { connect } from '../platform';

export interface ApiRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether the event loop stays alive until the answer is there. */
  readonly keepsAlive: boolean;
}

export interface ApiAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export class ApiConnection {
  private socket?: Socket;

  /** @param address host and port, as in `AWS_LAMBDA_RUNTIME_API` */
  public constructor(private readonly address: string) {}

  /** @throws Error if the connection breaks before the whole answer is there; the next request makes another one */
  public request({ method, path, headers, body = '', keepsAlive }: ApiRequest): Promise<ApiAnswer> {
    return new Promise((resolve, reject) => {
      const socket = (this.socket ??= this.open());
      let received = Buffer.alloc(0);
      const settle = (done: () => void) => {
        socket.removeAllListeners('data').removeAllListeners('close');
        socket.unref();
        done();
      };
      const fail = (message: string) => settle(() => {
        this.socket = undefined;
        socket.destroy();
        reject(new Error(message));
      });
      socket.on('data', (chunk: Buffer) => {
        try {
          received = Buffer.concat([received, chunk]);
          const answer = parse(received);
          if (answer) {
            settle(() => resolve(answer));
          }
        } catch (error) {
          fail((error as Error).message);
        }
      });
      socket.on('close', () => fail('the connection to the Lambda API was closed'));
      socket[keepsAlive ? 'ref' : 'unref']();
      const fields = { 'Host': this.address, 'Content-Length': String(Buffer.byteLength(body)), ...headers };
      const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
    });
  }

  private open(): Socket {
    const [host, port] = this.address.split(':');
    const socket = connect({ host: host!, port: Number(port ?? 80), noDelay: true });
    // what went wrong is told by the 'close' that follows, to a request or, between two of them, to nobody
    socket.on('error', () => undefined);
    socket.once('close', () => {
      if (this.socket === socket) {
        this.socket = undefined;
      }
    });
    return socket;
  }
}

/** @returns nothing while the answer is not complete */
function parse(received: Buffer): ApiAnswer | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) {
    return undefined;
  }
  const [statusLine, ...lines] = received.toString('latin1', 0, headEnd).split('\r\n');
  const headers = Object.fromEntries(lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
  const rest = received.subarray(headEnd + 4);
  const body = headers['transfer-encoding'] === 'chunked' ? dechunked(rest) : ofLength(rest, Number(headers['content-length'] ?? 0));
  return body && { status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine!)?.[1] ?? 0), headers, body: body.toString('utf8') };
}

function ofLength(bytes: Buffer, length: number): Buffer | undefined {
  return bytes.length >= length ? bytes.subarray(0, length) : undefined;
}

/** @throws Error if the chunks have another form than HTTP's */
function dechunked(bytes: Buffer): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) {
      return undefined;
    }
    const length = parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (!(length >= 0)) {
      throw new Error('an answer of the Lambda API has a chunk without a length');
    }
    const start = lineEnd + 2;
    if (bytes.length < start + length + 2) {
      return undefined;
    }
    if (length === 0) {
      return Buffer.concat(chunks);
    }
    chunks.push(bytes.subarray(start, start + length));
    at = start + length + 2;
  }
}
