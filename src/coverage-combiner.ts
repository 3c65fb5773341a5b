import {
  Duration,
  RemovalPolicy,
  Token,
  aws_events as events,
  aws_events_targets as targets,
  aws_iam as iam,
  aws_lambda as lambda,
  aws_logs as logs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { encodeMetrics } from './contract/combiner-environment';
import { DEFAULT_SETTINGS, encodeEnvironment } from './contract/environment';
import { DEFAULT_REPORT_FORMATS, encodeReportFormats } from './contract/report-formats';
import type { CoverageBucket } from './coverage-bucket';
import { bundledAsset } from './private/bundled-asset';
import { wholeSeconds } from './private/durations';
import { errorAt } from './private/errors';
import { markOwnFunction } from './private/own-function';
import { checkBucket } from './private/settings';
import { ReportFormat } from './report-format';

/** Properties of `CoverageCombiner`. */
export interface CoverageCombinerProps {
  /** Where the coverage is, and where the reports go: the folders `reports/` and `combined/` below its prefix. */
  readonly bucket: CoverageBucket;

  /**
   * When coverage is combined.
   *
   * @default - only when the function is invoked
   */
  readonly schedule?: events.Schedule;

  /**
   * What reports are written; at least one format.
   *
   * @default - HTML, LCOV, JSON, JSON_SUMMARY, COBERTURA and TEXT
   */
  readonly reportFormats?: ReportFormat[];

  /**
   * Memory of the function in MiB, 128 to 10,240; its computing power grows with it.
   *
   * @default 2048
   */
  readonly memorySize?: number;

  /**
   * How long combining may take; 1 second to 15 minutes.
   *
   * @default Duration.minutes(15)
   */
  readonly timeout?: Duration;

  /**
   * Whether CloudWatch gets metrics: `StatementCoverage`, `BranchCoverage`, `FunctionCoverage` and `LineCoverage` in percent, in the
   * namespace `LambdaCoverage`, with the dimension `BucketName` for all functions together, and `FunctionName` beside it for each.
   * CloudWatch charges for each metric of each function.
   *
   * @default true
   */
  readonly metrics?: boolean;

  /**
   * How long the function's log is kept.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
}

/**
 * Combines the raw coverage of a bucket into reports, in a Lambda function that runs on a schedule or when invoked. It keeps what it has
 * merged in the folder `combined/checkpoint/` and reads only what is new; where that is too much for its timeout, it goes on with another
 * invocation.
 *
 * @example
 * declare const coverage: CoverageLayer;
 * new CoverageCombiner(this, 'Combiner', {
 *   bucket: coverage.bucket,
 *   schedule: events.Schedule.rate(Duration.hours(1)),
 * });
 */
export class CoverageCombiner extends Construct {
  /**
   * The function that combines. Invoked without a payload it combines all coverage of the bucket; with `{ "afresh": true }` it reads
   * everything again, as after you have removed coverage.
   */
  public readonly function: lambda.IFunction;

  public constructor(scope: Construct, id: string, props: CoverageCombinerProps) {
    super(scope, id);
    if (!props?.bucket) {
      throw errorAt(this, "bucket is missing; give a CoverageBucket, such as the property 'bucket' of a CoverageLayer");
    }
    checkBucket(this, props.bucket);
    const formats = props.reportFormats ?? DEFAULT_REPORT_FORMATS.map((name) => name as ReportFormat);
    if (formats.length === 0) {
      throw errorAt(this, `reportFormats is empty; give at least one of ${Object.values(ReportFormat).join(', ')}, or leave it out`);
    }
    const unknown = formats.find((format) => !Object.values(ReportFormat).includes(format));
    if (unknown !== undefined) {
      throw errorAt(this, `reportFormats has '${unknown}'; give any of ${Object.values(ReportFormat).join(', ')}`);
    }
    checkMemory(this, props.memorySize);
    if (props.timeout && !props.timeout.isUnresolved()) {
      wholeSeconds(this, 'timeout', props.timeout);
    }
    const logGroup = new logs.LogGroup(this, 'LogGroup', {
      retention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // A role of our own, since the default one comes with a managed policy that allows writing to every log group
    const role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    this.function = new lambda.Function(this, 'Resource', {
      description: 'Combines the coverage of Lambda functions into reports',
      runtime: lambda.Runtime.NODEJS_22_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(bundledAsset('combiner')),
      handler: 'index.handler',
      memorySize: props.memorySize ?? 2048,
      timeout: props.timeout ?? Duration.minutes(15),
      environment: {
        ...encodeEnvironment({ ...DEFAULT_SETTINGS, bucket: props.bucket.bucket.bucketName, prefix: props.bucket.prefix }),
        ...encodeMetrics(props.metrics ?? true),
        ...encodeReportFormats(formats.map((format) => `${format}` as const)),
      },
      logGroup,
      role,
      // it invokes itself where there is too much for one invocation, and ends as soon as one gets no further
      recursiveLoop: lambda.RecursiveLoop.ALLOW,
    });
    // Not the role's own policy, which the function waits for
    new iam.Policy(this, 'ContinuePolicy', {
      roles: [role],
      statements: [new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.function.functionArn] })],
    });
    markOwnFunction(this.function);
    props.bucket.grantRead(role);
    props.bucket.grantWriteReports(role);
    if (props.schedule) {
      new events.Rule(this, 'Schedule', { schedule: props.schedule, targets: [new targets.LambdaFunction(this.function)] });
    }
  }

  /**
   * Lets somebody combine coverage by invoking the function.
   *
   * @param grantee who may invoke it
   */
  public grantInvoke(grantee: iam.IGrantable): iam.Grant {
    return this.function.grantInvoke(grantee);
  }
}

function checkMemory(scope: Construct, memorySize: number | undefined): void {
  if (memorySize === undefined || Token.isUnresolved(memorySize)) {
    return;
  }
  if (!Number.isInteger(memorySize) || memorySize < 128 || memorySize > 10240) {
    throw errorAt(scope, `memorySize of ${memorySize} MiB is not allowed; give a whole number from 128 to 10240`);
  }
}
