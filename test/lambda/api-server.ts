import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Refusal } from './lifecycle';

type Handler = (route: string, request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/** The HTTP server at `AWS_LAMBDA_RUNTIME_API`, one for each execution environment, on the loopback interface. */
export class ApiServer {
  /** @param handlers asked in turn; each says whether the route was its own */
  public static async start(handlers: readonly Handler[]): Promise<ApiServer> {
    // the cause of an error travels in a header, and is a whole stack
    const server = createServer({ maxHeaderSize: 1024 * 1024 });
    // a frozen process answers and asks when it is thawed, however long that takes
    Object.assign(server, { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0, timeout: 0 });
    server.on('request', (request, response) => void answer(handlers, request, response));
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    return new ApiServer(server);
  }

  private constructor(private readonly server: Server) {}

  /** As `AWS_LAMBDA_RUNTIME_API` names it. */
  public get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Serves HTTP on a connection that exists already: a descriptor that a process inherits. */
  public serve(connection: Socket): void {
    connection.on('error', () => connection.destroy());
    this.server.emit('connection', connection);
  }

  public close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** Answers with JSON; the Runtime API's way to say that all is well unless told otherwise. */
export function accepted(response: ServerResponse, status = 202, value: object = { status: 'OK' }): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': body.length }).end(body);
}

export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function answer(handlers: readonly Handler[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const route = `${request.method} ${new URL(request.url ?? '/', 'http://lambda').pathname}`;
  try {
    for (const handle of handlers) {
      if (await handle(route, request, response)) return;
    }
    throw new Refusal(404, 'NotFound', `no route ${route}`);
  } catch (error) {
    // a process that was killed while it sent a request is not there to be told
    if (response.destroyed || response.headersSent) return;
    const refusal = error instanceof Refusal ? error : new Refusal(500, 'InternalServerError', String(error));
    request.resume();
    accepted(response, refusal.status, { errorType: refusal.errorType, errorMessage: refusal.message });
  }
}
