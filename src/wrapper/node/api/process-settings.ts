import type { CoverageConfig } from './coverage-config';
import { CoverageInitializationError } from '../../../contract/coverage-error';
import { decodeEnvironment, Variable, type EnvironmentProblem, type Settings } from '../../../contract/environment';
import type { Environment } from '../delivery/create-sink';
import { Log } from '../log';

export interface ProcessSettings {
  readonly environment: Environment;
  readonly settings: Settings;
  readonly problems: readonly EnvironmentProblem[];
  readonly deprecated: readonly EnvironmentProblem[];
  readonly log: Log;
}

/** One for each of its ways, since it says each thing once. */
const logs = new Map<boolean, Log>();

/**
 * What the environment variables say now, and over that what a configuration says. Values that cannot be used are logged, once.
 * Never throws for what is in the environment.
 */
export function readSettings(config?: CoverageConfig): ProcessSettings {
  const environment = { ...process.env };
  const { settings: decoded, problems, deprecated } = decodeEnvironment(environment);
  const settings = config === undefined ? decoded : {
    ...decoded,
    bucket: config.s3Bucket,
    prefix: config.s3Prefix,
    uploadTimeout: config.uploadTimeout,
    include: config.includePatterns ?? [],
    exclude: config.excludePatterns ?? [],
    branchCoverage: config.branchCoverage,
    debug: config.debug,
  };
  const log = logFor(environment, settings.debug);
  if (settings.handler === undefined) { // else the wrapper in the layer has told
    problems.forEach((problem) => log.problem(problem));
    deprecated.forEach((problem) => log.deprecated(problem));
  }
  return { environment, settings, problems, deprecated, log };
}

export const BUCKET_MISSING =
  `${Variable.BUCKET} is not set; set it to the name of the bucket that coverage goes to, or attach the function with CoverageLayer.attachTo`;

/** @throws CoverageInitializationError where there is none */
export function requiredBucket(bucket: string | undefined): string {
  if (bucket === undefined) {
    throw new CoverageInitializationError(BUCKET_MISSING, { variable: Variable.BUCKET });
  }
  return bucket;
}

function logFor(environment: Environment, debug: boolean): Log {
  let log = logs.get(debug);
  if (!log) {
    log = new Log(environment.AWS_LAMBDA_FUNCTION_NAME ?? 'unknown', debug);
    logs.set(debug, log);
  }
  return log;
}
