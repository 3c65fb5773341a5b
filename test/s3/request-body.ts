import type { IncomingMessage } from 'node:http';
import type { Authorization } from './authorization';
import { type Checksum, verifyChecksum, verifyMd5 } from './checksum';
import { type ChunkedBody, decodeChunks } from './chunked-body';
import { S3Error } from './errors';
import type { S3Request } from './request';
import { chunkSigner, sha256 } from './signature';

/** The content of a request, verified against everything that the client said about it. */
export interface Payload {
  readonly content: Buffer;
  readonly checksum?: Checksum;
  /** Whether any digest of the content came along, as some operations demand. */
  readonly protected: boolean;
}

/**
 * Refuses a body that could not be read later, before any of it is.
 *
 * @throws S3Error `MissingContentLength` where its length is not known
 */
export function checkLength(request: S3Request, authorization: Authorization): void {
  const chunked = authorization.payloadHash.startsWith('STREAMING-');
  const length = request.header(chunked ? 'x-amz-decoded-content-length' : 'content-length');
  if (!/^\d+$/.test(length ?? '')) {
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
}

/** Reads the body to its end, telling of each part as it comes. */
export async function receive(message: IncomingMessage, onBytes: (count: number) => void): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message as AsyncIterable<Buffer>) {
    onBytes(part.length);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/**
 * Decodes and verifies a body.
 *
 * @throws S3Error `XAmzContentSHA256Mismatch`, `BadDigest`, `IncompleteBody` and what else may be wrong with it
 */
export function payloadOf(raw: Buffer, request: S3Request, authorization: Authorization, secretAccessKey: string): Payload {
  const { content, trailers } = authorization.payloadHash.startsWith('STREAMING-')
    ? unchunk(raw, request, authorization, secretAccessKey)
    : { content: raw, trailers: new Map<string, string>() };
  if (/^[0-9a-f]{64}$/.test(authorization.payloadHash)) {
    checkHash(content, authorization.payloadHash);
  }
  const contentMd5 = request.header('content-md5');
  if (contentMd5 !== undefined) {
    verifyMd5(content, contentMd5);
  }
  const headers = request.headerNames.map((name): [string, string] => [name, request.header(name) ?? '']);
  const checksum = verifyChecksum(content, new Map([...headers, ...trailers]));
  return { content, checksum, protected: contentMd5 !== undefined || checksum !== undefined };
}

function unchunk(raw: Buffer, request: S3Request, authorization: Authorization, secretAccessKey: string): ChunkedBody {
  const signed = authorization.payloadHash.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD');
  const announced = authorization.payloadHash.endsWith('-TRAILER') ? request.header('x-amz-trailer') ?? '' : '';
  const chunks = decodeChunks(raw, {
    sign: signed ? chunkSigner(authorization, secretAccessKey) : undefined,
    trailers: announced.toLowerCase().split(',').map((name) => name.trim()).filter((name) => name !== ''),
  });
  if (chunks.content.length !== Number(request.header('x-amz-decoded-content-length'))) {
    throw new S3Error('IncompleteBody', 'You did not provide the number of bytes specified by the x-amz-decoded-content-length header.');
  }
  return chunks;
}

function checkHash(content: Buffer, claimed: string): void {
  const computed = sha256(content);
  if (computed !== claimed) {
    throw new S3Error('XAmzContentSHA256Mismatch', "The provided 'x-amz-content-sha256' header does not match what was computed.", {
      ClientComputedContentSHA256: claimed,
      S3ComputedContentSHA256: computed,
    });
  }
}
