import type { StoredObject } from './bucket-store';
import { S3Error } from './errors';
import type { Context, Operation } from './operation';
import type { S3Request } from './request';
import type { Answer } from './responses';

/** Parameters by which a client of a presigned URL replaces a header of the answer. */
const OVERRIDES = ['content-type', 'content-language', 'expires', 'cache-control', 'content-disposition', 'content-encoding'];
const ARCHIVED = ['GLACIER', 'DEEP_ARCHIVE'];

const headers = /^x-amz-checksum-mode$/;
const parameters = OVERRIDES.map((name) => `response-${name}`);

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export const getObject: Operation = {
  name: 'GetObject',
  level: 'object',
  method: 'GET',
  headers,
  parameters,
  run: (context) => {
    const object = existing(context);
    if (ARCHIVED.includes(object.storageClass)) {
      throw new S3Error('InvalidObjectState', "The operation is not valid for the object's storage class", { StorageClass: object.storageClass });
    }
    return read(context.request, object);
  },
};

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
export const headObject: Operation = {
  name: 'HeadObject',
  level: 'object',
  method: 'HEAD',
  headers,
  parameters,
  run: (context) => read(context.request, existing(context)),
};

/** Who may not list a bucket is not told whether a key exists in it. */
function existing({ request, store, access }: Context): StoredObject {
  const object = store.get(request.bucket!).get(request.key!);
  if (!object) {
    access.check({ method: 'GET', bucket: request.bucket, operation: 'ListObjectsV2' });
    throw new S3Error('NoSuchKey', 'The specified key does not exist.', { Key: request.key! });
  }
  return object;
}

function read(request: S3Request, object: StoredObject): Answer {
  const base = { 'etag': object.etag, 'last-modified': object.lastModified.toUTCString() };
  if (!fresh(request, object)) {
    return { status: 304, headers: base };
  }
  const described = {
    ...base,
    'accept-ranges': 'bytes',
    ...object.headers,
    ...Object.fromEntries(Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
    ...Object.fromEntries(OVERRIDES.map((name) => [name, request.parameter(`response-${name}`)]).filter(([, value]) => value !== undefined)),
    ...object.storageClass === 'STANDARD' ? {} : { 'x-amz-storage-class': object.storageClass },
  };
  const range = rangeOf(request, object.body.length);
  if (range) {
    const part = object.body.subarray(range.first, range.last + 1);
    return {
      status: 206,
      // explicit, since the answer to HEAD is told the length of what it does not carry
      headers: { ...described, 'content-range': `bytes ${range.first}-${range.last}/${object.body.length}`, 'content-length': String(part.length) },
      body: part,
    };
  }
  // a part has another checksum than the whole, so only the whole is answered with it
  const checksum = request.header('x-amz-checksum-mode') === 'ENABLED' && object.checksum
    ? { [`x-amz-checksum-${object.checksum.algorithm}`]: object.checksum.value, 'x-amz-checksum-type': 'FULL_OBJECT' }
    : {};
  return { status: 200, headers: { ...described, ...checksum }, body: object.body };
}

/** Whether the client needs the object; the order and the precedence are those of RFC 9110, section 13.2.2. */
function fresh(request: S3Request, object: StoredObject): boolean {
  // dates in headers know seconds only
  const modified = Math.floor(object.lastModified.getTime() / 1000) * 1000;
  const [match, noneMatch] = [request.header('if-match'), request.header('if-none-match')];
  const [modifiedSince, unmodifiedSince] = ['if-modified-since', 'if-unmodified-since'].map((name) => Date.parse(request.header(name) ?? ''));
  if (match === undefined ? modified > unmodifiedSince : !names(match, object.etag)) {
    throw preconditionFailed(match === undefined ? 'If-Unmodified-Since' : 'If-Match');
  }
  return noneMatch === undefined ? !(modified <= modifiedSince) : !names(noneMatch, object.etag);
}

/** Whether a list of entity tags names this one; S3 takes them without quotes as well. */
export function names(list: string, etag: string): boolean {
  return list.split(',').map((tag) => tag.trim().replace(/^W\//, '')).some((tag) => tag === '*' || tag.replace(/"/g, '') === etag.replace(/"/g, ''));
}

/** S3's refusal when a condition does not hold. */
export function preconditionFailed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', { Condition: condition });
}

function rangeOf(request: S3Request, size: number): { first: number; last: number } | undefined {
  const header = request.header('range') ?? '';
  if (header.includes(',')) {
    throw new S3Error('NotImplemented', 'several ranges in one request are not implemented by this server');
  }
  const match = /^bytes=(\d*)-(\d*)$/.exec(header);
  if (!match || match[1] + match[2] === '' || match[1] !== '' && match[2] !== '' && Number(match[1]) > Number(match[2])) {
    // a range that cannot be read is ignored
    return undefined;
  }
  const first = match[1] === '' ? Math.max(size - Number(match[2]), 0) : Number(match[1]);
  const last = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (first > last) {
    throw new S3Error('InvalidRange', 'The requested range is not satisfiable', { RangeRequested: header, ActualObjectSize: String(size) });
  }
  return { first, last };
}
