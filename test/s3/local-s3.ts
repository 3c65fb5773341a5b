import { randomBytes } from 'node:crypto';
import { once, setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Access, type DenyRule } from './access';
import type { Credentials } from './authentication';
import { BucketStore } from './bucket-store';
import { Exchange, type LoggedRequest } from './exchange';
import { type Faults, faultRequestOf } from './faults';
import { type LocalObject, type LocalPutOptions, viewOf } from './local-object';

/** How to start a {@link LocalS3}. */
export interface LocalS3Options {
  /** Buckets to begin with. @default - none */
  readonly buckets?: readonly string[];
  /** @default 'us-east-1' */
  readonly region?: string;
  /**
   * Further buckets, by the regions that they are in. To those the server is like S3's global endpoint: a request signed for
   * another region is told the right one. @default - none
   */
  readonly bucketRegions?: Readonly<Record<string, string>>;
  /** @default 'AKIALOCALS3' */
  readonly accessKeyId?: string;
  /** @default - a new one for each server */
  readonly secretAccessKey?: string;
  /** Makes the credentials temporary ones. @default - long-term credentials */
  readonly sessionToken?: string;
  /** How long every answer waits. @default 0 */
  readonly delayMs?: number;
  /** How far the server's clock is ahead of this machine's. @default 0 */
  readonly clockOffsetMs?: number;
  /** What goes wrong, see {@link LocalS3.faults}. @default - nothing */
  readonly faults?: Faults;
  /** @default - a free one */
  readonly port?: number;
  /** The first rule of denial, see {@link LocalS3.deny}. @default - everything is allowed */
  readonly deny?: DenyRule;
}

/** An S3 server in this process, in memory, on the loopback interface: for the demo and the tests. */
export class LocalS3 {
  /** Starts a server; it keeps the process alive until {@link stop}. */
  static async start(options: LocalS3Options = {}): Promise<LocalS3> {
    const s3 = new LocalS3(options);
    s3.server.listen(options.port ?? 0, '127.0.0.1');
    await once(s3.server, 'listening');
    return s3;
  }

  readonly region: string;
  readonly credentials: Credentials;
  /** Every request since the start, in the order of arrival. */
  readonly requests: LoggedRequest[] = [];
  /** How long an answer waits after its work is done; may be changed at any time. */
  delayMs: number;
  /** How far the clock is ahead that requests are judged, objects dated and answers stamped by; may be changed at any time. */
  clockOffsetMs: number;
  /** Asked once for each request as it arrives; may be changed at any time, for the requests that come then. */
  faults?: Faults;
  private readonly store: BucketStore;
  private readonly access = new Access();
  private readonly stopping = new AbortController();
  private readonly server: Server;

  private constructor(options: LocalS3Options) {
    setMaxListeners(0, this.stopping.signal); // each answer that waits is one
    this.region = options.region ?? 'us-east-1';
    this.credentials = {
      accessKeyId: options.accessKeyId ?? 'AKIALOCALS3',
      secretAccessKey: options.secretAccessKey ?? randomBytes(30).toString('base64'),
      ...options.sessionToken === undefined ? {} : { sessionToken: options.sessionToken },
    };
    this.delayMs = options.delayMs ?? 0;
    this.clockOffsetMs = options.clockOffsetMs ?? 0;
    this.faults = options.faults;
    this.store = new BucketStore(this.region, () => this.now());
    options.buckets?.forEach((name) => this.store.create(name));
    Object.entries(options.bucketRegions ?? {}).forEach(([name, region]) => this.store.create(name, region));
    if (options.deny) {
      this.deny(options.deny);
    }
    // clients keep connections for a while, and one that the server closes first can fail their next request
    this.server = createServer({ keepAliveTimeout: 20_000 }, (message, response) => this.serve(message, response, false))
      .on('checkContinue', (message, response) => this.serve(message, response, true));
  }

  /** The address, such as `http://127.0.0.1:34567`; only while the server runs. */
  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The variables that let the clients of a process use this server without further configuration. */
  environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL_S3: this.endpoint,
      AWS_ACCESS_KEY_ID: this.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: this.credentials.secretAccessKey,
      ...this.credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: this.credentials.sessionToken },
      AWS_REGION: this.region,
      // botocore reads no other
      AWS_DEFAULT_REGION: this.region,
    };
  }

  /** Refuses what the rule says with `AccessDenied`, until the function that it gives back is called. */
  deny(rule: DenyRule): () => void {
    return this.access.deny(rule);
  }

  /** The keys in a bucket, in S3's order. */
  keys(bucket: string, prefix = ''): string[] {
    return this.store.get(bucket).keys().filter((key) => key.startsWith(prefix));
  }

  /** @throws Error where there is no such object */
  object(bucket: string, key: string): LocalObject {
    const object = this.store.get(bucket).get(key);
    if (!object) {
      throw new Error(`no object "${key}" in the bucket "${bucket}", which holds ${JSON.stringify(this.keys(bucket).slice(0, 20))}`);
    }
    return viewOf(object);
  }

  /** Puts an object without a request. */
  put(bucket: string, key: string, body: Buffer | string, options: LocalPutOptions = {}): LocalObject {
    const { metadata = {}, contentType = 'binary/octet-stream', contentEncoding, storageClass = 'STANDARD', lastModified } = options;
    const headers = { 'content-type': contentType, ...contentEncoding === undefined ? {} : { 'content-encoding': contentEncoding } };
    const content = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body);
    return viewOf(this.store.get(bucket).put(key, content, { metadata, headers, storageClass }, lastModified));
  }

  /** Removes an object, past authentication; one that is not there is no error. */
  remove(bucket: string, key: string): void {
    this.store.get(bucket).delete(key);
  }

  /** Closes the server and every connection, answered or not. */
  async stop(): Promise<void> {
    if (this.stopping.signal.aborted) {
      return;
    }
    this.stopping.abort();
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private now(): number {
    return Date.now() + this.clockOffsetMs;
  }

  private serve(message: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void {
    const { store, access, credentials, region, stopping: { signal } } = this;
    // the delay is read when the answer is due, because a test may change it in between
    const serving = { store, access, credentials, region, signal, delayMs: () => this.delayMs, now: () => this.now() };
    const exchange = new Exchange(message, response, serving, awaitsContinue);
    this.requests.push(exchange.log);
    this.chooseFault(message, exchange.log);
    // an exchange fails only when the client has gone away or the server stops
    exchange.run().catch(() => response.destroy());
  }

  private chooseFault(message: IncomingMessage, log: LoggedRequest): void {
    const request = this.faults && faultRequestOf(message);
    const fault = request && this.faults?.(request);
    if (fault) {
      const { operation, bucket, key } = request;
      Object.assign(log, { operation, bucket, key, fault });
    }
  }
}
