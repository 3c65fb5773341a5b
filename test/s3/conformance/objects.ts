import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  ChecksumAlgorithm,
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { Row } from './row';
import { refusalOf, type Session } from './session';

/** Every byte, and more of them than one write to a socket takes. */
const BINARY = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, index) => index % 251 + index % 5));
const BINARY_HASH = hash(BINARY);

/** Keys that an encoding applied twice, or not at all, would change. */
const ODD_KEYS = [
  'odd/with space', 'odd/a+b', 'odd/100%', 'odd/%41', 'odd/ü ñ 日本 😀', "odd/!*'()~", 'odd/a&b=c;d?e#f', 'odd//twice//', 'odd/"<>\\^`{|}', 'odd/:@$,[]',
];

export const objectRows: readonly Row[] = [
  {
    name: 'SDK: a binary body comes back as it was put',
    observe: async (session) => {
      const { ETag } = await put(session, 'binary', { Body: BINARY });
      const got = await get(session, 'binary');
      return [ETag, got.ETag, got.ContentLength, await hashOf(got)];
    },
    expected: [md5(BINARY), md5(BINARY), BINARY.length, BINARY_HASH],
  },
  {
    name: 'SDK: a stream is put in chunks with its checksum behind, and leaves no trace of the chunks',
    observe: async (session) => {
      const Body = Readable.from([BINARY.subarray(0, 100), BINARY.subarray(100, 70_000), BINARY.subarray(70_000)]);
      await put(session, 'stream', { Body, ContentLength: BINARY.length, ContentEncoding: 'gzip' });
      const got = await get(session, 'stream');
      return [got.ContentEncoding, got.ETag, await hashOf(got)];
    },
    expected: ['gzip', md5(BINARY), BINARY_HASH],
  },
  ...Object.values(ChecksumAlgorithm).filter((algorithm) => /^(CRC32|SHA1|SHA256)$/.test(algorithm)).map((algorithm): Row => ({
    name: `SDK: a body with the checksum ${algorithm} is verified, and on reading verified by the client`,
    observe: async (session) => {
      const stored = await put(session, `checksum/${algorithm}`, { Body: BINARY, ChecksumAlgorithm: algorithm });
      const got = await session.sdk.send(new GetObjectCommand({ Bucket: session.bucket, Key: `checksum/${algorithm}`, ChecksumMode: 'ENABLED' }));
      const name = `Checksum${algorithm}` as const;
      return [stored[name as 'ChecksumCRC32'] === got[name as 'ChecksumCRC32'], typeof got[name as 'ChecksumCRC32'], await hashOf(got)];
    },
    expected: [true, 'string', BINARY_HASH],
  })),
  {
    name: 'SDK: an empty body',
    observe: async (session) => {
      await put(session, 'empty', { Body: Buffer.alloc(0), ContentLength: 0 });
      const got = await get(session, 'empty');
      return [got.ContentLength, got.ETag, await got.Body!.transformToString()];
    },
    expected: [0, '"d41d8cd98f00b204e9800998ecf8427e"', ''],
  },
  {
    name: 'SDK: metadata, type and encoding are kept and come with HEAD',
    observe: async (session) => {
      await put(session, 'described', { Body: 'x', Metadata: { function: 'my-function', run: 'a b=c' }, ContentType: 'application/json', ContentEncoding: 'gzip' });
      const { Metadata, ContentType, ContentEncoding, ContentLength, LastModified } = await head(session, 'described');
      return { Metadata, ContentType, ContentEncoding, ContentLength, recent: Math.abs(Date.now() - LastModified!.getTime()) < 60_000 };
    },
    expected: { Metadata: { function: 'my-function', run: 'a b=c' }, ContentType: 'application/json', ContentEncoding: 'gzip', ContentLength: 1, recent: true },
  },
  {
    name: 'SDK: putting again replaces body and metadata as a whole',
    observe: async (session) => {
      await put(session, 'replaced', { Body: 'first', Metadata: { one: '1' } });
      await put(session, 'replaced', { Body: 'second' });
      const got = await get(session, 'replaced');
      return [await got.Body!.transformToString(), got.Metadata];
    },
    expected: ['second', {}],
  },
  ...[
    { range: 'bytes=2-5', status: 206, contentRange: 'bytes 2-5/10', body: '2345' },
    { range: 'bytes=7-', status: 206, contentRange: 'bytes 7-9/10', body: '789' },
    { range: 'bytes=-3', status: 206, contentRange: 'bytes 7-9/10', body: '789' },
    { range: 'bytes=8-100', status: 206, contentRange: 'bytes 8-9/10', body: '89' },
    { range: 'bytes=5-2', status: 200, contentRange: undefined, body: '0123456789' },
  ].map(({ range, ...expected }): Row => ({
    name: `aws4: Range: ${range} gives ${expected.status}`,
    observe: async ({ http }) => {
      await http.send({ method: 'PUT', key: 'digits', body: '0123456789' });
      const { status, headers, body } = await http.send({ key: 'digits', headers: { Range: range } });
      return { status, contentRange: headers['content-range'], body: body.toString() };
    },
    expected,
  })),
  {
    name: 'aws4: a range beyond the end is refused with 416',
    observe: async ({ http }) => {
      await http.send({ method: 'PUT', key: 'digits', body: '0123456789' });
      return http.outcome({ key: 'digits', headers: { Range: 'bytes=10-' } });
    },
    expected: { status: 416, code: 'InvalidRange' },
  },
  ...ODD_KEYS.map((key): Row => ({
    name: `SDK and aws4 mean the same key by ${JSON.stringify(key)}`,
    observe: async (session) => {
      await put(session, key, { Body: key });
      const byAws4 = await session.http.send({ key });
      await session.http.send({ method: 'PUT', key: `${key}2`, body: `${key}2` });
      const bySdk = await get(session, `${key}2`);
      return [byAws4.body.toString(), await bySdk.Body!.transformToString()];
    },
    expected: [key, `${key}2`],
  })),
  {
    name: 'SDK: a copy has the content and the metadata of its source',
    observe: async (session) => {
      await put(session, 'copy/source ü+', { Body: 'content', Metadata: { one: '1' } });
      const CopySource = `${session.bucket}/${encodeURIComponent('copy/source ü+')}`;
      const { CopyObjectResult } = await session.sdk.send(new CopyObjectCommand({ Bucket: session.bucket, Key: 'copy/target', CopySource }));
      const got = await get(session, 'copy/target');
      return [CopyObjectResult?.ETag, got.Metadata, await got.Body!.transformToString()];
    },
    expected: [md5(Buffer.from('content')), { one: '1' }, 'content'],
  },
  {
    name: 'SDK: what is deleted is gone, and deleting it again succeeds',
    observe: async (session) => {
      await put(session, 'deleted', { Body: 'x' });
      const command = new DeleteObjectCommand({ Bucket: session.bucket, Key: 'deleted' });
      const statuses = [await session.sdk.send(command), await session.sdk.send(command)].map(({ $metadata }) => $metadata.httpStatusCode);
      return [...statuses, await refusalOf(get(session, 'deleted')), await refusalOf(head(session, 'deleted'))];
    },
    expected: [204, 204, { code: 'NoSuchKey', status: 404 }, { code: 'NotFound', status: 404 }],
  },
  {
    name: 'SDK: many are deleted at once, by keys that XML must escape',
    observe: async (session) => {
      const keys = ['many/a&b', 'many/<c> "d"', 'many/é 😀'];
      await Promise.all(keys.map((key) => put(session, key, { Body: 'x' })));
      const Delete = { Objects: [...keys, 'many/absent'].map((Key) => ({ Key })) };
      const { Deleted, Errors } = await session.sdk.send(new DeleteObjectsCommand({ Bucket: session.bucket, Delete }));
      const left = await Promise.all(keys.map((key) => refusalOf(head(session, key))));
      return [Deleted?.map(({ Key }) => Key).sort(), Errors ?? [], left.map(({ code }) => code)];
    },
    expected: [['many/<c> "d"', 'many/a&b', 'many/absent', 'many/é 😀'], [], ['NotFound', 'NotFound', 'NotFound']],
  },
];

type PutInput = Omit<ConstructorParameters<typeof PutObjectCommand>[0], 'Bucket' | 'Key'>;

async function put({ sdk, bucket }: Session, key: string, input: PutInput) {
  return sdk.send(new PutObjectCommand({ Bucket: bucket, Key: key, ...input }));
}

async function get({ sdk, bucket }: Session, key: string) {
  return sdk.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
}

async function head({ sdk, bucket }: Session, key: string) {
  return sdk.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
}

async function hashOf({ Body }: GetObjectCommandOutput): Promise<string> {
  return hash(Buffer.from(await Body!.transformToByteArray()));
}

function hash(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function md5(content: Buffer): string {
  return `"${createHash('md5').update(content).digest('hex')}"`;
}
