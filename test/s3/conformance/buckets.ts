import { CreateBucketCommand, GetObjectCommand, HeadBucketCommand, ListBucketsCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Row } from './row';
import { refusalOf } from './session';

const ABSENT = 'conformance-absent-bucket';

export const bucketRows: readonly Row[] = [
  {
    name: 'SDK: a bucket is there, and named in the list of buckets',
    observe: async ({ sdk, bucket }) => {
      const { $metadata } = await sdk.send(new HeadBucketCommand({ Bucket: bucket }));
      const { Buckets } = await sdk.send(new ListBucketsCommand({}));
      return [$metadata.httpStatusCode, Buckets?.some(({ Name }) => Name === bucket)];
    },
    expected: [200, true],
  },
  {
    name: 'SDK: an absent bucket is NotFound for HEAD and NoSuchBucket for everything else',
    observe: async ({ sdk }) => [
      await refusalOf(sdk.send(new HeadBucketCommand({ Bucket: ABSENT }))),
      await refusalOf(sdk.send(new ListObjectsV2Command({ Bucket: ABSENT }))),
      await refusalOf(sdk.send(new GetObjectCommand({ Bucket: ABSENT, Key: 'x' }))),
      await refusalOf(sdk.send(new PutObjectCommand({ Bucket: ABSENT, Key: 'x', Body: 'x' }))),
    ],
    expected: [
      { code: 'NotFound', status: 404 },
      { code: 'NoSuchBucket', status: 404 },
      { code: 'NoSuchBucket', status: 404 },
      { code: 'NoSuchBucket', status: 404 },
    ],
  },
  {
    name: 'SDK: a bucket that is not empty cannot be deleted',
    observe: async ({ http }) => {
      await http.send({ method: 'PUT', key: 'keeps/the/bucket', body: 'x' });
      return http.outcome({ method: 'DELETE' });
    },
    expected: { status: 409, code: 'BucketNotEmpty' },
  },
  {
    name: 'SDK: a name with capitals is not a bucket',
    observe: async ({ sdk }) => refusalOf(sdk.send(new CreateBucketCommand({ Bucket: 'Not_A_Bucket' }))),
    expected: { code: 'InvalidBucketName', status: 400 },
  },
  {
    name: 'aws4: a method that an object does not have is not allowed',
    observe: async ({ http }) => http.outcome({ method: 'POST', key: 'posted', body: 'x' }),
    expected: { status: 405, code: 'MethodNotAllowed' },
  },
  {
    name: 'SDK: the bucket addressed by host',
    needs: 'virtualHostDomain',
    observe: async (session) => {
      const client = session.virtualHostClient();
      await client.send(new PutObjectCommand({ Bucket: session.bucket, Key: 'host/sdk ü+', Body: 'content' }));
      const { body } = await session.http.send({ key: 'host/sdk ü+' });
      const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: session.bucket, Prefix: 'host/sdk' }));
      return [body.toString(), Contents?.map(({ Key }) => Key)];
    },
    expected: ['content', ['host/sdk ü+']],
  },
  {
    name: 'aws4: the bucket addressed by host',
    needs: 'virtualHostDomain',
    observe: async ({ http }) => {
      const { status } = await http.send({ method: 'PUT', key: 'host/aws4 ü+', body: 'content', virtualHost: true });
      const { body } = await http.send({ key: 'host/aws4 ü+' });
      return [status, body.toString()];
    },
    expected: [200, 'content'],
  },
];
