import type { StoredObject } from './bucket-store';

/** An object, as tests and the demo look at it. */
export interface LocalObject {
  readonly body: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
  readonly contentType: string;
  /** @default - none */
  readonly contentEncoding?: string;
  /** In quotes, as in the header. */
  readonly etag: string;
  readonly lastModified: Date;
}

/** What may be said of an object that is put without a request. */
export interface LocalPutOptions {
  /** @default - none */
  readonly metadata?: Readonly<Record<string, string>>;
  /** @default 'binary/octet-stream' */
  readonly contentType?: string;
  /** @default - none */
  readonly contentEncoding?: string;
  /** `GLACIER` and `DEEP_ARCHIVE` cannot be read. @default 'STANDARD' */
  readonly storageClass?: string;
  /** @default - now */
  readonly lastModified?: Date;
}

/** What is shown of a stored object. */
export function viewOf({ body, metadata, headers, etag, lastModified }: StoredObject): LocalObject {
  return { body, metadata, contentType: headers['content-type'], contentEncoding: headers['content-encoding'], etag, lastModified };
}
