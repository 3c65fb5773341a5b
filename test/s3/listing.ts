import type { Bucket, StoredObject } from './bucket-store';
import { S3Error } from './errors';
import type { Operation } from './operation';
import type { S3Request } from './request';
import { xml } from './responses';
import { document, element, text } from './xml';

const MAX_KEYS = 1000;

/** Where a page ended: behind a key, or behind all the keys of a common prefix. */
interface Position {
  readonly key: string;
  readonly wholePrefix: boolean;
}

interface Page {
  readonly objects: readonly StoredObject[];
  readonly commonPrefixes: readonly string[];
  /** @default - the last page */
  readonly next?: Position;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export const listObjectsV2: Operation = {
  name: 'ListObjectsV2',
  level: 'bucket',
  method: 'GET',
  selector: 'list-type',
  parameters: ['list-type', 'prefix', 'delimiter', 'max-keys', 'continuation-token', 'start-after', 'encoding-type', 'fetch-owner'],
  run: ({ request, store }) => {
    const bucket = store.get(request.bucket!);
    const prefix = request.parameter('prefix') ?? '';
    const delimiter = request.parameter('delimiter') ?? '';
    const token = request.parameter('continuation-token');
    const startAfter = request.parameter('start-after');
    const maxKeys = maxKeysOf(request);
    const encode = encoderOf(request);
    checkListType(request);
    const page = pageOf(bucket, prefix, delimiter, maxKeys, token === undefined ? { key: startAfter ?? '', wholePrefix: false } : positionOf(token));
    const owner = request.parameter('fetch-owner') === 'true' ? element('Owner', text('ID', 'local')) : '';
    const optional = (name: string, value: string | undefined): string => value === undefined ? '' : text(name, value);
    return xml(document('ListBucketResult',
      text('Name', bucket.name),
      text('Prefix', encode(prefix)),
      optional('Delimiter', delimiter ? encode(delimiter) : undefined),
      optional('StartAfter', startAfter === undefined ? undefined : encode(startAfter)),
      optional('ContinuationToken', token),
      optional('NextContinuationToken', page.next && tokenOf(page.next)),
      text('KeyCount', page.objects.length + page.commonPrefixes.length),
      text('MaxKeys', maxKeys),
      optional('EncodingType', request.parameter('encoding-type')),
      text('IsTruncated', page.next !== undefined),
      ...page.objects.map((object) => element('Contents',
        text('Key', encode(object.key)),
        text('LastModified', object.lastModified.toISOString()),
        text('ETag', object.etag),
        optional('ChecksumAlgorithm', object.checksum?.algorithm.toUpperCase()),
        text('Size', object.body.length),
        owner,
        text('StorageClass', object.storageClass))),
      ...page.commonPrefixes.map((common) => element('CommonPrefixes', text('Prefix', encode(common))))));
  },
};

function pageOf(bucket: Bucket, prefix: string, delimiter: string, maxKeys: number, after: Position): Page {
  const keys = bucket.keys();
  const objects: StoredObject[] = [];
  const commonPrefixes: string[] = [];
  let last = after;
  for (let index = Math.max(firstAtOrAfter(keys, prefix), firstAtOrAfter(keys, after.key)); index < keys.length; index++) {
    const key = keys[index];
    if (!key.startsWith(prefix)) {
      break;
    }
    if (key === after.key || last.wholePrefix && key.startsWith(last.key)) {
      continue;
    }
    if (objects.length + commonPrefixes.length === maxKeys) {
      return { objects, commonPrefixes, next: maxKeys === 0 ? undefined : last };
    }
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (end === -1) {
      objects.push(bucket.get(key)!);
      last = { key, wholePrefix: false };
    } else {
      last = { key: key.slice(0, end + delimiter.length), wholePrefix: true };
      commonPrefixes.push(last.key);
    }
  }
  return { objects, commonPrefixes };
}

/** By bisection, so that reading a large bucket page by page stays linear. */
function firstAtOrAfter(keys: readonly string[], bound: string): number {
  const bytes = Buffer.from(bound);
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (Buffer.compare(Buffer.from(keys[middle]), bytes) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function maxKeysOf(request: S3Request): number {
  const value = request.parameter('max-keys') ?? String(MAX_KEYS);
  if (!/^\d{1,10}$/.test(value)) {
    throw invalidArgument('Provided max-keys not an integer or within integer range', 'max-keys', value);
  }
  return Math.min(Number(value), MAX_KEYS);
}

function checkListType(request: S3Request): void {
  const value = request.parameter('list-type')!;
  if (value !== '2') {
    throw invalidArgument('Invalid List Type', 'list-type', value);
  }
}

/** With `encoding-type=url`, keys that XML cannot carry come in the encoding of HTML forms, with slashes as they are. */
function encoderOf(request: S3Request): (value: string) => string {
  const type = request.parameter('encoding-type');
  if (type === undefined) {
    return (value) => value;
  }
  if (type !== 'url') {
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', type);
  }
  return (value) => encodeURIComponent(value)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%2F/g, '/')
    .replace(/%20/g, '+');
}

function tokenOf({ key, wholePrefix }: Position): string {
  return Buffer.from(`${wholePrefix ? 'prefix' : 'key'}:${key}`).toString('base64');
}

function positionOf(token: string): Position {
  const match = /^(prefix|key):([\s\S]*)$/.exec(Buffer.from(token, 'base64').toString());
  if (!match) {
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  }
  return { key: match[2], wholePrefix: match[1] === 'prefix' };
}

function invalidArgument(message: string, name: string, value: string): S3Error {
  return new S3Error('InvalidArgument', message, { ArgumentName: name, ArgumentValue: value });
}
