import { createHash } from 'node:crypto';
import type { Checksum } from './checksum';
import { S3Error } from './errors';

/** What a client may say about an object beside its content. */
export interface ObjectDescription {
  /** The user's own metadata, without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The headers that are kept and given back as they came, such as `content-type`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly storageClass: string;
  readonly checksum?: Checksum;
}

/** An object as it lies in a bucket; writing it again replaces it as a whole. */
export interface StoredObject extends ObjectDescription {
  readonly key: string;
  readonly body: Buffer;
  /** The MD5 of the body in quotes, as in the header. */
  readonly etag: string;
  readonly lastModified: Date;
}

/** A bucket in memory. */
export class Bucket {
  readonly createdAt: Date;
  private readonly objects = new Map<string, StoredObject>();
  private order?: readonly string[];

  /** @param now the server's clock, in milliseconds since 1970 */
  constructor(readonly name: string, readonly region: string, private readonly now: () => number) {
    this.createdAt = new Date(now());
  }

  get(key: string): StoredObject | undefined {
    return this.objects.get(key);
  }

  put(key: string, body: Buffer, description: ObjectDescription, lastModified = new Date(this.now())): StoredObject {
    if (!this.objects.has(key)) {
      this.order = undefined;
    }
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    const stored = { ...description, key, body, etag, lastModified };
    this.objects.set(key, stored);
    return stored;
  }

  delete(key: string): void {
    if (this.objects.delete(key)) {
      this.order = undefined;
    }
  }

  /**
   * All keys in the binary order of UTF-8, as S3 lists them. It differs from the order of strings in JavaScript, which puts
   * the characters beyond U+FFFF before those from U+E000.
   */
  keys(): readonly string[] {
    this.order ??= [...this.objects.keys()]
      .map((key) => ({ key, bytes: Buffer.from(key) }))
      .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
      .map(({ key }) => key);
    return this.order;
  }
}

/** The buckets of an account, in memory. */
export class BucketStore {
  private readonly buckets = new Map<string, Bucket>();

  /**
   * @param region of buckets that are created without one
   * @param now the server's clock, in milliseconds since 1970
   */
  constructor(private readonly region: string, private readonly now: () => number) {}

  /** @throws S3Error `InvalidBucketName` */
  create(name: string, region = this.region): Bucket {
    if (!/^(?!xn--)[a-z0-9](?:[a-z0-9-]|\.(?=[a-z0-9])){1,61}[a-z0-9]$/.test(name) || /^\d+(\.\d+){3}$/.test(name)) {
      throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.', { BucketName: name });
    }
    const bucket = new Bucket(name, region, this.now);
    this.buckets.set(name, bucket);
    return bucket;
  }

  has(name: string): boolean {
    return this.buckets.has(name);
  }

  /** The region that a request about a bucket, or about none, is to be signed for. */
  regionOf(name: string | undefined): string {
    return this.buckets.get(name ?? '')?.region ?? this.region;
  }

  /** @throws S3Error `NoSuchBucket` */
  get(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (!bucket) {
      throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', { BucketName: name });
    }
    return bucket;
  }

  delete(name: string): void {
    if (this.get(name).keys().length > 0) {
      throw new S3Error('BucketNotEmpty', 'The bucket you tried to delete is not empty', { BucketName: name });
    }
    this.buckets.delete(name);
  }

  all(): readonly Bucket[] {
    return [...this.buckets.values()].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  }
}
