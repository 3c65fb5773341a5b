import type { ObjectDescription } from './bucket-store';
import { S3Error, unsupportedHeader } from './errors';
import { names, preconditionFailed } from './object-reads';
import type { Context, Operation } from './operation';
import type { S3Request } from './request';
import { xml } from './responses';
import { document, text } from './xml';

const KEPT_HEADERS = ['content-type', 'content-disposition', 'content-language', 'cache-control', 'expires'];
const MAX_KEY_BYTES = 1024;
const MAX_METADATA_BYTES = 2048;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export const putObject: Operation = {
  name: 'PutObject',
  level: 'object',
  method: 'PUT',
  headers: /^x-amz-(meta-.+|storage-class|checksum-\w+|sdk-checksum-algorithm|trailer|decoded-content-length)$/,
  takesBody: true,
  check: (context) => {
    checkKey(context.request.key!);
    descriptionOf(context.request);
    checkConditions(context);
  },
  run: (context, { content, checksum }) => {
    // again, now that the body is here: another write may have come between
    checkConditions(context);
    const { request, store } = context;
    const object = store.get(request.bucket!).put(request.key!, content, { ...descriptionOf(request), checksum });
    return {
      status: 200,
      headers: {
        etag: object.etag,
        ...checksum ? { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, 'x-amz-checksum-type': 'FULL_OBJECT' } : {},
      },
    };
  },
};

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
export const copyObject: Operation = {
  name: 'CopyObject',
  level: 'object',
  method: 'PUT',
  selector: 'x-amz-copy-source',
  headers: /^x-amz-(copy-source|metadata-directive|meta-.+|storage-class)$/,
  check: (context) => {
    checkKey(context.request.key!);
    checkConditions(context);
  },
  run: ({ request, store, access }) => {
    const { bucket, key } = copySourceOf(request);
    access.check({ method: 'GET', bucket, key, operation: 'GetObject' });
    const source = store.get(bucket).get(key);
    if (!source) {
      throw new S3Error('NoSuchKey', 'The specified key does not exist.', { Key: key });
    }
    const replace = request.header('x-amz-metadata-directive') === 'REPLACE';
    if (bucket === request.bucket && key === request.key && !replace && request.header('x-amz-storage-class') === undefined) {
      throw new S3Error('InvalidRequest', "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.");
    }
    const described = descriptionOf(request);
    const description = { ...replace ? described : { ...source, storageClass: described.storageClass }, checksum: source.checksum };
    const copy = store.get(request.bucket!).put(request.key!, source.body, description);
    return xml(document('CopyObjectResult', text('LastModified', copy.lastModified.toISOString()), text('ETag', copy.etag)));
  },
};

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
export const deleteObject: Operation = {
  name: 'DeleteObject',
  level: 'object',
  method: 'DELETE',
  run: ({ request, store }) => {
    if (request.header('if-match') !== undefined) {
      throw unsupportedHeader('If-Match', 'conditional deletes are not implemented by this server');
    }
    // a key that is not there counts as deleted
    store.get(request.bucket!).delete(request.key!);
    return { status: 204 };
  },
};

function copySourceOf(request: S3Request): { bucket: string; key: string } {
  const header = request.header('x-amz-copy-source')!;
  if (header.includes('?')) {
    throw unsupportedHeader('x-amz-copy-source', 'copying a version is not implemented by this server');
  }
  const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(decodeURIComponent(header)) ?? [];
  if (!key) {
    throw new S3Error('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey', {
      ArgumentName: 'x-amz-copy-source',
      ArgumentValue: header,
    });
  }
  return { bucket, key };
}

function checkKey(key: string): void {
  const size = Buffer.byteLength(key);
  if (size > MAX_KEY_BYTES) {
    throw new S3Error('KeyTooLongError', 'Your key is too long', { Size: String(size), MaxSizeAllowed: String(MAX_KEY_BYTES) });
  }
}

function checkConditions({ request, store }: Context): void {
  const present = store.get(request.bucket!).get(request.key!);
  const [match, noneMatch] = [request.header('if-match'), request.header('if-none-match')];
  if (noneMatch !== undefined && noneMatch !== '*') {
    throw unsupportedHeader('If-None-Match', 'We don\'t accept the provided value of If-None-Match header for this API');
  }
  if (noneMatch === '*' && present) {
    throw preconditionFailed('If-None-Match');
  }
  if (match !== undefined && !present) {
    throw new S3Error('NoSuchKey', 'The specified key does not exist.', { Key: request.key! });
  }
  if (match !== undefined && present && !names(match, present.etag)) {
    throw preconditionFailed('If-Match');
  }
}

function descriptionOf(request: S3Request): ObjectDescription {
  const kept = KEPT_HEADERS.map((name) => [name, request.header(name)]).filter(([, value]) => value !== undefined);
  // aws-chunked is how the body travelled, not what it is
  const encoding = request.header('content-encoding')?.split(',').map((part) => part.trim()).filter((part) => part && part !== 'aws-chunked').join(',');
  const metadata = request.headerNames.filter((name) => name.startsWith('x-amz-meta-'))
    .map((name): [string, string] => [name.slice('x-amz-meta-'.length), request.header(name)!]);
  const size = metadata.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  if (size > MAX_METADATA_BYTES) {
    throw new S3Error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', {
      Size: String(size),
      MaxSizeAllowed: String(MAX_METADATA_BYTES),
    });
  }
  return {
    metadata: Object.fromEntries(metadata),
    headers: { 'content-type': 'binary/octet-stream', ...Object.fromEntries(kept), ...encoding ? { 'content-encoding': encoding } : {} },
    storageClass: request.header('x-amz-storage-class') ?? 'STANDARD',
  };
}
