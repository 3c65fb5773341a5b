import type { Log } from './log';
import { Clock, crypto, readFileSync, zlib } from './platform';
import type { Profiler } from './profiler';
import type { Scripts, Source } from './scripts';
import { UploadError, type Uploader } from './uploader';
import { type Settings } from '../../contract/environment';
import { formatExecutionId, parseExecutionId, rawCoverageKey, sourceKey } from '../../contract/object-keys';
import { encodeRawCoverage, RAW_COVERAGE_VERSION, type RawCoverage } from '../../contract/raw-coverage';

/** What is the same for all takes of an execution environment. */
export interface EnvironmentIdentity {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly runtime: string;
  readonly layerVersion: string;
}

/** Takes the coverage of an execution environment and brings it to the bucket. Nothing of it throws or rejects. */
export class Collector {
  private readonly kept = new Set<string>();
  private environmentId?: string;
  private sequence = 0;

  public constructor(
    private readonly identity: EnvironmentIdentity,
    private readonly settings: Settings,
    private readonly profiler: Profiler,
    private readonly scripts: Scripts,
    private readonly uploader: Uploader,
    private readonly log: Log,
  ) {}

  /** Takes what ran since the last take, at once, and uploads it. */
  public async collect(requestId: string | undefined): Promise<void> {
    try {
      const { raw, sources } = this.take(requestId);
      const isEmpty = raw.result.length === 0 && raw.omitted.length === 0;
      // at once: the environment is held for the longest of them, not for all one after the other
      const work = [...(isEmpty ? [] : [this.upload(raw)]), ...sources.map((source) => this.keep(source))];
      for (const outcome of await Promise.allSettled(work)) {
        if (outcome.status === 'rejected') {
          this.report(outcome.reason as Error, requestId);
        }
      }
    } catch (error) {
      this.report(error as Error, requestId);
    }
  }

  private take(requestId: string | undefined): { raw: RawCoverage; sources: Source[] } {
    const sequence = this.sequence++;
    this.environmentId ??= crypto().randomBytes(6).toString('hex');
    const { scripts, omitted, sources } = this.scripts.own(this.profiler.take());
    const raw: RawCoverage = {
      version: RAW_COVERAGE_VERSION,
      kind: 'v8',
      metadata: {
        ...this.identity,
        ...(requestId !== undefined && { requestId }),
        environmentId: this.environmentId,
        sequence,
        timestamp: new Clock().toISOString(),
        phase: sequence === 0 ? 'init' : 'invocation',
        ...(this.settings.runId !== undefined && { runId: this.settings.runId }),
        engine: process.versions.v8,
        include: this.settings.include,
        exclude: this.settings.exclude,
        branchCoverage: this.settings.branchCoverage,
      },
      omitted,
      result: scripts,
    };
    return { raw, sources };
  }

  private async upload(raw: RawCoverage): Promise<void> {
    const { functionName, requestId, environmentId, sequence, timestamp } = raw.metadata;
    const execution = formatExecutionId({ requestId: asUuid(requestId ?? ''), environmentId, sequence });
    const key = rawCoverageKey(functionName, execution, this.settings.prefix, new Clock(timestamp));
    const body = await compress(encodeRawCoverage(raw));
    await this.put(key, body, 'application/json');
    this.log.debug('coverage uploaded', { s3_key: key, file_size: body.length }, requestId);
  }

  /** Puts a script or its map into the bucket, once per content; compressed and sent only where it is not there yet. */
  private async keep({ sha256, file }: Source): Promise<void> {
    if (this.kept.has(sha256)) {
      return;
    }
    this.kept.add(sha256);
    try {
      const key = sourceKey(this.settings.prefix, sha256);
      if (await this.uploader.isMissing(key)) {
        await this.put(key, await compress(readFileSync(file)), 'text/plain; charset=utf-8');
      }
    } catch (error) {
      this.kept.delete(sha256); // the next invocation tries again
      throw error;
    }
  }

  private async put(key: string, body: Buffer, contentType: string): Promise<void> {
    const headers = { 'Content-Type': contentType, 'Content-Encoding': 'gzip' };
    try {
      await this.uploader.put(key, body, { headers, timeout: this.settings.uploadTimeout * 1_000 });
    } catch (error) {
      throw error instanceof UploadError ? new FailedUpload(key, error) : error;
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

/** A request id is a UUID on Lambda; an emulator's is hashed into that form, so that keys keep their shape. */
function asUuid(requestId: string): string {
  const id = requestId.toLowerCase();
  if (parseExecutionId(`${id}-000000000000-00000000`)) {
    return id;
  }
  const hash = crypto().createHash('sha256').update(requestId).digest('hex');
  return [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join('-');
}

function compress(content: string | Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => zlib().gzip(content, (error, compressed) => (error ? reject(error) : resolve(compressed))));
}
