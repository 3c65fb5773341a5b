import { createHash, createHmac } from 'node:crypto';
import type { Authorization } from './authorization';
import type { S3Request } from './request';

/** What a request signed with version 4 stands on, as S3 shows it when the signature does not match. */
export interface Signature {
  readonly canonicalRequest: string;
  readonly stringToSign: string;
  readonly value: string;
}

/**
 * Signs a request again, with the secret that its access key id belongs to.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function signatureOf(request: S3Request, authorization: Authorization, secretAccessKey: string): Signature {
  const canonicalRequest = [
    request.method,
    // S3 encodes a path once and does not normalize it, unlike every other service
    request.path.split('/').map(encode).join('/'),
    canonicalQuery(request),
    ...authorization.signedHeaders.map((name) => `${name}:${(request.header(name) ?? '').trim().replace(/\s+/g, ' ')}`),
    '',
    authorization.signedHeaders.join(';'),
    authorization.payloadHash,
  ].join('\n');
  const stringToSign = ['AWS4-HMAC-SHA256', authorization.timestamp, scope(authorization), sha256(canonicalRequest)].join('\n');
  return { canonicalRequest, stringToSign, value: hmac(signingKey(authorization, secretAccessKey), stringToSign).toString('hex') };
}

/**
 * Signs a chunk of a body, or its trailer: each signature covers the one before it, the first one that of the request.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export function chunkSigner(authorization: Authorization, secretAccessKey: string): (kind: 'PAYLOAD' | 'TRAILER', content: Buffer | string) => string {
  const key = signingKey(authorization, secretAccessKey);
  let previous = authorization.signature;
  return (kind, content) => {
    const lines = [`AWS4-HMAC-SHA256-${kind}`, authorization.timestamp, scope(authorization), previous];
    previous = hmac(key, [...lines, ...(kind === 'PAYLOAD' ? [sha256('')] : []), sha256(content)].join('\n')).toString('hex');
    return previous;
  };
}

/** SHA-256 in hexadecimal digits. */
export function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

function canonicalQuery(request: S3Request): string {
  return request.query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)])
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function signingKey({ day, region, service }: Authorization, secretAccessKey: string): Buffer {
  return [day, region, service, 'aws4_request'].reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secretAccessKey}`));
}

function scope({ day, region, service }: Authorization): string {
  return `${day}/${region}/${service}/aws4_request`;
}

function hmac(key: Buffer, content: string): Buffer {
  return createHmac('sha256', key).update(content).digest();
}

/** RFC 3986, which leaves fewer characters alone than `encodeURIComponent`. */
function encode(value: string): string {
  return encodeURIComponent(value).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
