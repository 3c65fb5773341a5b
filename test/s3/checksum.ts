/* eslint-disable no-bitwise -- a cyclic redundancy check is arithmetic on bits */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { S3Error } from './errors';

/** The algorithms that S3 verifies, by the last part of their header `x-amz-checksum-…`; each gives the digest of a body. */
const DIGESTS: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  crc32: (body) => bigEndian(BigInt(crc32(body)), 4),
  crc32c: (body) => bigEndian(BigInt(crc32c(body)), 4),
  crc64nvme: (body) => bigEndian(crc64nvme(body), 8),
  sha1: (body) => createHash('sha1').update(body).digest(),
  sha256: (body) => createHash('sha256').update(body).digest(),
};

const CRC32C = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ 0x82f63b78 : remainder >>> 1;
  }
  return remainder;
});

const CRC64NVME = BigUint64Array.from({ length: 256 }, (_, byte) => {
  let remainder = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1n ? (remainder >> 1n) ^ 0x9a6c9329ac4bc9b5n : remainder >> 1n;
  }
  return remainder;
});

/** A checksum that a client sent and the server verified: kept with the object and given back with it. */
export interface Checksum {
  /** As in its header: `crc32`, `crc32c`, `crc64nvme`, `sha1` or `sha256`. */
  readonly algorithm: string;
  /** The digest in Base64. */
  readonly value: string;
}

/**
 * Verifies the one checksum among the headers or trailers of a request.
 *
 * @throws S3Error `BadDigest` where body and checksum disagree, `InvalidRequest` where there are several or it is none
 */
export function verifyChecksum(body: Buffer, headers: ReadonlyMap<string, string>): Checksum | undefined {
  const sent = [...headers].filter(([name]) => /^x-amz-checksum-(?!mode$|type$|algorithm$)/.test(name));
  if (sent.length === 0) {
    return undefined;
  }
  if (sent.length > 1) {
    throw new S3Error('InvalidRequest', 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  }
  const [[name, value]] = sent;
  const algorithm = name.slice('x-amz-checksum-'.length);
  const digest = DIGESTS[algorithm];
  if (!digest) {
    throw new S3Error('InvalidRequest', `The algorithm type you specified in ${name} header is invalid.`);
  }
  const computed = digest(body);
  if (Buffer.from(value, 'base64').length !== computed.length) {
    throw new S3Error('InvalidRequest', `Value for ${name} header is invalid.`);
  }
  if (computed.toString('base64') !== value) {
    throw new S3Error('BadDigest', `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`);
  }
  return { algorithm, value };
}

/** Verifies `Content-MD5`. */
export function verifyMd5(body: Buffer, contentMd5: string): void {
  if (Buffer.from(contentMd5, 'base64').length !== 16) {
    throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.', { 'Content-MD5': contentMd5 });
  }
  const computed = createHash('md5').update(body).digest('base64');
  if (computed !== contentMd5) {
    throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.', {
      ExpectedDigest: contentMd5,
      CalculatedDigest: computed,
    });
  }
}

function crc32c(body: Buffer): number {
  let remainder = 0xffffffff;
  for (const byte of body) {
    remainder = (remainder >>> 8) ^ CRC32C[(remainder ^ byte) & 0xff];
  }
  return (remainder ^ 0xffffffff) >>> 0;
}

function crc64nvme(body: Buffer): bigint {
  let remainder = 0xffffffffffffffffn;
  for (const byte of body) {
    remainder = (remainder >> 8n) ^ CRC64NVME[Number(remainder & 0xffn) ^ byte];
  }
  return remainder ^ 0xffffffffffffffffn;
}

function bigEndian(value: bigint, bytes: number): Buffer {
  return Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex');
}
