import { timingSafeEqual } from 'node:crypto';
import type { Authorization } from './authorization';
import { S3Error } from './errors';
import type { S3Request } from './request';
import { signatureOf } from './signature';

const MAX_SKEW_MS = 15 * 60 * 1000;
const STREAMING = /^STREAMING-(UNSIGNED-PAYLOAD-TRAILER|AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?)$/;

/** The credentials that a client of the server signs with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** @default - long-term credentials, which have none */
  readonly sessionToken?: string;
}

/** Whom a request is to come from, and when. */
export interface Expectation {
  readonly credentials: Credentials;
  /** That of the bucket; of the server for a request about none. */
  readonly region: string;
  /** The server's clock, in milliseconds since 1970. */
  readonly now: number;
}

/**
 * Lets pass only who signed with these credentials, for this region, now. The order of the checks is S3's, because it decides which
 * error a client with two mistakes is told about.
 *
 * @throws S3Error the first check that fails
 */
export function authenticate(request: S3Request, authorization: Authorization, { credentials, region, now }: Expectation): void {
  checkPayloadKind(authorization.payloadHash);
  checkKey(authorization, credentials);
  checkScope(request, authorization, region);
  checkTime(authorization, now);
  checkCoverage(request, authorization);
  const { canonicalRequest, stringToSign, value } = signatureOf(request, authorization, credentials.secretAccessKey);
  if (!equal(value, authorization.signature)) {
    throw new S3Error(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      {
        AWSAccessKeyId: authorization.accessKeyId,
        StringToSign: stringToSign,
        SignatureProvided: authorization.signature,
        CanonicalRequest: canonicalRequest,
      },
    );
  }
}

/** Compares signatures without telling by the time how much of them agrees. */
export function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function checkPayloadKind(payloadHash: string): void {
  if (/^STREAMING-AWS4-ECDSA/.test(payloadHash)) {
    throw new S3Error('NotImplemented', 'SigV4A signatures are not implemented by this server');
  }
  if (payloadHash !== 'UNSIGNED-PAYLOAD' && !STREAMING.test(payloadHash) && !/^[0-9a-f]{64}$/.test(payloadHash)) {
    throw new S3Error(
      'InvalidArgument',
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
      { ArgumentName: 'x-amz-content-sha256', ArgumentValue: payloadHash },
    );
  }
}

function checkKey(authorization: Authorization, credentials: Credentials): void {
  // a temporary key without its token is not known to S3 either
  const tokenMissing = credentials.sessionToken !== undefined && authorization.sessionToken === undefined;
  if (authorization.accessKeyId !== credentials.accessKeyId || tokenMissing) {
    throw new S3Error('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', {
      AWSAccessKeyId: authorization.accessKeyId,
    });
  }
  if (authorization.sessionToken !== credentials.sessionToken) {
    throw new S3Error('InvalidToken', 'The provided token is malformed or otherwise invalid.');
  }
}

function checkScope(request: S3Request, authorization: Authorization, region: string): void {
  const [code, prefix] = authorization.expiresSeconds === undefined
    ? ['AuthorizationHeaderMalformed', 'The authorization header is malformed'] as const
    : ['AuthorizationQueryParametersError', 'Error parsing the X-Amz-Credential parameter'] as const;
  if (authorization.service !== 's3') {
    throw new S3Error(code, `${prefix}; incorrect service "${authorization.service}". This endpoint belongs to "s3".`);
  }
  if (authorization.region !== region) {
    // the header is for those who do not read a body, or get none: of a HEAD
    const headers: Record<string, string> = request.bucket === undefined ? {} : { 'x-amz-bucket-region': region };
    throw new S3Error(code, `${prefix}; the region '${authorization.region}' is wrong; expecting '${region}'`, { Region: region }, headers);
  }
}

function checkTime({ signedAt, timestamp, expiresSeconds }: Authorization, now: number): void {
  if (expiresSeconds === undefined) {
    if (Math.abs(now - signedAt.getTime()) > MAX_SKEW_MS) {
      throw new S3Error('RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.', {
        RequestTime: timestamp,
        ServerTime: wholeSeconds(now),
        MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
      });
    }
    return;
  }
  const expires = signedAt.getTime() + expiresSeconds * 1000;
  if (now > expires) {
    throw new S3Error('AccessDenied', 'Request has expired', {
      'X-Amz-Expires': String(expiresSeconds),
      'Expires': wholeSeconds(expires),
      'ServerTime': wholeSeconds(now),
    });
  }
  if (signedAt.getTime() - now > MAX_SKEW_MS) {
    throw new S3Error('AccessDenied', 'Request is not valid yet');
  }
}

/** As S3 writes times in errors: `2026-01-02T03:04:05Z`. */
function wholeSeconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d{3}/, '');
}

/** What S3 acts upon must be signed, or anyone on the way could change it. */
function checkCoverage(request: S3Request, authorization: Authorization): void {
  const unsigned = request.headerNames
    .filter((name) => name === 'host' || name.startsWith('x-amz-'))
    .filter((name) => !authorization.signedHeaders.includes(name));
  if (unsigned.length > 0) {
    throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed', {
      HeadersNotSigned: unsigned.join(', '),
    });
  }
}
