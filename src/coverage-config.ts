import type { Duration } from 'aws-cdk-lib';
import type { UploadMode } from './upload-mode';

/** How coverage is collected. */
export interface CoverageConfig {
  /**
   * Whether coverage is collected.
   *
   * With `false` functions stay exactly as they are and nothing is deployed, so one line of code can serve a test
   * stage with coverage and a production stage without.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Where in the bucket coverage is kept: empty, or one or more folder names that end with `/`.
   *
   * @default - the prefix of the given bucket, else 'coverage/'
   */
  readonly prefix?: string;

  /**
   * How long one upload may take, its 3 retries included, before it is given up; 1 second to 15 minutes, in whole seconds.
   *
   * Uploads happen after the answer of an invocation and are waited for 2 seconds at most, never beyond the function's own
   * timeout; one that takes longer goes on with the next invocation.
   *
   * @default Duration.seconds(30)
   */
  readonly uploadTimeout?: Duration;

  /**
   * Globs of the files to report, relative to the repository, such as `src/**`.
   *
   * No pattern may contain a comma; together they may have 1,024 characters.
   *
   * @default - all files of the function's own code
   */
  readonly includePatterns?: string[];

  /**
   * Globs of files to leave out, even where an include pattern matches them.
   *
   * No pattern may contain a comma; together they may have 1,024 characters.
   *
   * @default - none
   */
  readonly excludePatterns?: string[];

  /**
   * Whether branches are reported, besides statements, functions and lines.
   *
   * @default true
   */
  readonly branchCoverage?: boolean;

  /**
   * Which invocations upload their coverage.
   *
   * By default each one does, and its object holds what ran in it, so that any time window of objects is complete. With
   * `UploadMode.ON_CHANGE` a warm invocation that covered nothing new in its execution environment makes no request; each
   * UTC day of objects is complete by itself, finer windows are not.
   *
   * @default UploadMode.EVERY_INVOCATION
   */
  readonly uploadMode?: UploadMode;

  /**
   * The part of the execution environments that collect coverage; a number from 0 to 1, such as 0.1 for one in ten.
   *
   * Each execution environment decides once, when it starts, with this probability. The others run without any coverage,
   * and upload nothing. What only they executed is missing in the report: made for traffic that repeats, not for a test
   * suite that runs once.
   *
   * @default 1
   */
  readonly sampling?: number;

  /**
   * Whether the wrapper logs what it does to the function's log, which costs log volume at each invocation.
   *
   * @default false
   */
  readonly debug?: boolean;

  /**
   * Names the test run that the coverage belongs to, such as the id of a pipeline execution.
   *
   * A change of it is a change of the functions' environment, so each run id needs a deployment.
   *
   * @default - coverage belongs to no run
   */
  readonly runId?: string;
}
