import type * as http from 'node:http';
import type { sign } from 'aws4';
import { Clock, crypto, now, random } from '../platform';
import { S3Connection, type S3Answer } from './s3-connection';
import type { BucketAddress } from './s3-endpoint';
import { UploadError, type PutOptions, type Sink } from './sink';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  /** Whether what was wrong has been put right, so that there is nothing to wait for. */
  readonly corrected?: boolean;
}

export interface Bucket {
  readonly region: string;
  /** Where it is if it is in that region. */
  locate(region: string): BucketAddress;
}

const MAX_RETRIES = 3;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2_000;
/** Nobody waits longer for the answer to "is it there already?" than for the one round trip that it is. */
const ASK_TIMEOUT = 2_000;
/** The errors of a request that went to another region than the bucket's. */
const REGION_ERRORS = new Set(['PermanentRedirect', 'TemporaryRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException', '301', '307']);
/** The errors of a request that was signed with a time that is not S3's. */
const CLOCK_ERRORS = new Set(['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture', 'InvalidSignatureException', 'SignatureDoesNotMatch']);
/** What S3 answers with for either reason, where there is no body to say for which. */
const BODILESS = new Set(['400', '403']);
const CLOCK_TOLERANCE = 60_000;
/** What another attempt would not change: a certificate that is not trusted. */
const CERTIFICATE = /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/** What a request is made for. Several are on their way at a time, and what is wrong with one of them is wrong with all. */
interface Target {
  readonly region: string;
  readonly address: BucketAddress;
  readonly connection: S3Connection;
  /** What S3's clock is ahead of ours, in milliseconds, as far as it matters. */
  readonly clockOffset: number;
}

/**
 * Adds objects to the bucket and never replaces one: each PUT carries `If-None-Match: *`, and 412 means that it is there.
 *
 * aws4 signs: it costs a third of the time and a quarter of the memory of the signers that rest on the web APIs.
 */
export class Uploader implements Sink {
  private target: Target;

  /**
   * @param loadSign called with the first request, which is after the first answer
   * @param keepsAlive whether the event loop stays alive while something is sent: where the answer waits for it
   */
  public constructor(
    private readonly bucket: Bucket,
    private readonly credentials: Credentials,
    private readonly loadSign: () => Promise<typeof sign>,
    private readonly keepsAlive: () => boolean,
  ) {
    this.target = { ...this.locate(bucket.region), clockOffset: 0 };
  }

