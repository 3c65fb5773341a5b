import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import { CreateBucketCommand, DeleteBucketCommand, DeleteObjectCommand, S3Client, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { SignedHttp } from './signed-http';

/** A server to be held to the table. */
export interface S3UnderTest {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The domain below which it serves each bucket as a host. @default - none: the rows that need it are skipped */
  readonly virtualHostDomain?: string;
}

/** The clients and the bucket that rows work with; rows share the bucket, so each has keys of its own. */
export class Session {
  static async open(target: S3UnderTest): Promise<Session> {
    const session = new Session(target);
    await session.sdk.send(new CreateBucketCommand({ Bucket: session.bucket }));
    return session;
  }

  readonly bucket = `conformance-${randomBytes(6).toString('hex')}`;
  /** AWS's own client, in path style, which tells of the first error instead of trying again. */
  readonly sdk: S3Client;
  /** Requests signed by `aws4`, for what AWS's client would not send. */
  readonly http: SignedHttp;
  private readonly clients: S3Client[] = [];

  private constructor(readonly target: S3UnderTest) {
    this.sdk = this.client({ forcePathStyle: true });
    this.http = new SignedHttp(target, this.bucket);
  }

  /** Another client of AWS's, for rows about configuration. */
  client(configuration: ConstructorParameters<typeof S3Client>[0]): S3Client {
    const { endpoint, region, credentials } = this.target;
    const client = new S3Client({ endpoint, region, credentials, maxAttempts: 1, ...configuration });
    this.clients.push(client);
    return client;
  }

  /** A client that addresses the bucket by host; its name resolves to the server, which few resolvers do by themselves. */
  virtualHostClient(): S3Client {
    const { endpoint, virtualHostDomain } = this.target;
    const url = new URL(endpoint);
    const address = url.hostname;
    const httpAgent = new Agent({
      lookup: (_host, { all }, callback) => all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4),
    });
    url.hostname = virtualHostDomain!;
    return this.client({ endpoint: url.href, requestHandler: { httpAgent } });
  }

  /** Removes what the rows left behind. */
  async close(): Promise<void> {
    for await (const page of paginateListObjectsV2({ client: this.sdk }, { Bucket: this.bucket })) {
      await Promise.all((page.Contents ?? []).map(({ Key }) => this.sdk.send(new DeleteObjectCommand({ Bucket: this.bucket, Key }))));
    }
    await this.sdk.send(new DeleteBucketCommand({ Bucket: this.bucket }));
    this.clients.forEach((client) => client.destroy());
    this.http.close();
  }
}

/** How an operation of AWS's client was refused. */
export async function refusalOf(operation: Promise<unknown>): Promise<{ code: string; status?: number }> {
  try {
    await operation;
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    return { code: name, status: $metadata?.httpStatusCode };
  }
  return { code: 'none' };
}
