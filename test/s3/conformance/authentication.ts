import { createHash, createHmac } from 'node:crypto';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { Row } from './row';
import { refusalOf, type Session } from './session';
import type { SignedMessage, SignedRequest } from './signed-http';

const PUT = { method: 'PUT', key: 'signed', body: 'content' } as const;
const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Requests signed by `aws4` and what comes of them. */
const REQUESTS: ReadonlyArray<readonly [name: string, request: SignedRequest, status: number, code?: string]> = [
  ['a signed put', PUT, 200],
  ['a put with an unsigned payload', { ...PUT, headers: { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' } }, 200],
  ['an unknown access key', { ...PUT, credentials: { accessKeyId: 'AKIAUNKNOWN000000000', secretAccessKey: 'x' } }, 403, 'InvalidAccessKeyId'],
  ['no authorization at all', { ...PUT, tamper: ({ headers }) => delete headers.Authorization }, 403, 'AccessDenied'],
  ['another region', { ...PUT, region: 'mars-north-1' }, 400, 'AuthorizationHeaderMalformed'],
  ['a clock 10 minutes behind', { ...PUT, signedAt: minutesFromNow(-10) }, 200],
  ['a clock 16 minutes behind', { ...PUT, signedAt: minutesFromNow(-16) }, 403, 'RequestTimeTooSkewed'],
  ['a clock 16 minutes ahead', { ...PUT, signedAt: minutesFromNow(16) }, 403, 'RequestTimeTooSkewed'],
  ['a key changed on the way', { ...PUT, tamper: (message) => { message.path += '2'; } }, 403, 'SignatureDoesNotMatch'],
  ['a query added on the way', { query: 'list-type=2', tamper: (message) => { message.path += '&prefix=a'; } }, 403, 'SignatureDoesNotMatch'],
  ['a header changed on the way', { ...PUT, headers: { 'x-amz-meta-a': '1' }, tamper: ({ headers }) => { headers['x-amz-meta-a'] = '2'; } }, 403, 'SignatureDoesNotMatch'],
  ['a header added on the way', { ...PUT, tamper: ({ headers }) => { headers['x-amz-meta-b'] = '2'; } }, 403, 'AccessDenied'],
  ['a body changed on the way', { ...PUT, tamper: (message) => { message.body = Buffer.from('CONTENT'); } }, 400, 'XAmzContentSHA256Mismatch'],
  ['the hash of another body', { ...PUT, headers: { 'X-Amz-Content-Sha256': EMPTY_HASH } }, 400, 'XAmzContentSHA256Mismatch'],
  ['a hash that is none', { ...PUT, headers: { 'X-Amz-Content-Sha256': 'none' } }, 400, 'InvalidArgument'],
  ['the MD5 of another body', { ...PUT, headers: { 'Content-MD5': '1B2M2Y8AsgTpgAmY7PhCfg==' } }, 400, 'BadDigest'],
  ['an MD5 that is none', { ...PUT, headers: { 'Content-MD5': 'none' } }, 400, 'InvalidDigest'],
  ['the CRC32 of another body', { ...PUT, headers: { 'x-amz-checksum-crc32': 'AAAAAA==' } }, 400, 'BadDigest'],
  ['the SHA256 of another body', { ...PUT, headers: { 'x-amz-checksum-sha256': Buffer.from(EMPTY_HASH, 'hex').toString('base64') } }, 400, 'BadDigest'],
  ['a presigned URL', { key: 'signed', presignedFor: 60 }, 200],
  ['a presigned URL for a put', { ...PUT, presignedFor: 60 }, 200],
  ['a presigned URL with another signature', { key: 'signed', presignedFor: 60, tamper: (message) => { message.path = message.path.replace(/Signature=\w{8}/, 'Signature=00000000'); } }, 403, 'SignatureDoesNotMatch'],
  ['a presigned URL for another key', { key: 'signed', presignedFor: 60, tamper: (message) => { message.path = message.path.replace('signed', 'designed'); } }, 403, 'SignatureDoesNotMatch'],
  ['a presigned URL that has expired', { key: 'signed', presignedFor: 60, signedAt: minutesFromNow(-2) }, 403, 'AccessDenied'],
  ['a presigned URL from the future', { key: 'signed', presignedFor: 60, signedAt: minutesFromNow(20) }, 403, 'AccessDenied'],
  ['a presigned URL good for more than a week', { key: 'signed', presignedFor: 604_801 }, 400, 'AuthorizationQueryParametersError'],
  // the CRC32 of "content", by Python's zlib
  ['chunks with their checksum behind them', trailing('7\r\ncontent\r\n0\r\nx-amz-checksum-crc32:/sUwqQ==\r\n\r\n'), 200],
  ['chunks with the checksum of another body behind them', trailing('7\r\ncontent\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n'), 400, 'BadDigest'],
  ['chunks without the checksum that was announced', trailing('7\r\ncontent\r\n0\r\n\r\n'), 400, 'MalformedTrailerError'],
  ['chunks that end early', trailing('7\r\ncontent\r\n'), 400, 'IncompleteBody'],
  ['chunks of another length than was announced', trailing('6\r\nconten\r\n0\r\nx-amz-checksum-crc32:/sUwqQ==\r\n\r\n'), 400, 'IncompleteBody'],
];

export const authenticationRows: readonly Row[] = [
  ...REQUESTS.map(([name, request, status, code]): Row => ({
    name: `aws4: ${name} is answered with ${[status, code].filter(Boolean).join(' ')}`,
    observe: async ({ http }) => {
      await http.send(PUT);
      return http.outcome(request);
    },
    expected: code === undefined ? { status } : { status, code },
  })),
  {
    name: 'SDK: a wrong secret is told by the signature',
    observe: async (session) => {
      const credentials = { ...session.target.credentials, secretAccessKey: 'wrong' };
      const client = session.client({ forcePathStyle: true, credentials });
      return refusalOf(client.send(new ListObjectsV2Command({ Bucket: session.bucket })));
    },
    expected: { code: 'SignatureDoesNotMatch', status: 403 },
  },
  {
    name: 'SDK: a clock that is off by an hour is told so',
    observe: async (session) => {
      const client = session.client({ forcePathStyle: true, systemClockOffset: 3_600_000 });
      return refusalOf(client.send(new ListObjectsV2Command({ Bucket: session.bucket })));
    },
    expected: { code: 'RequestTimeTooSkewed', status: 403 },
  },
  {
    name: 'aws4: the right region is named to a client of another',
    observe: async ({ http, target }) => {
      const { body } = await http.send({ ...PUT, region: 'mars-north-1' });
      return body.toString().includes(`<Region>${target.region}</Region>`);
    },
    expected: true,
  },
  {
    name: 'aws4: a presigned URL gives the object to a client that knows nothing else',
    observe: async ({ http, target }) => {
      await http.send({ method: 'PUT', key: 'presigned ü+', body: 'content' });
      const answer = await fetch(target.endpoint + http.sign({ key: 'presigned ü+', presignedFor: 60 }).path);
      return [answer.status, await answer.text()];
    },
    expected: [200, 'content'],
  },
  ...([['as signed', undefined, 200], ['one of them changed', 'CONTENT', 403]] as const).map(([how, instead, status]): Row => ({
    name: `aws4: signed chunks, ${how}, are answered with ${status}`,
    observe: async (session) => {
      const answer = await session.http.send({
        method: 'PUT',
        key: 'chunks/signed',
        headers: { 'X-Amz-Content-Sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'x-amz-decoded-content-length': '14', 'Content-Encoding': 'aws-chunked' },
        tamper: (message) => {
          message.body = signedChunks(session, message, ['content', 'CONTENT', '']);
          if (instead) {
            message.body = Buffer.from(message.body.toString().replace('content', instead));
          }
        },
      });
      return answer.status;
    },
    expected: status,
  })),
];

/** A body in chunks that says to be "content" with a CRC32 behind it, as AWS's clients send streams. */
function trailing(body: string): SignedRequest {
  return {
    method: 'PUT',
    key: 'chunks/trailing',
    headers: {
      'X-Amz-Content-Sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '7',
      'x-amz-trailer': 'x-amz-checksum-crc32',
      'Content-Encoding': 'aws-chunked',
    },
    tamper: (message) => {
      message.body = Buffer.from(body);
    },
  };
}

/** Signs chunks as the documentation says, because no client at hand does it any more: each on top of the one before. */
function signedChunks({ target }: Session, { headers }: SignedMessage, chunks: readonly string[]): Buffer {
  const [, scope, seed] = /Credential=[^/]+\/([^,]+),.*Signature=(\w+)/.exec(headers.Authorization)!;
  const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const key = scope.split('/').reduce<Buffer | string>(hmac, `AWS4${target.credentials.secretAccessKey}`);
  let previous = seed;
  return Buffer.from(chunks.map((chunk) => {
    const hash = createHash('sha256').update(chunk).digest('hex');
    previous = hmac(key, ['AWS4-HMAC-SHA256-PAYLOAD', headers['X-Amz-Date'], scope, previous, EMPTY_HASH, hash].join('\n')).toString('hex');
    return `${chunk.length.toString(16)};chunk-signature=${previous}\r\n${chunk}\r\n`;
  }).join(''));
}

function minutesFromNow(minutes: number): Date {
  return new Date(Date.now() + minutes * 60_000);
}
