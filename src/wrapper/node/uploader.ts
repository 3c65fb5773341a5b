import type * as http from 'node:http';
import type { sign } from 'aws4';
import { crypto, now, random } from './platform';
import { S3Connection, type S3Answer } from './s3-connection';
import type { BucketAddress } from './s3-endpoint';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface PutOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds for everything, retries and their pauses included. */
  readonly timeout: number;
}

/** An upload that was given up. */
export class UploadError extends Error {
  public constructor(public readonly code: string, public readonly retries: number, message: string) {
    super(message);
    this.name = 'S3UploadError';
  }
}

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

const MAX_RETRIES = 3;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2_000;
/** Nobody waits longer for the answer to "is it there already?" than for the one round trip that it is. */
const ASK_TIMEOUT = 2_000;
/** What another attempt would not change: a certificate that is not trusted. */
const CERTIFICATE = /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/**
 * Adds objects to the bucket and never replaces one: each PUT carries `If-None-Match: *`, and 412 means that it is there.
 *
 * aws4 signs: it costs a third of the time and a quarter of the memory of the signers that rest on the web APIs.
 */
export class Uploader {
  private readonly connection: S3Connection;

  public constructor(
    private readonly address: BucketAddress,
    private readonly region: string,
    private readonly credentials: Credentials,
    /** Loaded with the first request, which is after the first answer. */
    private readonly loadSign: () => Promise<typeof sign>,
    /** Keeps the event loop alive while it sends: for uploads that the answer waits for. */
    keepsAlive: boolean,
  ) {
    this.connection = new S3Connection(address, keepsAlive);
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
      const pause = random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** retry);
      if (!failure.retryable || retry === MAX_RETRIES || now() + pause >= deadline) {
        throw new UploadError(failure.code, retry, failure.message);
      }
      await this.connection.pause(pause);
    }
  }

  /**
   * Whether an object may be missing, asked without the right to read: the header of a conditional PUT goes out alone
   * (`Expect: 100-continue`). 412 says that the object is there. An invitation to send the body says that it is not, and
   * is turned down; so is any other answer, which the PUT that follows gets, too.
   */
  public async isMissing(key: string): Promise<boolean> {
    try {
      const headers = { 'Expect': '100-continue', 'Content-Length': '1', 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' };
      return await this.connection.ask(await this.signed(key, headers), ASK_TIMEOUT) !== 412;
    } catch {
      return true;
    }
  }

  private async attempt(key: string, body: Buffer, headers: PutOptions['headers'], timeout: number): Promise<Failure | undefined> {
    try {
      const digest = crypto().createHash('sha256').update(body).digest('hex');
      const request = await this.signed(key, { ...headers, 'Content-Length': String(body.length), 'X-Amz-Content-Sha256': digest });
      return failureOf(await this.connection.send(request, body, timeout));
    } catch (error) {
      const { code = 'NetworkError', message } = error as NodeJS.ErrnoException;
      return { code, message, retryable: !CERTIFICATE.test(code) };
    }
  }

  private async signed(key: string, headers: Record<string, string>): Promise<http.RequestOptions> {
    const { hostname, port, basePath } = this.address;
    const name = hostname.includes(':') ? `[${hostname}]` : hostname;
    const signed = (await this.loadSign())({
      service: 's3',
      region: this.region,
      method: 'PUT',
      host: port ? `${name}:${port}` : name,
      path: basePath + key,
      headers: { 'If-None-Match': '*', ...headers },
    }, this.credentials);
    return { method: 'PUT', path: signed.path, headers: signed.headers as http.OutgoingHttpHeaders };
  }
}

function failureOf({ status, body }: S3Answer): Failure | undefined {
  if ((status >= 200 && status < 300) || status === 412) {
    return undefined;
  }
  const code = /<Code>([^<]+)<\/Code>/.exec(body)?.[1] ?? String(status);
  return { code, message: `S3 answered ${status} ${code}`, retryable: status >= 500 || status === 429 || status === 409 || code === 'RequestTimeout' };
}
