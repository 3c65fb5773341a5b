/** AWS's own rules for S3's endpoints, as the SDK applies them, say what is expected. */
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { bucketAddress } from '../../../../src/wrapper/node/delivery/s3-endpoint';

/** A region of each partition, and one that is newer than any list. */
const REGIONS = [
  'us-east-1', 'eu-central-1', 'us-gov-west-1', 'cn-north-1', 'cn-northwest-1', 'us-iso-east-1', 'us-isob-east-1', 'eu-isoe-west-1', 'us-isof-south-1',
  'eusc-de-east-1', 'xx-new-1',
];

interface Row {
  readonly region: string;
  readonly bucket: string;
  readonly fips: boolean;
  readonly dualStack: boolean;
}

/** Where the SDK would send a PUT; it says so by the request that it is stopped at. */
async function urlOfSdk({ region, bucket, fips, dualStack }: Row): Promise<string | undefined> {
  let url: string | undefined;
  const client = new S3Client({
    region,
    useFipsEndpoint: fips,
    useDualstackEndpoint: dualStack,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    requestHandler: {
      handle: async ({ protocol, hostname, path }: { protocol: string; hostname: string; path: string }) => {
        url = `${protocol}//${hostname}${path}`;
        throw new Error('far enough');
      },
    },
  });
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'key', Body: '', ContentLength: 0 })).catch(() => undefined);
  return url;
}

function urlOf(bucket: string, region: string, environment: Record<string, string>): string {
  const { protocol, hostname, port, basePath } = bucketAddress(bucket, region, environment);
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${basePath}key`;
}

const rows = REGIONS.flatMap((region) => ['bucket', 'my.bucket'].flatMap((bucket) => [false, true].flatMap((fips) => [false, true].map((dualStack): Row => ({ region, bucket, fips, dualStack })))));

test.each(rows.filter(({ region, fips }) => !(fips && region.startsWith('cn-'))))('$bucket in $region (FIPS: $fips, dual stack: $dualStack) is where the SDK finds it', async (row) => {
  const environment = { AWS_USE_FIPS_ENDPOINT: String(row.fips), AWS_USE_DUALSTACK_ENDPOINT: String(row.dualStack) };
  const expected = await urlOfSdk(row);
  expect(expected).toMatch(/^https:/);
  expect(urlOf(row.bucket, row.region, environment)).toBe(expected);
});

/** The variables and their order: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html; the bucket is in the path. */
test.each<[Record<string, string>, string]>([
  [{ AWS_ENDPOINT_URL: 'http://localhost:4566' }, 'http://localhost:4566/bucket/key'],
  [{ AWS_ENDPOINT_URL: 'http://one', AWS_ENDPOINT_URL_S3: 'https://two/' }, 'https://two/bucket/key'],
  [{ AWS_ENDPOINT_URL_S3: 'https://proxy.example:8443/s3/' }, 'https://proxy.example:8443/s3/bucket/key'],
  [{ AWS_ENDPOINT_URL_S3: 'http://[::1]:9000' }, 'http://::1:9000/bucket/key'],
  [{ AWS_ENDPOINT_URL_S3: '', AWS_ENDPOINT_URL: '' }, 'https://bucket.s3.eu-west-1.amazonaws.com/key'],
  [{ AWS_ENDPOINT_URL_S3: 'http://localhost', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'True' }, 'https://bucket.s3.eu-west-1.amazonaws.com/key'],
])('%p leads to %s', (environment, url) => {
  expect(urlOf('bucket', 'eu-west-1', environment)).toBe(url);
});

test.each(['localhost:4566', 'ftp://localhost', 'not a url'])("the endpoint '%s' is refused with its name", (endpoint) => {
  expect(() => bucketAddress('bucket', 'eu-west-1', { AWS_ENDPOINT_URL: endpoint })).toThrow(`endpoint '${endpoint}' is not an http or https URL`);
});
