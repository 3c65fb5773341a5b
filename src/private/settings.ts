import { inspect } from 'node:util';
import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { wholeSeconds } from './durations';
import { errorAt } from './errors';
import { DEFAULT_SETTINGS, patternsProblem, samplingProblem, UPLOAD_MODES, type Settings, type UploadModeName } from '../contract/environment';
import { prefixProblem } from '../contract/object-keys';
import type { CoverageConfig } from '../coverage-config';
import { UploadMode } from '../upload-mode';

/** What does not depend on the bucket or on a function. */
export type CommonSettings = Omit<Settings, 'bucket' | 'prefix' | 'handler' | 'directory' | 'engine'>;

/** @throws Error that names the construct, the prop, its value and what is allowed */
export function commonSettings(scope: IConstruct, config: CoverageConfig): CommonSettings {
  if (config.runId === '') {
    throw errorAt(scope, 'runId is empty; give it at least one character, or leave it out');
  }
  return {
    uploadTimeout: config.uploadTimeout ? wholeSeconds(scope, 'uploadTimeout', config.uploadTimeout) : DEFAULT_SETTINGS.uploadTimeout,
    include: checkedPatterns(scope, 'includePatterns', config.includePatterns),
    exclude: checkedPatterns(scope, 'excludePatterns', config.excludePatterns),
    branchCoverage: config.branchCoverage ?? DEFAULT_SETTINGS.branchCoverage,
    debug: config.debug ?? DEFAULT_SETTINGS.debug,
    runId: config.runId,
    uploadMode: checkedUploadMode(scope, config.uploadMode),
    sampling: checkedSampling(scope, config.sampling),
  };
}

/** @throws Error that names the construct, the prefix and what is allowed */
export function checkedPrefix(scope: IConstruct, prefix: string): string {
  if (Token.isUnresolved(prefix)) {
    throw errorAt(scope, 'prefix is a token, whose value is not known before deployment; give a literal string');
  }
  const problem = prefixProblem(prefix);
  if (problem) {
    throw errorAt(scope, `prefix '${prefix}' ${problem}`);
  }
  return prefix;
}

/**
 * TypeScript takes no other, JavaScript does; a plain s3.Bucket is the likely one.
 *
 * @throws Error that names the construct and the fix
 */
export function checkBucket(scope: IConstruct, bucket: unknown): void {
  if (bucket !== undefined && typeof (bucket as { prefix?: unknown } | null)?.prefix !== 'string') {
    throw errorAt(scope, "bucket is not a CoverageBucket; wrap your own: new CoverageBucket(this, 'CoverageBucket', { bucket })");
  }
}

/** Its type says that each member of the enum is a mode of the contract. */
function checkedUploadMode(scope: IConstruct, mode: UploadMode = UploadMode.EVERY_INVOCATION): UploadModeName {
  if (!UPLOAD_MODES.includes(mode)) {
    throw errorAt(scope, `uploadMode is ${JSON.stringify(mode)}; give one of ${UPLOAD_MODES.join(', ')}`);
  }
  return mode;
}

function checkedSampling(scope: IConstruct, sampling: number = DEFAULT_SETTINGS.sampling): number {
  if (Token.isUnresolved(sampling)) {
    throw errorAt(scope, 'sampling is a token, whose value is not known before deployment; give a literal number');
  }
  const problem = samplingProblem(typeof sampling === 'number' ? sampling : NaN);
  if (problem) {
    throw errorAt(scope, `sampling ${inspect(sampling)} ${problem}; give the part of the execution environments that collect, such as 0.1`);
  }
  return sampling;
}

function checkedPatterns(scope: IConstruct, prop: string, patterns: readonly string[] = []): readonly string[] {
  if (!Array.isArray(patterns)) {
    throw errorAt(scope, `${prop} is ${JSON.stringify(patterns)}, not a list; give each pattern as an item of a list`);
  }
  const problem = patternsProblem(patterns);
  if (problem) {
    throw errorAt(scope, `${prop}: ${problem}`);
  }
  return patterns;
}
