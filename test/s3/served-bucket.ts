import { S3Client } from '@aws-sdk/client-s3';
import { SignedHttp } from './conformance/signed-http';
import { LocalS3, type LocalS3Options } from './local-s3';

/** The bucket of each server that {@link serve} starts. */
export const BUCKET = 'bucket';

/** A server with clients to it, which lasts as long as the file of tests. */
export interface ServedBucket {
  readonly s3: LocalS3;
  /** Requests signed by `aws4`, for what AWS's client would not send. */
  readonly http: SignedHttp;
  /** AWS's own client, which tells of the first error instead of trying again. */
  readonly sdk: S3Client;
}

const running: ServedBucket[] = [];

afterAll(async () => {
  await Promise.all(running.map(async ({ s3, http, sdk }) => {
    http.close();
    sdk.destroy();
    await s3.stop();
  }));
});

/** Starts a server with one bucket. */
export async function serve(options: LocalS3Options = {}): Promise<ServedBucket> {
  const s3 = await LocalS3.start({ buckets: [BUCKET], ...options });
  const { endpoint, region, credentials } = s3;
  const served = {
    s3,
    http: new SignedHttp({ endpoint, region, credentials, virtualHostDomain: 'localhost' }, BUCKET),
    sdk: new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 }),
  };
  running.push(served);
  return served;
}
