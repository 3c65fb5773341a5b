import { readSettings, requiredBucket } from './process-settings';
import { badInput, checkPrefix } from '../../../contract/bad-input';
import { DEFAULT_SETTINGS, MAX_UPLOAD_TIMEOUT, patternsProblem, type Settings } from '../../../contract/environment';

/** The fields of a {@link CoverageConfig}. */
export interface CoverageConfigOptions {
  /** Bucket that coverage is uploaded to. */
  readonly s3Bucket: string;
  /** Begin of the keys; empty, or ends with a slash. @default 'coverage/' */
  readonly s3Prefix?: string;
  /** Seconds after which an upload is given up, a whole number from 1 to 900. @default 30 */
  readonly uploadTimeout?: number;
  /** Globs of files to keep. @default - all */
  readonly includePatterns?: readonly string[];
  /** Globs of files to leave out. @default - none */
  readonly excludePatterns?: readonly string[];
  /** @default true */
  readonly branchCoverage?: boolean;
  /** Whether to log what happens. @default false */
  readonly debug?: boolean;
}

/** Configuration of coverage. Mirrors `CoverageConfig` of the reference. */
export class CoverageConfig implements CoverageConfigOptions {
  /**
   * The configuration that the environment variables of the function hold. A value that cannot be used is logged, and its default taken.
   *
   * Mirrors `CoverageConfig.from_environment`.
   *
   * @throws CoverageInitializationError if `COVERAGE_S3_BUCKET` is not set
   */
  public static fromEnvironment(): CoverageConfig {
    const { settings } = readSettings();
    return new CoverageConfig({ ...optionsOf(settings), s3Bucket: requiredBucket(settings.bucket) });
  }

  /** Bucket that coverage is uploaded to. */
  public readonly s3Bucket: string;
  /** Begin of the keys. */
  public readonly s3Prefix: string;
  /** In seconds. */
  public readonly uploadTimeout: number;
  /** Not set: all files. */
  public readonly includePatterns?: readonly string[];
  /** Not set: none. */
  public readonly excludePatterns?: readonly string[];
  public readonly branchCoverage: boolean;
  public readonly debug: boolean;

  /** @throws CoverageError if a value cannot be used */
  public constructor(options: CoverageConfigOptions) {
    if (typeof options !== 'object' || options === null) {
      throw badInput('the options of CoverageConfig,', options, "are not an object; pass { s3Bucket: '…' }, or use CoverageConfig.fromEnvironment()");
    }
    const { prefix, uploadTimeout: timeout, branchCoverage: branches, debug: debugging } = DEFAULT_SETTINGS;
    const { s3Bucket, s3Prefix = prefix, uploadTimeout = timeout, includePatterns, excludePatterns } = options;
    const { branchCoverage = branches, debug = debugging } = options;
    if (typeof s3Bucket !== 'string' || s3Bucket === '') {
      throw badInput('s3Bucket', s3Bucket, 'is not the name of a bucket; pass a text');
    }
    checkPrefix('s3Prefix', s3Prefix);
    if (!Number.isSafeInteger(uploadTimeout) || uploadTimeout < 1 || uploadTimeout > MAX_UPLOAD_TIMEOUT) {
      throw badInput('uploadTimeout', uploadTimeout, `is not a whole number of seconds from 1 to ${MAX_UPLOAD_TIMEOUT}`);
    }
    this.s3Bucket = s3Bucket;
    this.s3Prefix = s3Prefix;
    this.uploadTimeout = uploadTimeout;
    this.includePatterns = checkedPatterns('includePatterns', includePatterns);
    this.excludePatterns = checkedPatterns('excludePatterns', excludePatterns);
    this.branchCoverage = checkedBoolean('branchCoverage', branchCoverage);
    this.debug = checkedBoolean('debug', debug);
  }
}

/** What settings say, in the names of the reference; without `s3Bucket` where none is set. */
export function optionsOf({ bucket, prefix, uploadTimeout, include, exclude, branchCoverage, debug }: Settings): Partial<CoverageConfigOptions> {
  return {
    ...(bucket !== undefined && { s3Bucket: bucket }),
    s3Prefix: prefix,
    uploadTimeout,
    ...(include.length > 0 && { includePatterns: include }),
    ...(exclude.length > 0 && { excludePatterns: exclude }),
    branchCoverage,
    debug,
  };
}

function checkedPatterns(argument: string, patterns: readonly string[] | undefined): readonly string[] | undefined {
  if (patterns === undefined) {
    return undefined;
  }
  if (!Array.isArray(patterns) || !patterns.every((pattern) => typeof pattern === 'string')) {
    throw badInput(argument, patterns, "is not a list of texts; pass one such as ['src/**']");
  }
  const problem = patternsProblem(patterns);
  if (problem) {
    throw badInput(argument, patterns, `cannot be used: ${problem}`);
  }
  return [...patterns];
}

function checkedBoolean(argument: string, value: unknown): boolean {
  if (typeof value !== 'boolean') {
    throw badInput(argument, value, 'is neither true nor false');
  }
  return value;
}
