import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { accepted, bodyOf } from './api-server';
import type { FunctionConfiguration } from './function-configuration';
import { arnOf } from './function-configuration';
import type { Invocation } from './invocation';
import type { Lifecycle } from './lifecycle';
import { Refusal } from './lifecycle';

/**
 * The Extensions API's routes below `/2020-01-01/extension`, for internal extensions: those that run within the runtime's
 * process.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
 */
export class ExtensionsApi {
  constructor(private readonly lifecycle: Lifecycle, private readonly configuration: FunctionConfiguration) {}

  /** @returns false if there is no such route */
  public async handle(route: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const id = header(request, 'lambda-extension-identifier');
    switch (route) {
      case 'POST /2020-01-01/extension/register':
        await this.register(request, response);
        return true;
      case 'GET /2020-01-01/extension/event/next':
        this.sendInvocation(await this.lifecycle.extensionNext(id), response);
        return true;
      case 'POST /2020-01-01/extension/init/error':
      case 'POST /2020-01-01/extension/exit/error': {
        const type = header(request, 'lambda-extension-function-error-type');
        this.lifecycle.extensionFailed(id, type, { type, body: await bodyOf(request) });
        accepted(response);
        return true;
      }
      default:
        return false;
    }
  }

  private async register(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = this.lifecycle.register(header(request, 'lambda-extension-name'), eventsOf(await bodyOf(request)));
    response.setHeader('Lambda-Extension-Identifier', id);
    const { name, version, handler, opt } = this.configuration;
    accepted(response, 200, { functionName: name, functionVersion: version, handler: opt.map(handler) });
  }

  private sendInvocation(invocation: Invocation, response: ServerResponse): void {
    response.setHeader('Lambda-Extension-Event-Identifier', randomUUID());
    accepted(response, 200, {
      eventType: 'INVOKE',
      deadlineMs: invocation.deadlineMs,
      requestId: invocation.requestId,
      invokedFunctionArn: arnOf(this.configuration),
      tracing: { type: 'X-Amzn-Trace-Id', value: invocation.traceId },
    });
  }
}

function header(request: IncomingMessage, name: string): string | undefined {
  return request.headers[name] as string | undefined;
}

function eventsOf(body: Buffer): string[] {
  try {
    return (JSON.parse(body.toString()) as { events?: string[] }).events ?? [];
  } catch (error) {
    throw new Refusal(403, 'InvalidRequestFormat', String(error));
  }
}
