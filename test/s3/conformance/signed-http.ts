import { Agent, type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { sign } from 'aws4';
import type { S3UnderTest } from './session';

/** A request to be signed and sent. */
export interface SignedRequest {
  /** @default 'GET' */
  readonly method?: string;
  /** @default - the bucket itself */
  readonly key?: string;
  /** @default - the session's bucket */
  readonly bucket?: string;
  /** The query, encoded. @default - none */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** @default - the credentials of the server */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** @default - the server's */
  readonly region?: string;
  /** When it claims to be signed. @default - now */
  readonly signedAt?: Date;
  /** Makes it a presigned URL that is good for so many seconds. @default - signed by header */
  readonly presignedFor?: number;
  /** Addresses the bucket by host. @default false */
  readonly virtualHost?: boolean;
  /** Changes the request behind the back of its signature. @default - sent as signed */
  readonly tamper?: (signed: SignedMessage) => void;
  /** What to wait for when the server has asked for the body. @default - nothing */
  readonly holdBody?: () => Promise<void>;
}

/** A request as it is sent. */
export interface SignedMessage {
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}

/** What came back. */
export interface HttpAnswer {
  readonly status: number;
  /** S3's code, of an error with a document. */
  readonly code?: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Whether the server asked for the body with 100. */
  readonly continued: boolean;
}

/** Sends requests with `node:http`, signed by `aws4`. */
export class SignedHttp {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(private readonly target: S3UnderTest, private readonly bucket: string) {}

  async send(request: SignedRequest): Promise<HttpAnswer> {
    const message = this.sign(request);
    request.tamper?.(message);
    return this.transmit(request.method ?? 'GET', message, request.holdBody);
  }

  /** The status and the code of an answer, which is all that most rows compare. */
  async outcome(request: SignedRequest): Promise<{ status: number; code?: string }> {
    const { status, code } = await this.send(request);
    return code === undefined ? { status } : { status, code };
  }

  sign(request: SignedRequest): SignedMessage {
    const { endpoint, region, credentials, virtualHostDomain } = this.target;
    const { host, port } = new URL(endpoint);
    const bucket = request.bucket ?? this.bucket;
    const path = `${request.virtualHost ? '' : `/${bucket}`}/${encodeKey(request.key ?? '')}`;
    const query = [request.query, request.presignedFor && `X-Amz-Expires=${request.presignedFor}`].filter(Boolean).join('&');
    const date = request.signedAt?.toISOString().replace(/[-:]|\.\d{3}/g, '');
    const signed = sign({
      service: 's3',
      region: request.region ?? region,
      method: request.method ?? 'GET',
      path: [path, query, request.presignedFor && date && `X-Amz-Date=${date}`].filter(Boolean).join('&').replace('&', '?'),
      signQuery: request.presignedFor !== undefined,
      headers: {
        Host: request.virtualHost ? `${bucket}.${virtualHostDomain}:${port}` : host,
        ...request.body === undefined || request.presignedFor ? {} : { 'Content-Type': 'application/octet-stream' },
        ...date && !request.presignedFor ? { 'X-Amz-Date': date } : {},
        ...request.headers,
      },
      body: request.presignedFor ? undefined : request.body,
    }, request.credentials ?? credentials);
    return { path: signed.path!, headers: signed.headers as Record<string, string>, body: Buffer.from(request.body ?? '') };
  }

  close(): void {
    this.agent.destroy();
  }

  private async transmit(
    method: string,
    { path, headers, body }: SignedMessage,
    holdBody = async (): Promise<void> => {},
  ): Promise<HttpAnswer> {
    const { hostname, port } = new URL(this.target.endpoint);
    const waits = 'Expect' in headers;
    const length = 'Content-Length' in headers || method === 'GET' || method === 'HEAD' ? {} : { 'Content-Length': body.length };
    return new Promise((resolve, reject) => {
      let continued = false;
      const request = httpRequest({ hostname, port, method, path, headers: { ...length, ...headers }, agent: this.agent });
      request.on('error', reject);
      request.on('continue', () => {
        continued = true;
        holdBody().then(() => request.end(body), reject);
      });
      request.on('response', (response) => {
        const parts: Buffer[] = [];
        response.on('error', reject).on('data', (part: Buffer) => parts.push(part)).on('end', () => {
          const content = Buffer.concat(parts);
          const code = response.statusCode! >= 300 ? /<Code>(\w+)<\/Code>/.exec(content.toString())?.[1] : undefined;
          resolve({ status: response.statusCode!, code, headers: response.headers, body: content, continued });
          if (waits && !continued) {
            request.destroy();
          }
        });
      });
      if (waits) {
        request.flushHeaders();
      } else {
        request.end(body);
      }
    });
  }
}

/** As S3 wants a key in a path: everything but letters, digits, `-._~` and slashes in percent. */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%2F/g, '/');
}
