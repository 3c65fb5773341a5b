import type { Log } from '../log';
import { compress, Parcel } from './parcel';
import { UploadError, type PutOptions, type Sink } from './sink';
import type { Spool } from './spool';
import type { Settings } from '../../../contract/environment';
import { sourceKey } from '../../../contract/object-keys';
import type { Source } from '../counting/scripts';
import { now, readFileSync } from '../platform';

/** More parcels than these are merged into one, so that neither memory nor `/tmp` fills as long as nothing arrives. */
const MOST_PARCELS = 8;
/** So long after a failure a start does not wait for what it left, in milliseconds. */
const PAUSE = 60_000;

type Merge = (parcels: readonly Parcel[]) => Parcel[];

/** What has not arrived in the bucket yet. Nothing of it throws or rejects; what fails stays for the next time. */
export class Outbox {
  private readonly parcels = new Set<Parcel>();
  private readonly sources = new Map<string, Source>();
  /** Hashes of the sources that are in the bucket. */
  private readonly kept = new Set<string>();
  private leftSources?: Parcel;
  private readonly sending = new Map<Parcel | Source, Promise<Error | undefined>>();

  public constructor(
    private readonly settings: Settings,
    private readonly sink: Sink,
    private readonly spool: Spool,
    private readonly merge: Merge,
    private readonly log: Log,
  ) {}

  /** Whether all objects have arrived. */
  public get isEmpty(): boolean {
    return this.parcels.size === 0;
  }

  /** Whether what a process left behind when it ended can be expected to arrive: nothing of it has failed just now. */
  public get isWorthWaiting(): boolean {
    return this.parcels.size > 0 && [...this.parcels].every(({ failedAt }) => failedAt === undefined || now() - failedAt > PAUSE);
  }

  /** What has not arrived by now is not waited for again soon, though it may still arrive. */
  public giveUp(): void {
    this.parcels.forEach((parcel) => this.failed(parcel));
  }

  /** Takes over what earlier processes of this execution environment could not send. */
  public recover(): void {
    this.add(this.spool.left());
  }

  public add(parcels: readonly Parcel[]): void {
    for (const parcel of parcels) {
      if (parcel.isEmpty) {
        this.spool.remove(parcel);
      } else {
        this.parcels.add(parcel);
      }
      parcel.sources.filter(({ sha256 }) => !this.kept.has(sha256)).forEach((source) => this.sources.set(source.sha256, source));
    }
    if (this.parcels.size > MOST_PARCELS) {
      this.compact();
    }
  }

  /** Puts on disk what is not there, at once. */
  public save(): void {
    this.parcels.forEach((parcel) => this.spool.save(parcel));
    this.saveLeftSources();
  }

  /** Sends everything, and ends when each has arrived or failed. All at once: who waits, waits for the longest of them. */
  public async deliver(requestId?: string): Promise<void> {
    const parcels = [...this.parcels].map((parcel) => this.once(parcel, async () => this.send(parcel, requestId)));
    const sources = [...this.sources.values()].map((source) => this.once(source, async () => this.keep(source)));
    // what fails for the same reason is said of an object rather than of a source
    for (const outcome of [...await Promise.all(parcels), ...await Promise.all(sources)]) {
      if (outcome) {
        this.report(outcome, requestId);
      }
    }
  }

  /** @returns what went wrong */
  private once(what: Parcel | Source, send: () => Promise<void>): Promise<Error | undefined> {
    let sent = this.sending.get(what);
    if (!sent) {
      sent = send().then(() => undefined, (error: Error) => error).finally(() => this.sending.delete(what));
      this.sending.set(what, sent);
    }
    return sent;
  }

  private async send(parcel: Parcel, requestId: string | undefined): Promise<void> {
    const body = await parcel.body();
    try {
      await this.put(parcel.key, body, {
        'Content-Type': 'application/json',
        'x-amz-meta-function-name': parcel.functionName,
        'x-amz-meta-execution-id': parcel.executionId,
        'x-amz-meta-file-size': String(body.length),
      });
    } catch (error) {
      this.failed(parcel);
      throw error;
    }
    this.parcels.delete(parcel);
    this.spool.remove(parcel);
    this.log.debug('coverage uploaded', { s3_key: parcel.key, file_size: body.length }, requestId);
  }

  /** Puts a script or its map into the bucket, once per content; compressed and sent only where it is not there yet. */
  private async keep(source: Source): Promise<void> {
    const key = sourceKey(this.settings.prefix, source.sha256);
    if (await this.sink.isMissing(key)) {
      await this.put(key, await compress('file' in source ? readFileSync(source.file) : source.text), { 'Content-Type': 'text/plain; charset=utf-8' });
    }
    this.kept.add(source.sha256);
    this.sources.delete(source.sha256);
  }

  private async put(key: string, body: Buffer, headers: PutOptions['headers']): Promise<void> {
    try {
      await this.sink.put(key, body, { headers: { ...headers, 'Content-Encoding': 'gzip' }, timeout: this.settings.uploadTimeout * 1_000 });
    } catch (error) {
      throw error instanceof UploadError ? new FailedUpload(key, error) : error;
    }
  }

  private failed(parcel: Parcel): void {
    parcel.failedAt = now();
    this.spool.markFailed(parcel);
  }

  /** The sources whose parcels have arrived without them are put on disk in one that has nothing else. */
  private saveLeftSources(): void {
    const covered = new Set([...this.parcels].flatMap(({ sources }) => sources.map(({ sha256 }) => sha256)));
    const left = [...this.sources.values()].filter(({ sha256 }) => !covered.has(sha256));
    if (this.leftSources) {
      this.spool.remove(this.leftSources);
      this.leftSources = undefined;
    }
    if (left.length > 0) {
      this.leftSources = Parcel.ofSources(left);
      this.spool.save(this.leftSources);
    }
  }

  /** What is being sent stays as it is. */
  private compact(): void {
    try {
      const waiting = [...this.parcels].filter((parcel) => !this.sending.has(parcel));
      const merged = waiting.length > 1 ? this.merge(waiting) : waiting;
      if (merged.length < waiting.length) {
        const wereSaved = waiting.some(({ file }) => file !== undefined);
        merged.forEach((parcel) => {
          this.parcels.add(parcel);
          if (wereSaved) {
            this.spool.save(parcel);
          }
        });
        waiting.forEach((parcel) => {
          this.parcels.delete(parcel);
          this.spool.remove(parcel);
        });
      }
    } catch (error) {
      this.report(error as Error, undefined); // they stay as they are
    }
  }

  private report(error: Error, requestId: string | undefined): void {
    if (error instanceof FailedUpload) {
      const { key, reason: { code, retries, message } } = error;
      const details = { s3_key: key, bucket: this.settings.bucket, error_code: code, retry_count: retries };
      this.log.error('S3UploadError', `Failed to upload coverage file: ${message}`, details, requestId);
    } else {
      this.log.error('CoverageError', error.message, {}, requestId);
    }
  }
}

class FailedUpload extends Error {
  public constructor(public readonly key: string, public readonly reason: UploadError) {
    super(reason.message);
  }
}
