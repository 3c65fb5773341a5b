import type { Access } from './access';
import type { BucketStore } from './bucket-store';
import type { S3Request } from './request';
import type { Payload } from './request-body';
import type { Answer } from './responses';

/** What an operation works on. */
export interface Context {
  readonly request: S3Request;
  readonly store: BucketStore;
  readonly access: Access;
  readonly region: string;
}

/** An operation of S3's API, with what it understands: anything beyond that is answered with `NotImplemented`. */
export interface Operation {
  /** Its name in the API reference. */
  readonly name: string;
  readonly level: 'service' | 'bucket' | 'object';
  readonly method: string;
  /** The query parameter or `x-amz-` header that tells it from another operation of its level and method. */
  readonly selector?: string;
  /** The query parameters it understands. */
  readonly parameters?: readonly string[];
  /** The `x-amz-` headers it understands, beside those of signing. */
  readonly headers?: RegExp;
  /** Whether a body is expected, so that its length must be known. */
  readonly takesBody?: boolean;
  /** Refuses what can be refused before the body is read. */
  check?(context: Context): void;
  /** Does it, without giving way to another request in between: that makes every operation atomic. */
  run(context: Context, payload: Payload): Answer;
}
