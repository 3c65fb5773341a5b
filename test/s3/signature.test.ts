import { type IncomingMessage } from 'node:http';
import { authorizationOf } from './authorization';
import { verifyChecksum } from './checksum';
import { decodeChunks } from './chunked-body';
import { S3Request } from './request';
import { chunkSigner, signatureOf } from './signature';

// The examples of AWS's documentation, with the credentials and the time that all of them share.
const ACCESS_KEY = 'AKIAIOSFODNN7EXAMPLE';
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const SCOPE = '20130524/us-east-1/s3/aws4_request';
const HOST = 'examplebucket.s3.amazonaws.com';
const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('the signatures in "Signature Calculations for the Authorization Header"', () => {
  test.each<{ name: string; method: string; url: string; headers: Record<string, string>; signature: string }>([
    {
      name: 'GET Object with a range',
      method: 'GET',
      url: '/test.txt',
      headers: { 'range': 'bytes=0-9', 'x-amz-content-sha256': EMPTY_HASH },
      signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    },
    {
      name: 'PUT Object with a key that is encoded',
      method: 'PUT',
      url: '/test%24file.text',
      headers: {
        'date': 'Fri, 24 May 2013 00:00:00 GMT',
        'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      },
      signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    },
    {
      name: 'GET Bucket Lifecycle, a parameter without a value',
      method: 'GET',
      url: '/?lifecycle',
      headers: { 'x-amz-content-sha256': EMPTY_HASH },
      signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    },
    {
      name: 'GET Bucket, several parameters',
      method: 'GET',
      url: '/?max-keys=2&prefix=J',
      headers: { 'x-amz-content-sha256': EMPTY_HASH },
      signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    },
  ])('$name', ({ method, url, headers, signature }) => {
    const request = requestOf(method, url, headers, signature);
    expect(signatureOf(request, authorizationOf(request), SECRET).value).toBe(signature);
  });
});

test('the signature in "Authenticating Requests: Using Query Parameters"', () => {
  const signature = 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';
  const credential = `${ACCESS_KEY}/${SCOPE}`.replace(/\//g, '%2F');
  const url = `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${credential}&X-Amz-Date=20130524T000000Z`
    + `&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=${signature}`;
  const request = S3Request.of(messageOf('GET', url, { host: HOST }));
  expect(signatureOf(request, authorizationOf(request), SECRET).value).toBe(signature);
});

describe('signed chunks of the 66560 letters "a"', () => {
  const chunks = [Buffer.alloc(65536, 'a'), Buffer.alloc(1024, 'a'), Buffer.alloc(0)];

  test('each chunk has the signature of "Transferring payload in multiple chunks"', () => {
    const sign = signerBehind('4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9');
    expect(chunks.map((chunk) => sign('PAYLOAD', chunk))).toEqual([
      'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
      '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
      'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
    ]);
  });

  test('chunks and trailer are those of "Trailing headers", down to the checksum', () => {
    const signatures = [
      'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
      '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
      '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
    ];
    const body = Buffer.concat([
      ...chunks.flatMap((chunk, index) => [
        Buffer.from(`${chunk.length.toString(16)};chunk-signature=${signatures[index]}\r\n`),
        chunk,
        Buffer.from(chunk.length > 0 ? '\r\n' : ''),
      ]),
      Buffer.from('x-amz-checksum-crc32c:sOO8/Q==\r\n'),
      Buffer.from('x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n'),
    ]);
    const sign = signerBehind('106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e');
    const { content, trailers } = decodeChunks(body, { sign, trailers: ['x-amz-checksum-crc32c'] });
    expect(content.length).toBe(66560);
    expect(verifyChecksum(content, trailers)).toEqual({ algorithm: 'crc32c', value: 'sOO8/Q==' });
  });
});

test.each([
  // the check values of the catalogue of parametrised CRC algorithms, and of RFC 3174 and FIPS 180 by coreutils
  ['crc32', 'cbf43926'],
  ['crc32c', 'e3069283'],
  ['crc64nvme', 'ae8b14860a799888'],
  ['sha1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
  ['sha256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
])('%s of the digits 1 to 9', (algorithm, digest) => {
  const value = Buffer.from(digest, 'hex').toString('base64');
  expect(verifyChecksum(Buffer.from('123456789'), new Map([[`x-amz-checksum-${algorithm}`, value]]))).toEqual({ algorithm, value });
});

function requestOf(method: string, url: string, headers: Record<string, string>, signature: string): S3Request {
  const all: Record<string, string> = { 'host': HOST, 'x-amz-date': '20130524T000000Z', ...headers };
  const signed = Object.keys(all).sort().join(';');
  const authorization = `AWS4-HMAC-SHA256 Credential=${ACCESS_KEY}/${SCOPE},SignedHeaders=${signed},Signature=${signature}`;
  return S3Request.of(messageOf(method, url, { ...all, authorization }));
}

function signerBehind(seed: string) {
  const request = requestOf('PUT', '/chunkObject.txt', { 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' }, seed);
  return chunkSigner(authorizationOf(request), SECRET);
}

function messageOf(method: string, url: string, headers: Record<string, string>): IncomingMessage {
  const headersDistinct = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return { method, url, headers, headersDistinct } as unknown as IncomingMessage;
}