  /**
   * Puts an object, with 3 retries, exponential backoff and full jitter as the reference has them.
   *
   * @throws UploadError when it is given up
   */
  public async put(key: string, body: Buffer, { headers, timeout }: PutOptions): Promise<void> {
    const deadline = now() + timeout;
    for (let retry = 0; ; retry++) {
      const failure = await this.attempt(key, body, headers, Math.max(1, deadline - now()));
      if (!failure) {
        return;
      }
      const pause = failure.corrected ? 0 : random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** retry);
      if (!failure.retryable || retry === MAX_RETRIES || now() + pause >= deadline) {
        throw new UploadError(failure.code, retry, failure.message);
      }
      await this.target.connection.pause(pause);
    }
  }

  /**
   * Whether an object may be missing, asked without the right to read: the header of a conditional PUT goes out alone
   * (`Expect: 100-continue`). 412 says that the object is there. An invitation to send the body says that it is not, and
   * is turned down; so is any other answer, which the PUT that follows gets, too.
   */
  public async isMissing(key: string): Promise<boolean> {
    try {
      return (await this.ask(key, this.target)).status !== 412;
    } catch {
      return true;
    }
  }

  public async probe(key: string): Promise<void> {
    for (let retry = 0; ; retry++) {
      const { target } = this;
      const answer = await this.ask(key, target).catch(({ code = 'NetworkError', message }: NodeJS.ErrnoException) => {
        throw new UploadError(code, retry, message);
      });
      const { status } = answer;
      if (status === 412 || status < 300) {
        return;
      }
      if (retry === MAX_RETRIES || !this.correct(String(status), { ...answer, body: '' }, target)) {
        throw new UploadError(String(status), retry, `S3 answered ${status}`);
      }
    }
  }

  private async ask(key: string, target: Target): Promise<Omit<S3Answer, 'body'>> {
    const headers = { 'Expect': '100-continue', 'Content-Length': '1', 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' };
    return target.connection.ask(await this.signed(key, headers, target), ASK_TIMEOUT);
  }

  private async attempt(key: string, body: Buffer, headers: PutOptions['headers'], timeout: number): Promise<Failure | undefined> {
    const { target } = this;
    try {
      const digest = crypto().createHash('sha256').update(body).digest('hex');
      const request = await this.signed(key, { ...headers, 'Content-Length': String(body.length), 'X-Amz-Content-Sha256': digest }, target);
      const answer = await target.connection.send(request, body, timeout);
      const failure = failureOf(answer);
      return failure && (this.correct(failure.code, answer, target) ? { ...failure, retryable: true, corrected: true } : failure);
    } catch (error) {
      const { code = 'NetworkError', message } = error as NodeJS.ErrnoException;
      return { code, message, retryable: !CERTIFICATE.test(code) };
    }
  }

  /**
   * Mends what S3 says is wrong about our requests: the region (as `S3RegionRedirector` of botocore does) and the time (as all SDKs
   * of AWS do, by the `Date` of the answer).
   *
   * @param target of the request that was answered
   * @returns whether there was something to mend, so that the same request may succeed now
   */
  private correct(code: string, { headers, body }: S3Answer, target: Target): boolean {
    const region = String(headers['x-amz-bucket-region'] ?? /<Region>([a-z0-9-]+)<\/Region>/.exec(body)?.[1] ?? '');
    if ((REGION_ERRORS.has(code) || BODILESS.has(code)) && /^[a-z0-9-]+$/.test(region) && region !== target.region) {
      if (region !== this.target.region) {
        this.target = { ...this.target, ...this.locate(region) };
      }
      return true;
    }
    const theirs = Clock.parse(headers.date ?? '');
    if ((CLOCK_ERRORS.has(code) || BODILESS.has(code)) && Math.abs(now() + target.clockOffset - theirs) > CLOCK_TOLERANCE) {
      this.target = { ...this.target, clockOffset: theirs - now() };
      return true;
    }
    return false;
  }

  private locate(region: string): Pick<Target, 'region' | 'address' | 'connection'> {
    const address = this.bucket.locate(region);
    return { region, address, connection: new S3Connection(address, this.keepsAlive) };
  }

  private async signed(key: string, headers: Record<string, string>, { region, address, clockOffset }: Target): Promise<http.RequestOptions> {
    const { hostname, port, basePath } = address;
    const name = hostname.includes(':') ? `[${hostname}]` : hostname;
    const signed = (await this.loadSign())({
      service: 's3',
      region,
      method: 'PUT',
      host: port ? `${name}:${port}` : name,
      path: basePath + key,
      headers: { 'If-None-Match': '*', 'X-Amz-Date': time(clockOffset), ...headers },
    }, this.credentials);
    return { method: 'PUT', path: signed.path, headers: signed.headers as http.OutgoingHttpHeaders };
  }
}

function time(offset: number): string {
  return new Clock(now() + offset).toISOString().replace(/[:-]|\.\d{3}/g, '');
}

function failureOf({ status, body }: S3Answer): Failure | undefined {
  if ((status >= 200 && status < 300) || status === 412) {
    return undefined;
  }
  const code = /<Code>([^<]+)<\/Code>/.exec(body)?.[1] ?? String(status);
  return { code, message: `S3 answered ${status} ${code}`, retryable: status >= 500 || status === 429 || status === 409 || code === 'RequestTimeout' };
}
