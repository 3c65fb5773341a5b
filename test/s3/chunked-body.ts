import { equal } from './authentication';
import { S3Error } from './errors';

const CRLF = '\r\n';

/** A body in the encoding `aws-chunked`, taken apart. */
export interface ChunkedBody {
  readonly content: Buffer;
  /** What follows the last chunk, by name in lower case: the checksum that was not known before the body was sent. */
  readonly trailers: ReadonlyMap<string, string>;
}

/** What the headers of the request say about the chunks. */
export interface Chunking {
  /** Gives the signature that the next part must carry. @default - the chunks are not signed */
  readonly sign?: (kind: 'PAYLOAD' | 'TRAILER', content: Buffer | string) => string;
  /** The names of the trailers that were announced by `x-amz-trailer`. */
  readonly trailers: readonly string[];
}

/**
 * Decodes chunks of `size[;chunk-signature=…]CRLF content CRLF`, up to and with the empty one, and the trailers behind it.
 *
 * @throws S3Error `IncompleteBody`, `SignatureDoesNotMatch` or `MalformedTrailerError`
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export function decodeChunks(raw: Buffer, { sign, trailers: announced }: Chunking): ChunkedBody {
  const chunks: Buffer[] = [];
  let position = 0;
  for (;;) {
    const end = raw.indexOf(CRLF, position);
    const header = /^([0-9a-f]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(raw.toString('latin1', position, Math.max(end, position)));
    if (!header) {
      throw incomplete();
    }
    const size = parseInt(header[1], 16);
    const chunk = raw.subarray(end + CRLF.length, end + CRLF.length + size);
    if (chunk.length < size) {
      throw incomplete();
    }
    checkSignature(sign?.('PAYLOAD', chunk), header[2]);
    position = end + CRLF.length + size;
    if (size === 0) {
      return { content: Buffer.concat(chunks), trailers: decodeTrailers(raw.toString('latin1', position), announced, sign) };
    }
    if (raw.toString('latin1', position, position + CRLF.length) !== CRLF) {
      throw incomplete();
    }
    chunks.push(chunk);
    position += CRLF.length;
  }
}

function decodeTrailers(tail: string, announced: readonly string[], sign: Chunking['sign']): ReadonlyMap<string, string> {
  // some clients end a line of a trailer with a line feed alone
  const lines = tail.split(/\r?\n/).filter((line) => line !== '').map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, Math.max(colon, 0)).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  const signature = lines.find(([name]) => name === 'x-amz-trailer-signature')?.[1];
  const trailers = lines.filter(([name]) => name !== 'x-amz-trailer-signature');
  if (trailers.map(([name]) => name).sort().join() !== [...announced].sort().join()) {
    throw new S3Error('MalformedTrailerError', 'The request contained trailing data that was not well-formed or did not conform to our published schema.');
  }
  if (announced.length > 0) {
    checkSignature(sign?.('TRAILER', trailers.map(([name, value]) => `${name}:${value}\n`).join('')), signature);
  }
  return new Map(trailers);
}

function checkSignature(expected: string | undefined, sent: string | undefined): void {
  if (expected !== undefined && !equal(expected, sent ?? '')) {
    throw new S3Error('SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided. Check your key and signing method.');
  }
}

function incomplete(): S3Error {
  return new S3Error('IncompleteBody', 'The request body terminated unexpectedly');
}
