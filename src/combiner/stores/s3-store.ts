import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { StoreError, type CoverageStore } from './store';
import { rawCoveragePrefix, sourceKey } from '../../contract/object-keys';

/** A coverage bucket. The SDK retries each request 3 times. */
export class S3Store implements CoverageStore {
  public readonly location: string;
  private readonly client: S3Client;

  public constructor(private readonly bucket: string, private readonly prefix: string, config: S3ClientConfig = {}) {
    this.location = `s3://${bucket}/${prefix}`;
    // A bucket of another region is found by itself; an endpoint of one's own has no name for each bucket.
    const ownEndpoint = Boolean(config.endpoint ?? process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL);
    this.client = new S3Client({ maxAttempts: 4, followRegionRedirects: true, forcePathStyle: ownEndpoint, ...config });
  }

  public async* rawKeys(): AsyncIterable<string> {
    let token: string | undefined;
    do {
      const page = await this.call('s3:ListBucket', this.bucket, () => this.client.send(new ListObjectsV2Command({
        Bucket: this.bucket, Prefix: rawCoveragePrefix(this.prefix), ContinuationToken: token,
      })));
      yield* (page.Contents ?? []).map(({ Key }) => Key!).filter((key) => key.endsWith('.coverage'));
      token = page.NextContinuationToken;
    } while (token);
  }

  public async read(key: string): Promise<Buffer> {
    const { Body } = await this.call('s3:GetObject', key, () => this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key })));
    return Buffer.from(await Body!.transformToByteArray());
  }

  public async source(sha256: string): Promise<Buffer | undefined> {
    try {
      return await this.read(sourceKey(this.prefix, sha256));
    } catch (error) {
      if (error instanceof MissingObject) {
        return undefined;
      }
      throw error;
    }
  }

  public async write(key: string, body: Buffer, contentType: string, metadata?: Record<string, string>): Promise<void> {
    await this.call('s3:PutObject', key, () => this.client.send(new PutObjectCommand({
      Bucket: this.bucket, Key: key, Body: body, ContentType: contentType, Metadata: metadata,
    })));
  }

  private async call<T>(action: string, what: string, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      throw this.explained(error as S3Error, action, what);
    }
  }

  private explained(error: S3Error, action: string, what: string): Error {
    const status = error.$metadata?.httpStatusCode;
    switch (error.name) {
      case 'NoSuchBucket':
        return new StoreError(`bucket '${this.bucket}' does not exist; check its name and the account that the credentials are of`);
      case 'NoSuchKey':
        return new MissingObject(`'${what}' is not in bucket '${this.bucket}'`);
      case 'AccessDenied':
        return new StoreError(`no right to use '${what}' (${action} is denied); the credentials need ${action} on bucket '${this.bucket}'`);
      case 'CredentialsProviderError':
        return new StoreError('no AWS credentials were found; set AWS_PROFILE, log in with `aws sso login` or set AWS_ACCESS_KEY_ID');
      case 'ExpiredToken':
      case 'ExpiredTokenException':
        return new StoreError('the AWS credentials have expired; log in again');
      default:
        return new StoreError(`${action} of '${what}' failed: ${error.message || error.name}${status ? ` (${status})` : ''}`);
    }
  }
}

class MissingObject extends StoreError {}

type S3Error = Error & { $metadata?: { httpStatusCode?: number } };
