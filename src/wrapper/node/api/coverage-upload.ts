import { CoverageConfig, type CoverageConfigOptions } from './coverage-config';
import { readSettings, requiredBucket, type ProcessSettings } from './process-settings';
import { generateS3Key } from './s3-key';
import { badInput } from '../../../contract/bad-input';
import { CoverageInitializationError, S3UploadError, type CoverageError } from '../../../contract/coverage-error';
import { createSink } from '../delivery/create-sink';
import { UploadError } from '../delivery/sink';
import { now } from '../platform';

/** What {@link uploadCoverageFile} answers. */
export interface CoverageUpload {
  /** Key of the object. */
  readonly s3Key: string;
  /** Empty where none is configured. */
  readonly bucket: string;
  /** In bytes. */
  readonly fileSize: number;
  /** Milliseconds, retries included. */
  readonly uploadTimeMs: number;
  readonly success: boolean;
  /** Why it failed; only there if `success` is false. Not in the reference. */
  readonly error?: CoverageError;
}

/**
 * Uploads a coverage file under {@link generateS3Key}, with the function's name, the execution id and the size in its metadata. Tried 4
 * times, with exponential backoff and jitter, where trying again may help. An object that is there is never replaced: the upload of another
 * one under its key succeeds, and changes nothing.
 *
 * An upload that fails is logged as an `S3UploadError` and answered with `success: false`: "errors are logged but don't affect function
 * execution". Mirrors `upload_coverage_file` of the reference.
 *
 * @param coverageData content of the file
 * @param config by default what the environment variables say
 * @throws CoverageError if an argument cannot be used
 */
export async function uploadCoverageFile(
  coverageData: Uint8Array,
  functionName: string,
  executionId: string,
  config?: CoverageConfigOptions,
): Promise<CoverageUpload> {
  if (!(coverageData instanceof Uint8Array)) {
    throw badInput('coverageData', typeof coverageData, 'is not the type of bytes; pass a Buffer or a Uint8Array, as in Buffer.from(text)');
  }
  const settings = readSettings(config === undefined ? undefined : new CoverageConfig(config));
  const { bucket = '', prefix } = settings.settings;
  const key = generateS3Key(functionName, executionId, prefix);
  const begin = now();
  const error = await upload(Buffer.from(coverageData), { key, functionName, executionId }, settings);
  return {
    s3Key: key, bucket, fileSize: coverageData.length, uploadTimeMs: now() - begin, success: error === undefined, ...(error && { error }),
  };
}

interface Target {
  readonly key: string;
  readonly functionName: string;
  readonly executionId: string;
}

/** @returns what went wrong, which is logged */
async function upload(body: Buffer, target: Target, { environment, settings, log }: ProcessSettings): Promise<CoverageError | undefined> {
  const { key, functionName, executionId } = target;
  const headers = {
    ...(isGzip(body) ? { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' } : { 'Content-Type': 'application/octet-stream' }),
    'x-amz-meta-function-name': functionName,
    'x-amz-meta-execution-id': executionId,
    'x-amz-meta-file-size': String(body.length),
  };
  try {
    if (settings.directory === undefined) {
      requiredBucket(settings.bucket);
    }
    await createSink(environment, settings, () => true).put(key, body, { headers, timeout: settings.uploadTimeout * 1_000 });
    return undefined;
  } catch (thrown) {
    const error = errorOf(thrown as Error, key, settings.bucket);
    log.error(error instanceof S3UploadError ? 'S3UploadError' : 'CoverageInitializationError', error.message, error.details);
    return error;
  }
}

function errorOf(thrown: Error, key: string, bucket: string | undefined): CoverageError {
  if (thrown instanceof UploadError) {
    const details = { s3_key: key, bucket, error_code: thrown.code, retry_count: thrown.retries };
    return new S3UploadError(`Failed to upload coverage file: ${thrown.message}`, details);
  }
  return thrown instanceof CoverageInitializationError ? thrown : new CoverageInitializationError(thrown.message);
}

function isGzip(content: Buffer): boolean {
  return content[0] === 0x1f && content[1] === 0x8b;
}
