import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What is deployed: physical ids by `stack/logicalId`, and values of exports. */
export interface Deployed {
  readonly resources?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string>>;
  /** Templates by stack. @default - nobody may read them */
  readonly templates?: Readonly<Record<string, object>>;
  /** An error for every request instead: its code. */
  readonly refusal?: string;
}

/** The three requests of CloudFormation's query API that the command line makes, after AWS's API reference. */
export class LocalCloudFormation {
  public static async start(deployed: Deployed): Promise<LocalCloudFormation> {
    const one = new LocalCloudFormation(deployed);
    one.server.listen(0, '127.0.0.1');
    await once(one.server, 'listening');
    return one;
  }

  public readonly requests: string[] = [];
  private readonly server: Server;

  private constructor(private readonly deployed: Deployed) {
    this.server = createServer((request, response) => {
      void text(request).then((body) => this.answer(new URLSearchParams(body), response));
    });
  }

  public environment(): Record<string, string> {
    return { AWS_ENDPOINT_URL_CLOUDFORMATION: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}` };
  }

  public async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private answer(parameters: URLSearchParams, response: ServerResponse): void {
    const [action, stack, logicalId] = ['Action', 'StackName', 'LogicalResourceId'].map((name) => parameters.get(name) ?? '');
    this.requests.push([action, stack, logicalId].filter(Boolean).join(' '));
    const { resources = {}, exports = {}, templates = {}, refusal } = this.deployed;
    if (refusal !== undefined) {
      return fail(response, 403, refusal, 'refused');
    }
    if (action === 'ListExports') {
      const members = Object.entries(exports).map(([name, value]) => `<member><Name>${name}</Name><Value>${value}</Value></member>`).join('');
      return succeed(response, action, `<Exports>${members}</Exports>`);
    }
    if (action === 'GetTemplate') {
      const template = templates[stack!];
      const escaped = JSON.stringify(template)?.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
      return template ? succeed(response, action, `<TemplateBody>${escaped}</TemplateBody>`) : fail(response, 403, 'AccessDenied', 'not allowed');
    }
    const physicalId = resources[`${stack}/${logicalId}`];
    if (physicalId === undefined) {
      return fail(response, 400, 'ValidationError', `Stack '${stack}' does not exist`);
    }
    succeed(response, action!, `<StackResourceDetail><StackName>${stack}</StackName><LogicalResourceId>${logicalId}</LogicalResourceId>`
      + `<PhysicalResourceId>${physicalId}</PhysicalResourceId></StackResourceDetail>`);
  }
}

function succeed(response: ServerResponse, action: string, result: string): void {
  response.setHeader('content-type', 'text/xml');
  response.end(`<${action}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><${action}Result>${result}</${action}Result></${action}Response>`);
}

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'text/xml' });
  response.end(`<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`);
}
