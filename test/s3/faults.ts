import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { S3Error } from './errors';
import { S3Request } from './request';
import { route } from './router';

/** The refusals that come from S3's side rather than from the request, in its words. */
const MESSAGES = {
  AccessDenied: 'Access Denied',
  ConditionalRequestConflict: 'The conditional request cannot succeed due to a conflicting operation against this resource.',
  ExpiredToken: 'The provided token has expired.',
  InternalError: 'We encountered an internal error. Please try again.',
  NoSuchBucket: 'The specified bucket does not exist',
  OperationAborted: 'A conflicting conditional operation is currently in progress against this resource. Please try again.',
  RequestTimeout: 'Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.',
  ServiceUnavailable: 'Service is unable to handle request.',
  SlowDown: 'Please reduce your request rate.',
} as const;

/** What may go wrong with a request. But where it says otherwise, the work that was asked for is not done. */
export type Fault =
  /** S3's document of that code, at once. */
  | { readonly kind: 'error'; readonly code: keyof typeof MESSAGES }
  /** The same after the work, as S3 says of its `InternalError` that a PUT may have happened even so. */
  | { readonly kind: 'error after'; readonly code: keyof typeof MESSAGES }
  /** A reset in place of an answer, without waiting for the body. */
  | { readonly kind: 'refuse' }
  /** A reset in place of an answer, after the work: to the client the same as `refuse`. */
  | { readonly kind: 'reset after' }
  /** The work, half of its answer, and the end of the connection. */
  | { readonly kind: 'cut' }
  /** Never an answer; ends when the client goes away or the server stops. */
  | { readonly kind: 'hang' }
  /** The same after the work. */
  | { readonly kind: 'hang after' }
  /** The work, and its answer so many milliseconds later. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** `PermanentRedirect`: the bucket is in that region. */
  | { readonly kind: 'redirect'; readonly status: 301; readonly region: string }
  /** `TemporaryRedirect`: the host that has the bucket for now, such as `bucket.s3.eu-west-1.amazonaws.com`. */
  | { readonly kind: 'redirect'; readonly status: 307; readonly host: string };

/** A request as its fault is chosen: on arrival, nothing checked yet. */
export interface FaultRequest {
  readonly method: string;
  /** The operation's name in the API. @default - none that the server knows */
  readonly operation?: string;
  /** @default - about no bucket, or not readable */
  readonly bucket?: string;
  /** @default - about no object, or not readable */
  readonly key?: string;
  readonly headers: IncomingHttpHeaders;
}

/** Chooses the fault of a request, if it is to have one; asked once for each, in the order of arrival. */
export type Faults = (request: FaultRequest) => Fault | undefined;

/** Another attempt may succeed at once; some of them have done the work. */
export const TRANSIENT_FAULTS: readonly Fault[] = [
  { kind: 'error', code: 'InternalError' },
  { kind: 'error', code: 'SlowDown' },
  { kind: 'error', code: 'ServiceUnavailable' },
  { kind: 'error', code: 'RequestTimeout' },
  { kind: 'error', code: 'ConditionalRequestConflict' },
  { kind: 'error after', code: 'InternalError' },
  { kind: 'refuse' },
  { kind: 'reset after' },
  { kind: 'cut' },
  { kind: 'slow', ms: 20 },
];

/** Nothing but the end of the fault helps: a policy, a bucket that is gone or moved, credentials that have expired. */
export const REFUSALS: readonly Fault[] = [
  { kind: 'error', code: 'AccessDenied' },
  { kind: 'error', code: 'NoSuchBucket' },
  { kind: 'error', code: 'ExpiredToken' },
  { kind: 'redirect', status: 301, region: 'eu-west-1' },
  { kind: 'redirect', status: 307, host: 'bucket.s3.invalid' },
];

/** Each costs the client as much time as it is willing to wait. */
export const SILENCES: readonly Fault[] = [{ kind: 'hang' }, { kind: 'hang after' }];

/** Reads of a request what can be read. */
export function faultRequestOf(message: IncomingMessage): FaultRequest {
  const readable = orUndefined(() => S3Request.of(message));
  return {
    method: message.method!,
    operation: readable && orUndefined(() => route(readable).name),
    bucket: readable?.bucket,
    key: readable?.key,
    headers: message.headers,
  };
}

/**
 * What a fault is answered with that is answered at all.
 *
 * @param path of the request, encoded as it came
 */
export function faultError(fault: Fault & { kind: 'error' | 'error after' | 'redirect' }, path: string, bucket = ''): S3Error {
  if (fault.kind !== 'redirect') {
    return new S3Error(fault.code, MESSAGES[fault.code]);
  }
  if (fault.status === 301) {
    // without a Location, so that no client follows it unthinkingly
    return new S3Error(
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
      { Endpoint: `${bucket}.s3.${fault.region}.amazonaws.com`, Bucket: bucket },
      { 'x-amz-bucket-region': fault.region },
    );
  }
  return new S3Error(
    'TemporaryRedirect',
    'Please re-send this request to the specified temporary endpoint. Continue to use the original request endpoint for future requests.',
    { Endpoint: fault.host, Bucket: bucket },
    { location: `http://${fault.host}${path}` },
  );
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof S3Error) {
      return undefined;
    }
    throw error;
  }
}
