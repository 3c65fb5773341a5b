import { S3Error } from './errors';
import { listObjectsV2 } from './listing';
import type { Context, Operation } from './operation';
import { xml } from './responses';
import { contents, document, element, text, texts } from './xml';

const listBuckets: Operation = {
  name: 'ListBuckets',
  level: 'service',
  method: 'GET',
  run: ({ store }) => xml(document('ListAllMyBucketsResult',
    element('Owner', text('ID', 'local')),
    element('Buckets', ...store.all().map((bucket) =>
      element('Bucket', text('Name', bucket.name), text('CreationDate', bucket.createdAt.toISOString())))))),
};

const headBucket: Operation = {
  name: 'HeadBucket',
  level: 'bucket',
  method: 'HEAD',
  run: ({ request, store }) => {
    const { region } = store.get(request.bucket!);
    return { status: 200, headers: { 'x-amz-bucket-region': region, 'content-type': 'application/xml' } };
  },
};

const getBucketLocation: Operation = {
  name: 'GetBucketLocation',
  level: 'bucket',
  method: 'GET',
  selector: 'location',
  parameters: ['location'],
  run: ({ request, store }) => {
    const { region } = store.get(request.bucket!);
    // the oldest region has no name here
    return xml(document('LocationConstraint', region === 'us-east-1' ? '' : region));
  },
};

const createBucket: Operation = {
  name: 'CreateBucket',
  level: 'bucket',
  method: 'PUT',
  run: ({ request, store, region }, { content }) => {
    const name = request.bucket!;
    const [constraint = 'us-east-1'] = texts(content.toString(), 'LocationConstraint');
    if (constraint !== region) {
      throw new S3Error('IllegalLocationConstraintException', `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`);
    }
    // only in the oldest region may an owner create his bucket again
    if (store.has(name) && region !== 'us-east-1') {
      throw new S3Error('BucketAlreadyOwnedByYou', 'Your previous request to create the named bucket succeeded and you already own it.', { BucketName: name });
    }
    if (!store.has(name)) {
      store.create(name);
    }
    return { status: 200, headers: { location: `/${name}` } };
  },
};

const deleteBucket: Operation = {
  name: 'DeleteBucket',
  level: 'bucket',
  method: 'DELETE',
  run: ({ request, store }) => {
    store.delete(request.bucket!);
    return { status: 204 };
  },
};

const deleteObjects: Operation = {
  name: 'DeleteObjects',
  level: 'bucket',
  method: 'POST',
  selector: 'delete',
  parameters: ['delete'],
  headers: /^x-amz-(checksum-\w+|sdk-checksum-algorithm|trailer|decoded-content-length)$/,
  takesBody: true,
  check: ({ request, store }) => {
    store.get(request.bucket!);
  },
  run: (context, payload) => {
    if (!payload.protected) {
      throw new S3Error('InvalidRequest', 'Missing required header for this request: Content-MD5');
    }
    const body = payload.content.toString();
    const keys = contents(body, 'Object').flatMap((object) => {
      if (contents(object, 'VersionId').length > 0 || contents(object, 'ETag').length > 0) {
        throw new S3Error('NotImplemented', 'DeleteObjects by version or ETag is not implemented by this server');
      }
      return texts(object, 'Key');
    });
    if (keys.length === 0 || keys.length > 1000) {
      throw new S3Error('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');
    }
    const quiet = texts(body, 'Quiet')[0] === 'true';
    return xml(document('DeleteResult', ...keys.map((key) => deleteOne(context, key, quiet))));
  },
};

/** Unlike an operation on one key, a refusal is a line of the result: the others are deleted. */
function deleteOne({ access, request, store }: Context, key: string, quiet: boolean): string {
  try {
    access.check({ method: request.method, bucket: request.bucket, key, operation: 'DeleteObject' });
  } catch (error) {
    const { code, message } = error as S3Error;
    return element('Error', text('Key', key), text('Code', code), text('Message', message));
  }
  store.get(request.bucket!).delete(key);
  return quiet ? '' : element('Deleted', text('Key', key));
}

/** The operations on the account and on buckets. */
export const bucketOperations: readonly Operation[] = [
  listBuckets,
  listObjectsV2,
  getBucketLocation,
  headBucket,
  createBucket,
  deleteBucket,
  deleteObjects,
];
