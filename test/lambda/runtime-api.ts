import type { IncomingMessage, ServerResponse } from 'node:http';
import { accepted, bodyOf } from './api-server';
import type { Chunk, FunctionError, Invocation } from './invocation';
import { failure, platformError } from './invocation';
import type { Lifecycle } from './lifecycle';

/** What Lambda accepts as an answer that is not streamed. */
const MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100;

/**
 * The Runtime API's routes below `/2018-06-01/runtime`.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  constructor(private readonly lifecycle: Lifecycle, private readonly functionArn: string) {}

  /** @returns false if there is no such route */
  public async handle(route: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const invocation = /^POST \/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(route);
    if (route === 'GET /2018-06-01/runtime/invocation/next') {
      this.sendInvocation(await this.lifecycle.runtimeNext(), response);
    } else if (route === 'POST /2018-06-01/runtime/init/error') {
      this.lifecycle.initError = await errorOf(request);
      accepted(response);
    } else if (invocation?.[2] === 'error') {
      const toAnswer = this.lifecycle.toAnswer(decodeURIComponent(invocation[1]));
      toAnswer.respond(failure(await errorOf(request)));
      accepted(response);
    } else if (invocation) {
      await this.receiveAnswer(this.lifecycle.toAnswer(decodeURIComponent(invocation[1])), request, response);
    } else {
      return false;
    }
    return true;
  }

  private sendInvocation(invocation: Invocation, response: ServerResponse): void {
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': invocation.event.length,
      'Lambda-Runtime-Aws-Request-Id': invocation.requestId,
      'Lambda-Runtime-Deadline-Ms': invocation.deadlineMs,
      'Lambda-Runtime-Invoked-Function-Arn': this.functionArn,
      'Lambda-Runtime-Trace-Id': invocation.traceId,
      ...(invocation.clientContext !== undefined && { 'Lambda-Runtime-Client-Context': asciiJson(invocation.clientContext) }),
    });
    response.end(invocation.event);
  }

  private async receiveAnswer(invocation: Invocation, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const streamed = request.headers['lambda-runtime-function-response-mode'] === 'streaming';
    const chunks: Chunk[] = [];
    for await (const bytes of request) chunks.push({ atMs: invocation.elapsedMs, bytes: bytes as Buffer });
    const body = Buffer.concat(chunks.map((chunk) => chunk.bytes));

    if (!streamed && body.length > MAX_RESPONSE_BYTES) {
      invocation.respond(failure(platformError('Function.ResponseSizeTooLarge',
        `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`)));
      accepted(response, 413, { errorType: 'RequestEntityTooLarge', errorMessage: `Exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).` });
      return;
    }
    const error = trailingError(request);
    invocation.respond({ body, contentType: request.headers['content-type'], streamed, chunks: streamed ? chunks : [], error });
    accepted(response);
  }
}

async function errorOf(request: IncomingMessage): Promise<FunctionError> {
  const body = await bodyOf(request);
  const header = request.headers['lambda-runtime-function-error-type'];
  return { type: typeof header === 'string' ? header : (JSON.parse(body.toString()) as { errorType?: string }).errorType, body };
}

/** A stream that fails on its way says so in HTTP trailers, when it is too late for a status. */
function trailingError(request: IncomingMessage): FunctionError | undefined {
  const type = request.trailers['lambda-runtime-function-error-type'];
  if (type === undefined) return undefined;
  return { type, body: Buffer.from(request.trailers['lambda-runtime-function-error-body'] ?? '', 'base64') };
}

/** Headers cannot carry more than ASCII. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
