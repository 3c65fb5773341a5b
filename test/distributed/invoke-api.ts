import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What a function answers, or fails with. */
export interface Answer {
  readonly payload: unknown;
  readonly functionError?: string | undefined;
}

/**
 * Lambda's Invoke for those who wait for the answer, at an endpoint on loopback: see the API reference of `Invoke`.
 *
 * Whoever starts one stops it.
 */
export class InvokeApi {
  /** @param invoke called with the name of the function, or its ARN */
  public static async start(invoke: (name: string, event: unknown) => Promise<Answer>): Promise<InvokeApi> {
    const server = createServer((request, response) => void (async () => {
      const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url!) ?? [];
      const body = await text(request);
      const { payload, functionError } = await invoke(decodeURIComponent(name!), body === '' ? undefined : JSON.parse(body));
      response.writeHead(200, functionError === undefined ? {} : { 'x-amz-function-error': functionError });
      response.end(JSON.stringify(payload ?? null));
    })()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new InvokeApi(server);
  }

  private constructor(private readonly server: Server) {}

  public get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
