import type { IncomingMessage } from 'node:http';
import { S3Error } from './errors';

/** Parameters that carry the signature of a presigned URL rather than meaning. */
const SIGNATURE_PARAMETER = /^x-amz-(algorithm|credential|date|expires|signedheaders|signature|security-token|content-sha256)$/i;

/** A request as S3 understands it: the HTTP message plus the bucket and the key that it is about. */
export class S3Request {
  /**
   * Reads method, address and headers; the body is not touched.
   *
   * @throws S3Error `InvalidURI` where the path or the query is not percent-encoded UTF-8
   */
  static of(message: IncomingMessage): S3Request {
    const [rawPath, ...rawQuery] = (message.url ?? '/').split('?');
    // S3 takes a bare plus sign for a space in the path too, which is why every client sends %2B
    const path = decode(rawPath.replace(/\+/g, ' '));
    const query = rawQuery.join('?').split('&').filter((pair) => pair !== '').map((pair): [string, string] => {
      const [name, ...value] = pair.replace(/\+/g, ' ').split('=');
      return [decode(name), decode(value.join('='))];
    });
    const virtualHost = /^(.+)\.localhost(?::\d+)?$/i.exec(message.headers.host ?? '')?.[1];
    const [, first, ...rest] = path.split('/');
    const bucket = virtualHost ?? first;
    const key = virtualHost === undefined ? rest.join('/') : path.slice(1);
    return new S3Request(message.method ?? 'GET', path, query, message, bucket || undefined, key || undefined);
  }

  private constructor(
    readonly method: string,
    /** The decoded path as it was sent: with the bucket in path style, without it where the host names the bucket. */
    readonly path: string,
    readonly query: ReadonlyArray<readonly [name: string, value: string]>,
    private readonly message: IncomingMessage,
    readonly bucket: string | undefined,
    readonly key: string | undefined,
  ) {}

  /** The value of a header; several of one name joined as the signature wants them. */
  header(name: string): string | undefined {
    return this.message.headersDistinct[name.toLowerCase()]?.join(',');
  }

  /** The names of all headers, in lower case. */
  get headerNames(): string[] {
    return Object.keys(this.message.headersDistinct);
  }

  /** The first value of a query parameter. */
  parameter(name: string): string | undefined {
    return this.query.find(([other]) => other === name)?.[1];
  }

  /** The names of the parameters that say something about the operation. */
  get parameterNames(): string[] {
    // the SDK repeats the name of the operation as x-id
    return this.query.map(([name]) => name).filter((name) => name !== 'x-id' && !SIGNATURE_PARAMETER.test(name));
  }
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.", { URI: encoded });
  }
}
