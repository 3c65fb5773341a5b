import { S3Error } from './errors';
import type { S3Request } from './request';

const ALGORITHM = 'AWS4-HMAC-SHA256';
const WEEK_SECONDS = 7 * 24 * 60 * 60;

/** What a client claims about who it is, not verified yet. */
export interface Authorization {
  readonly accessKeyId: string;
  readonly sessionToken?: string;
  /** The credential scope: day (`YYYYMMDD`), region and service. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  /** When the request was signed, as sent (`YYYYMMDDTHHMMSSZ`) and read. */
  readonly timestamp: string;
  readonly signedAt: Date;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `x-amz-content-sha256`: a hash, `UNSIGNED-PAYLOAD` or one of the streaming kinds. */
  readonly payloadHash: string;
  /** For how long a presigned URL is good. @default - not presigned */
  readonly expiresSeconds?: number;
}

/**
 * Reads the signature of version 4 from the header or, for a presigned URL, from the query.
 *
 * @throws S3Error where there is none, or where it cannot be read
 */
export function authorizationOf(request: S3Request): Authorization {
  const header = request.header('authorization');
  if (header !== undefined) {
    return fromHeader(request, header);
  }
  if (request.parameter('X-Amz-Algorithm') !== undefined) {
    return fromQuery(request);
  }
  if (request.parameter('Signature') !== undefined) {
    throw versionTwo();
  }
  throw new S3Error('AccessDenied', 'Access Denied');
}

function fromHeader(request: S3Request, header: string): Authorization {
  if (!header.startsWith(`${ALGORITHM} `)) {
    throw /^AWS4-ECDSA/.test(header)
      ? new S3Error('NotImplemented', 'SigV4A signatures are not implemented by this server')
      : versionTwo();
  }
  const fields = new Map(header.slice(ALGORITHM.length + 1).split(',').map((field): [string, string] => {
    const [name, ...value] = field.trim().split('=');
    return [name, value.join('=')];
  }));
  const [credential, signedHeaders, signature] = ['Credential', 'SignedHeaders', 'Signature'].map((name) => fields.get(name));
  if (!credential || !signedHeaders || !signature) {
    throw new S3Error('AuthorizationHeaderMalformed', 'The authorization header is malformed; the authorization header requires three components: Credential, SignedHeaders, and Signature.');
  }
  const timestamp = basicDate(request.header('x-amz-date') ?? request.header('date'));
  if (!timestamp) {
    throw new S3Error('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header');
  }
  const payloadHash = request.header('x-amz-content-sha256');
  if (payloadHash === undefined) {
    throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  }
  return {
    ...scopeOf(credential, timestamp, 'AuthorizationHeaderMalformed'),
    sessionToken: request.header('x-amz-security-token'),
    timestamp,
    signedAt: dateOf(timestamp),
    signedHeaders: signedHeaders.split(';'),
    signature,
    payloadHash,
  };
}

function fromQuery(request: S3Request): Authorization {
  const required = (name: string): string => {
    const value = request.parameter(name);
    if (!value) {
      throw malformedQuery('Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.');
    }
    return value;
  };
  if (required('X-Amz-Algorithm') !== ALGORITHM) {
    throw malformedQuery(`X-Amz-Algorithm only supports "${ALGORITHM}"`);
  }
  const timestamp = required('X-Amz-Date');
  if (!/^\d{8}T\d{6}Z$/.test(timestamp)) {
    throw malformedQuery('X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd\'T\'HHmmss\'Z\'"');
  }
  const expiresSeconds = Number(required('X-Amz-Expires'));
  if (!Number.isInteger(expiresSeconds) || expiresSeconds < 0 || expiresSeconds > WEEK_SECONDS) {
    throw malformedQuery(`X-Amz-Expires must be a number between 0 and ${WEEK_SECONDS} seconds`);
  }
  return {
    ...scopeOf(required('X-Amz-Credential'), timestamp, 'AuthorizationQueryParametersError'),
    sessionToken: request.parameter('X-Amz-Security-Token'),
    timestamp,
    signedAt: dateOf(timestamp),
    signedHeaders: required('X-Amz-SignedHeaders').split(';'),
    signature: required('X-Amz-Signature'),
    payloadHash: request.header('x-amz-content-sha256') ?? request.parameter('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
    expiresSeconds,
  };
}

type ScopeError = 'AuthorizationHeaderMalformed' | 'AuthorizationQueryParametersError';

function scopeOf(credential: string, timestamp: string, code: ScopeError): Pick<Authorization, 'accessKeyId' | 'day' | 'region' | 'service'> {
  const parts = credential.split('/');
  // an access key id may contain slashes of its own, the scope may not
  const [day, region, service, terminal] = parts.slice(-4);
  if (parts.length < 5 || terminal !== 'aws4_request') {
    throw new S3Error(code, 'The authorization header is malformed; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".');
  }
  if (day !== timestamp.slice(0, 8)) {
    throw new S3Error(code, `Invalid credential date "${day}". This date is not the same as X-Amz-Date: "${timestamp.slice(0, 8)}".`);
  }
  return { accessKeyId: parts.slice(0, -4).join('/'), day, region, service };
}

/** The `Date` header may stand in for `x-amz-date`, in HTTP's own format. */
function basicDate(value: string | undefined): string | undefined {
  if (value === undefined || /^\d{8}T\d{6}Z$/.test(value)) {
    return value;
  }
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function dateOf(timestamp: string): Date {
  return new Date(timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function malformedQuery(message: string): S3Error {
  return new S3Error('AuthorizationQueryParametersError', message);
}

function versionTwo(): S3Error {
  return new S3Error('InvalidRequest', `The authorization mechanism you have provided is not supported. Please use ${ALGORITHM}.`);
}
