import type { Duration } from 'aws-cdk-lib';

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
