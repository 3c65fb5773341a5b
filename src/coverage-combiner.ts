import {
  CfnOutput,
  Duration,
  RemovalPolicy,
  Token,
  type aws_cloudwatch as cloudwatch,
  aws_events as events,
  aws_events_targets as targets,
  aws_iam as iam,
  aws_lambda as lambda,
  aws_logs as logs,
  type aws_sns as sns,
  type aws_sqs as sqs,
  type aws_stepfunctions as sfn,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { CombinerScale, type CombinerDistribution } from './combiner-scale';
import { encodeMetrics } from './contract/combiner-environment';
import { checkpointPrefix, combinedPrefix, partialsPrefix, plansPrefix, reportsPrefix } from './contract/object-keys';
import { DEFAULT_REPORT_FORMATS, encodeReportFormats } from './contract/report-formats';
import type { CoverageBucket } from './coverage-bucket';
import { combineAfterUploads, starter } from './private/combine-after-uploads';
import { combinerFunction } from './private/combiner-function';
import { checkMonitoring, coverageMetric, makeAlarms, makeDashboard } from './private/combiner-monitoring';
import { checkDistribution, DistributedCombining } from './private/distributed-combining';
import { wholeSeconds } from './private/durations';
import { errorAt } from './private/errors';
import { objectsBelow, suppressNag } from './private/nag-suppressions';
import { checkBucket } from './private/settings';
import { ReportFormat } from './report-format';

/** Properties of `CoverageCombiner`. */
export interface CoverageCombinerProps {
  /** Where the coverage is, and where the reports go: the folders `reports/` and `combined/` below its prefix. */
  readonly bucket: CoverageBucket;

  /**
   * Whether one function combines, or a Step Functions state machine that distributes what is too much for one.
   *
   * @default CombinerScale.SINGLE
   */
  readonly scale?: CombinerScale;

  /**
   * How the work is distributed; for `CombinerScale.DISTRIBUTED` and `CombinerScale.AUTO`.
   *
   * @default - batches of 1,000 objects, 10 at a time, of which 5 % may fail
   */
  readonly distribution?: CombinerDistribution;

  /**
   * When coverage is combined.
   *
   * @default - only when the function is invoked, or the state machine started
   */
  readonly schedule?: events.Schedule;

  /**
   * Whether coverage is combined when some has been uploaded: so long after the first upload, together with what came in the meantime, as
   * after a test run; 1 second to 5 minutes, in whole seconds.
   *
   * S3 tells a queue of each upload, which costs about USD 0.4 for a million.
   *
   * @default - uploads start nothing
   */
  readonly uploadDebounce?: Duration;

  /**
   * What reports are written; at least one format.
   *
   * @default - HTML, LCOV, JSON, JSON_SUMMARY, COBERTURA and TEXT
   */
  readonly reportFormats?: ReportFormat[];

  /**
   * Memory of the function in MiB, and of each of those that a distributed combiner has; 128 to 10,240. Computing power grows with it.
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
   * What is to be reached; for each there is an alarm, which is on as long as the last reports had less.
   *
   * @default - there are no alarms
   */
  readonly thresholds?: CoverageThresholds;

  /**
   * Who is told when an alarm goes on or off.
   *
   * @default - nobody
   */
  readonly alarmTopic?: sns.ITopic;

  /**
   * Whether there is a CloudWatch dashboard that shows coverage over time, of all functions together and of each.
   *
   * @default false
   */
  readonly dashboard?: boolean;

  /**
   * How often Lambda tries again when combining failed that was started by the schedule or without waiting for it; 0 to 2. What a state
   * machine does it tries again step by step.
   *
   * @default 2
   */
  readonly retryAttempts?: number;

  /**
   * Where the events go that combining failed for, after the last try; of a state machine, what it was started with and what went wrong.
   *
   * @default - nowhere
   */
  readonly deadLetterQueue?: sqs.IQueue;

  /**
   * How long the function's log is kept.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
}

/** Percentages that are to be reached, 0 to 100. */
export interface CoverageThresholds {
  /** @default - not checked */
  readonly statements?: number;
  /** @default - not checked */
  readonly branches?: number;
  /** @default - not checked */
  readonly functions?: number;
  /** @default - not checked */
  readonly lines?: number;
}

/**
 * Combines the raw coverage of a bucket into reports, in a Lambda function that runs on a schedule or when invoked. It keeps what it has
 * merged in the folder `combined/checkpoint/` and reads only what is new; where that is too much for its timeout, it goes on with another
 * invocation. For millions of objects see `CombinerScale`.
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

  /**
   * The state machine that combines, where `scale` is not `CombinerScale.SINGLE`. Started without an input it combines all coverage of the
   * bucket; with `{ "afresh": true }` it reads everything again.
   */
  public readonly stateMachine?: sfn.IStateMachine;

  /** A command of the AWS CLI that gives an address of the report in one file for an hour, or that copies the reports where there is none. */
  public readonly reportCommand: string;

  /** The alarms of the thresholds. */
  public readonly alarms: cloudwatch.Alarm[];

  private readonly bucketName: string;

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
    checkRetryAttempts(this, props.retryAttempts);
    const timeout = props.timeout ?? Duration.minutes(15);
    if (!timeout.isUnresolved()) {
      wholeSeconds(this, 'timeout', timeout);
    }
    checkMonitoring(this, props);
    const scale = props.scale ?? CombinerScale.SINGLE;
    checkDistribution(this, scale, props.distribution);
    const logGroup = new logs.LogGroup(this, 'LogGroup', {
      retention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const memorySize = props.memorySize ?? 2048;
    const fn = combinerFunction(this, 'Resource', {
      description: 'Combines the coverage of Lambda functions into reports',
      handler: 'index.handler',
      roleId: 'Role',
      bucket: props.bucket,
      memorySize,
      timeout,
      retryAttempts: props.retryAttempts,
      deadLetterQueue: props.deadLetterQueue,
      environment: { ...encodeMetrics(props.metrics ?? true), ...encodeReportFormats(formats.map((format) => `${format}` as const)) },
      logGroup,
      // it invokes itself where there is too much for one invocation, and ends as soon as one gets no further
      recursiveLoop: lambda.RecursiveLoop.ALLOW,
    });
    this.function = fn;
    const role = fn.role as iam.Role;
    // Not the role's own policy, which the function waits for
    new iam.Policy(this, 'ContinuePolicy', {
      roles: [role],
      statements: [new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.function.functionArn] })],
    });
    props.bucket.grantRead(role);
    props.bucket.grantWriteReports(role);
    if (scale !== CombinerScale.SINGLE) {
      const { bucket, deadLetterQueue, distribution } = props;
      const distributed = new DistributedCombining(this, 'Distributed', {
        ...distribution, scale, bucket, function: fn, memorySize, logGroup, deadLetterQueue,
      });
      this.stateMachine = distributed.stateMachine;
    }
    suppressFindings(role, props.bucket);
    if (props.schedule) {
      const target = this.stateMachine ? new targets.SfnStateMachine(this.stateMachine) : new targets.LambdaFunction(fn);
      new events.Rule(this, 'Schedule', { schedule: props.schedule, targets: [target] });
    }
    if (props.uploadDebounce) {
      const started = this.stateMachine ? starter(this, this.stateMachine, { bucket: props.bucket, logGroup }) : fn;
      combineAfterUploads(this, started, { bucket: props.bucket, debounce: props.uploadDebounce, timeout });
    }
    this.bucketName = props.bucket.bucketName;
    this.alarms = makeAlarms(this, this.bucketName, props);
    if (props.dashboard) {
      makeDashboard(this, this.bucketName);
    }
    const reports = `s3://${this.bucketName}/${reportsPrefix(props.bucket.prefix)}`;
    this.reportCommand = formats.includes(ReportFormat.HTML_SINGLE) ? `aws s3 presign ${reports}coverage.html` : `aws s3 sync ${reports} coverage-report`;
    if (this.stateMachine) {
      const value = `aws stepfunctions start-execution --state-machine-arn ${this.stateMachine.stateMachineArn}`;
      new CfnOutput(this, 'CombineCommand', { description: 'Combines the coverage of the bucket', value });
    }
    new CfnOutput(this, 'ReportCommand', { description: 'Gets the coverage report', value: this.reportCommand });
  }

  /**
   * The part of the statements that ran, in percent, of all functions together.
   *
   * @param options of the metric
   */
  public metricStatementCoverage(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return coverageMetric(this.bucketName, 'statements', options);
  }

  /**
   * The part of the branches that were taken, in percent, of all functions together.
   *
   * @param options of the metric
   */
  public metricBranchCoverage(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return coverageMetric(this.bucketName, 'branches', options);
  }

  /**
   * The part of the functions in the code that were called, in percent, of all Lambda functions together.
   *
   * @param options of the metric
   */
  public metricFunctionCoverage(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return coverageMetric(this.bucketName, 'functions', options);
  }

  /**
   * The part of the lines that ran, in percent, of all functions together.
   *
   * @param options of the metric
   */
  public metricLineCoverage(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return coverageMetric(this.bucketName, 'lines', options);
  }

  /**
   * Lets somebody combine coverage by invoking the function, and by starting the state machine where there is one.
   *
   * @param grantee who may do so
   */
  public grantInvoke(grantee: iam.IGrantable): iam.Grant {
    const invoke = this.function.grantInvoke(grantee);
    return this.stateMachine ? invoke.combine(this.stateMachine.grantStartExecution(grantee)) : invoke;
  }
}

/** What cdk-nag finds in the rights of the function, which are wildcards below a prefix only. */
function suppressFindings(role: iam.Role, { prefix }: CoverageBucket): void {
  const policy = role.node.tryFindChild('DefaultPolicy')?.node.defaultChild as iam.CfnPolicy | undefined;
  if (policy) {
    suppressNag(
      policy,
      ...[prefix, combinedPrefix(prefix), reportsPrefix(prefix), checkpointPrefix(prefix), partialsPrefix(prefix), plansPrefix(prefix)]
        .map((below) => objectsBelow(below, 'It reads and writes objects below the prefix of coverage, whose names are not known before')),
    );
  }
}

function checkRetryAttempts(scope: Construct, retryAttempts: number | undefined): void {
  if (retryAttempts !== undefined && !Token.isUnresolved(retryAttempts) && ![0, 1, 2].includes(retryAttempts)) {
    throw errorAt(scope, `retryAttempts of ${retryAttempts} is not allowed; give 0, 1 or 2`);
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
