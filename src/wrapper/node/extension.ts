/**
 * The wrapper as an internal extension: Lambda freezes the execution environment only when the runtime and every extension
 * have asked for the next event, so an extension that asks late gets time after the answer has gone out.
 *
 * Extensions API 2020-01-01. Internal extensions can register for INVOKE only, and during init only.
 */
import * as http from 'node:http';
import { clearTimeout, httpRequest, parseJson, stringify, unreferencedTimer } from './platform';

const NAME = 'coverage-wrapper';
const API = '/2020-01-01/extension';
const REGISTER_TIMEOUT = 1_000;

export class InternalExtension {
  /** @throws Error where extensions cannot register, as in some emulators */
  public static async register(runtimeApi: string): Promise<InternalExtension> {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    // Not unreferenced: while this module is being loaded it may be all that keeps the event loop alive.
    const { status, headers } = await call(runtimeApi, agent, {
      method: 'POST', path: `${API}/register`, headers: { 'Lambda-Extension-Name': NAME }, body: stringify({ events: ['INVOKE'] }),
      timeout: REGISTER_TIMEOUT,
    });
    const id = headers['lambda-extension-identifier'];
    if (status !== 200 || typeof id !== 'string') {
      throw new Error(`the registration of the extension was answered ${status}`);
    }
    return new InternalExtension(runtimeApi, agent, id);
  }

  private constructor(private readonly runtimeApi: string, private readonly agent: http.Agent, private readonly id: string) {}

  /**
   * Asks for events for ever. After the n-th INVOKE (from 1) the next is asked for when `hold(n)` has ended.
   *
   * Returns at once: init ends only when the first event has been asked for.
   */
  public start(hold: (invocation: number) => Promise<void>, onError: (error: Error) => void): void {
    const loop = async () => {
      for (let invocation = 1; ; ) {
        const { status, body } = await call(this.runtimeApi, this.agent, {
          method: 'GET', path: `${API}/event/next`, headers: { 'Lambda-Extension-Identifier': this.id }, unreferenced: true,
        });
        if (status !== 200) {
          throw new Error(`the extension's request for the next event was answered ${status}`);
        }
        if ((parseJson(body) as { eventType?: string }).eventType === 'INVOKE') {
          await hold(invocation++);
        }
      }
    };
    loop().catch(onError);
  }
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  /** Milliseconds; without it the answer may take for ever. */
  readonly timeout?: number;
  /** Does not keep the event loop alive. */
  readonly unreferenced?: boolean;
}

function call(runtimeApi: string, agent: http.Agent, { body, timeout, unreferenced, ...options }: Call) {
  return new Promise<{ status: number; headers: http.IncomingHttpHeaders; body: string }>((resolve, reject) => {
    const [hostname, port] = runtimeApi.split(':');
    const request = httpRequest({ hostname, port, agent, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        clearTimeout(timer);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    const timer = timeout === undefined ? undefined : unreferencedTimer(timeout, () => request.destroy(new Error('no answer in time')));
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    if (unreferenced) {
      request.on('socket', (socket) => socket.unref());
    }
    request.end(body);
  });
}
