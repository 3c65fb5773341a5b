import { DeleteObjectsCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { CompactionJournal } from './compaction-journal';
import { checkSize, StoreError, type ListedObject, type WritableStore } from './store';
import { basePrefix, rawCoveragePrefix, sourceKey } from '../../contract/object-keys';

/** S3 deletes so many with one request. */
const DELETED_AT_ONCE = 1_000;

/** A coverage bucket. The SDK retries each request 3 times. */
export class S3Store implements WritableStore {
  public readonly location: string;
  public readonly prefix: string;
  /** Of the raw objects that are asked for. */
  private readonly rawPrefix: string;
  private readonly first: S3Client;
  private client: S3Client;

  /** @param prefix what functions upload below; or a part of that, such as `coverage/2026/01/31/` */
  public constructor(private readonly bucket: string, prefix: string, private readonly config: S3ClientConfig = {}) {
    this.location = `s3://${bucket}/${prefix}`;
    this.prefix = basePrefix(prefix);
    this.rawPrefix = this.prefix === prefix ? rawCoveragePrefix(prefix) : prefix;
    this.client = this.first = this.clientIn(config.region);
  }

  public async* rawKeys(): AsyncIterable<string> {
    for await (const { key } of this.rawObjects()) {
      yield key;
    }
  }

  public async* rawObjects(after?: string): AsyncIterable<ListedObject> {
    let hidden: ReadonlySet<string> | undefined;
    for await (const object of this.objects(this.rawPrefix, after)) {
      hidden ??= await this.replacedKeys();
      if (object.key.endsWith('.coverage') && !hidden.has(object.key)) {
        yield object;
      }
    }
  }

  public async* keys(prefix: string): AsyncIterable<string> {
    for await (const { key } of this.objects(prefix)) {
      yield key;
    }
  }

  public async read(key: string, limit = Number.POSITIVE_INFINITY): Promise<Buffer> {
    try {
      return await this.get(key, limit);
    } catch (error) {
      // S3 says that a missing object is denied where the right to list is limited to a prefix, as `CoverageBucket.grantRead` gives it
      throw error instanceof AccessDenied && await this.isMissing(key) ? this.missing(key) : error;
    }
  }

  private async get(key: string, limit: number): Promise<Buffer> {
    return this.call('s3:GetObject', key, async () => {
      const { Body, ContentLength } = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
      try {
        checkSize(key, ContentLength ?? 0, limit);
      } catch (error) {
        (Body as { destroy?(): void } | undefined)?.destroy?.();
        throw error;
      }
      return Buffer.from(await Body!.transformToByteArray());
    });
  }

  public async find(key: string): Promise<Buffer | undefined> {
    try {
      return await this.read(key);
    } catch (error) {
      if (error instanceof MissingObject) {
        return undefined;
      }
      throw error;
    }
  }

  public source(sha256: string): Promise<Buffer | undefined> {
    return this.find(sourceKey(this.prefix, sha256));
  }

  public async write(key: string, body: Buffer, contentType: string, metadata?: Readonly<Record<string, string>>): Promise<void> {
    await this.call('s3:PutObject', key, () => this.client.send(new PutObjectCommand({
      Bucket: this.bucket, Key: key, Body: body, ContentType: contentType, Metadata: metadata,
    })));
  }

  public async add(key: string, body: Buffer, contentType: string): Promise<void> {
    await this.call('s3:PutObject', key, async () => {
      try {
        await this.client.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body, ContentType: contentType, IfNoneMatch: '*' }));
      } catch (error) {
        if ((error as Error).name !== 'PreconditionFailed') {
          throw error;
        }
      }
    });
  }

  public async remove(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += DELETED_AT_ONCE) {
      const some = keys.slice(at, at + DELETED_AT_ONCE);
      const { Errors = [] } = await this.call('s3:DeleteObject', some[0]!, () => this.client.send(new DeleteObjectsCommand({
        Bucket: this.bucket, Delete: { Objects: some.map((Key) => ({ Key })), Quiet: true },
      })));
      const [failed] = Errors;
      if (failed) {
        throw this.explained(Object.assign(new Error(failed.Message), { name: failed.Code ?? 'Error' }), 's3:DeleteObject', failed.Key ?? some[0]!);
      }
    }
  }

  private async* objects(prefix: string, after?: string): AsyncIterable<ListedObject> {
    let token: string | undefined;
    do {
      const page = await this.call('s3:ListBucket', this.bucket, () => this.client.send(new ListObjectsV2Command({
        Bucket: this.bucket, Prefix: prefix, ContinuationToken: token, StartAfter: after,
      })));
      yield* (page.Contents ?? []).map(({ Key, Size }) => ({ key: Key!, size: Size ?? 0 }));
      token = page.NextContinuationToken;
    } while (token);
  }

  /** Whether a list does not have it; one that is refused says nothing. */
  private async isMissing(key: string): Promise<boolean> {
    try {
      const { Contents: [first] = [] } = await this.client.send(new ListObjectsV2Command({ Bucket: this.bucket, Prefix: key, MaxKeys: 1 }));
      return first?.Key !== key;
    } catch {
      return false;
    }
  }

  private missing(key: string): MissingObject {
    return new MissingObject(`'${key}' is not in bucket '${this.bucket}'`);
  }

  /** While a compaction is under way, what it replaces, or what is to replace that. */
  private async replacedKeys(): Promise<ReadonlySet<string>> {
    try {
      const journal = await CompactionJournal.load(this);
      return new Set(journal && (await journal.isWritten(this) ? journal.replaced : journal.written));
    } catch (error) {
      if (error instanceof AccessDenied) {
        return new Set(); // who may not read what is there is told so of each object
      }
      throw error;
    }
  }

  private async call<T>(action: string, what: string, send: () => Promise<T>): Promise<T> {
    const { client } = this;
    try {
      return await send();
    } catch (error) {
      const { name, Region: region } = error as S3Error;
      // the SDK follows redirects, and not what the bucket's own region says to a request that was signed for another; the word of that is the last
      if (name === 'AuthorizationHeaderMalformed' && region !== undefined && client === this.first && await client.config.region() !== region) {
        if (this.client === client) {
          this.client = this.clientIn(region);
        }
        return this.call(action, what, send);
      }
      throw this.explained(error as S3Error, action, what);
    }
  }

  private clientIn(region: S3ClientConfig['region']): S3Client {
    const { config } = this;
    // an endpoint of one's own has no name for each bucket
    const forcePathStyle = Boolean(config.endpoint ?? process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL);
    return new S3Client({ maxAttempts: 4, followRegionRedirects: true, forcePathStyle, ...config, ...(region !== undefined && { region }) });
  }

  private explained(error: S3Error, action: string, what: string): Error {
    if (error instanceof StoreError) {
      return error;
    }
    const status = error.$metadata?.httpStatusCode;
    switch (error.name) {
      case 'NoSuchBucket':
        return new StoreError(`bucket '${this.bucket}' does not exist; check its name and the account that the credentials are of`);
      case 'NoSuchKey':
        return this.missing(what);
      case 'AccessDenied':
        return new AccessDenied(`no right to use '${what}' (${action} is denied); the credentials need ${action} on bucket '${this.bucket}'`);
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

class AccessDenied extends StoreError {}

type S3Error = Error & { $metadata?: { httpStatusCode?: number }; Region?: string };
