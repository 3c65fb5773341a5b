import {
  Duration, Token, aws_iam as iam, aws_lambda as lambda, aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks,
  type CfnResource, type aws_logs as logs, type aws_sqs as sqs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { grantList, grantObjects } from './bucket-rights';
import { combinerFunction } from './combiner-function';
import { errorAt } from './errors';
import { objectsBelow, suppressNag } from './nag-suppressions';
import { CombinerScale, type CombinerDistribution } from '../combiner-scale';
import { DEFAULT_BATCH_SIZE, encodePlannerSettings, MAX_BATCH_SIZE, type PlanStep } from '../contract/distributed-run';
import { combinedPrefix, partialsPrefix, plansPrefix, rawCoveragePrefix } from '../contract/object-keys';
import type { CoverageBucket } from '../coverage-bucket';

/** What S3 gives from one prefix without having grown used to more; see docs/scale.md. */
const DEFAULT_CONCURRENCY = 10;
const DEFAULT_TOLERATED = 5;
const DEFAULT_THRESHOLD = 20_000;

export interface DistributedCombiningProps extends CombinerDistribution {
  readonly scale: CombinerScale.DISTRIBUTED | CombinerScale.AUTO;
  readonly bucket: CoverageBucket;
  /** The function that combines alone, and reports. */
  readonly function: lambda.IFunction;
  readonly memorySize: number;
  readonly logGroup: logs.ILogGroup;
  readonly deadLetterQueue?: sqs.IQueue;
}

/** @throws Error for numbers that are not allowed, or that nothing is done with */
export function checkDistribution(scope: Construct, scale: CombinerScale, distribution: CombinerDistribution | undefined): void {
  if (!Object.values(CombinerScale).includes(scale)) {
    throw errorAt(scope, `scale is '${scale}'; give one of ${Object.values(CombinerScale).map((one) => `CombinerScale.${one.toUpperCase()}`).join(', ')}`);
  }
  if (!distribution) {
    return;
  }
  if (scale === CombinerScale.SINGLE) {
    throw errorAt(scope, 'distribution is for scale CombinerScale.DISTRIBUTED or CombinerScale.AUTO; give one of these, or leave distribution out');
  }
  if (distribution.threshold !== undefined && scale !== CombinerScale.AUTO) {
    throw errorAt(scope, 'distribution.threshold is for scale CombinerScale.AUTO; with CombinerScale.DISTRIBUTED all is distributed');
  }
  checkNumber(scope, 'concurrency', distribution.concurrency, [1, 1_000]);
  checkNumber(scope, 'batchSize', distribution.batchSize, [1, MAX_BATCH_SIZE]);
  checkNumber(scope, 'toleratedFailurePercentage', distribution.toleratedFailurePercentage, [0, 100]);
  checkNumber(scope, 'threshold', distribution.threshold, [1, 100_000_000]);
}

/** The state machine of a distributed combiner: it asks its planner what is next, and does it, until all is reported. */
export class DistributedCombining extends Construct {
  public readonly stateMachine: sfn.StateMachine;

  public constructor(scope: Construct, id: string, private readonly props: DistributedCombiningProps) {
    super(scope, id);
    const { bucket, deadLetterQueue } = props;
    const planner = this.planner();
    const merger = this.merger();
    grantObjects(props.function, 's3:DeleteObject', bucket.bucket, [partialsPrefix(bucket.prefix), plansPrefix(bucket.prefix)]);
    const plan = this.invoke('Plan', planner, {
      payload: sfn.TaskInput.fromObject({ execution: sfn.JsonPath.stringAt('$$.Execution.Name'), input: sfn.JsonPath.objectAt('$') }),
    });
    const report = this.invoke('Report', props.function, { inputPath: '$.input' });
    const mergeBatch = this.invoke('Merge', merger);
    // also of what a batch runs out of memory or time with: it may have been the environment
    mergeBatch.addRetry({ errors: ['States.ALL'], interval: Duration.seconds(5), backoffRate: 2, maxAttempts: 2 });
    const merge = new sfn.DistributedMap(this, 'MergeBatches', {
      itemReader: new ManifestReader(bucket),
      maxConcurrency: props.concurrency ?? DEFAULT_CONCURRENCY,
      toleratedFailurePercentage: props.toleratedFailurePercentage ?? DEFAULT_TOLERATED,
      mapExecutionType: sfn.StateMachineType.STANDARD,
      resultPath: sfn.JsonPath.DISCARD,
    }).itemProcessor(mergeBatch);
    const isNext = (step: PlanStep) => sfn.Condition.stringEquals('$.step', step);
    plan.next(new sfn.Choice(this, 'What is next').when(isNext('merge'), merge).when(isNext('plan'), plan).otherwise(report));
    merge.next(plan);
    if (deadLetterQueue) {
      this.tell(deadLetterQueue, [plan, merge, report]);
    }
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      comment: 'Combines the coverage of Lambda functions into reports',
      definitionBody: sfn.DefinitionBody.fromChainable(plan),
      timeout: Duration.days(1),
    });
    bucket.bucket.encryptionKey?.grantDecrypt(this.stateMachine);
    this.suppressFindings([planner.role!, merger.role!]);
  }

  /** A state that invokes a function, and waits where the account has no concurrency left. */
  private invoke(id: string, lambdaFunction: lambda.IFunction, props: Pick<tasks.LambdaInvokeProps, 'payload' | 'inputPath'> = {}): tasks.LambdaInvoke {
    const invoke = new tasks.LambdaInvoke(this, id, { ...props, lambdaFunction, payloadResponseOnly: true });
    invoke.addRetry({
      errors: ['Lambda.TooManyRequestsException'],
      interval: Duration.seconds(2),
      backoffRate: 2,
      maxDelay: Duration.minutes(1),
      maxAttempts: 12,
      jitterStrategy: sfn.JitterType.FULL,
    });
    return invoke;
  }

  private planner(): lambda.Function {
    const { bucket, scale, batchSize, threshold, memorySize, logGroup } = this.props;
    const planner = combinerFunction(this, 'Planner', {
      description: 'Plans how the coverage of Lambda functions is combined',
      handler: 'plan.handler',
      bucket,
      logGroup,
      memorySize,
      environment: encodePlannerSettings({
        batchSize: batchSize ?? DEFAULT_BATCH_SIZE,
        distributedAbove: scale === CombinerScale.AUTO ? threshold ?? DEFAULT_THRESHOLD : 0,
      }),
    });
    grantList(planner, bucket.bucket, bucket.prefix);
    grantObjects(planner, 's3:GetObject', bucket.bucket, [combinedPrefix(bucket.prefix)]);
    grantObjects(planner, 's3:PutObject', bucket.bucket, [plansPrefix(bucket.prefix)]);
    return planner;
  }

  private merger(): lambda.Function {
    const { bucket, memorySize, logGroup } = this.props;
    const merger = combinerFunction(this, 'Merger', {
      description: 'Merges batches of the coverage of Lambda functions', handler: 'merge.handler', bucket, logGroup, memorySize,
    });
    grantList(merger, bucket.bucket, bucket.prefix);
    grantObjects(merger, 's3:GetObject', bucket.bucket, [rawCoveragePrefix(bucket.prefix), partialsPrefix(bucket.prefix)]);
    grantObjects(merger, 's3:PutObject', bucket.bucket, [partialsPrefix(bucket.prefix)]);
    return merger;
  }

  /** Sends what a run was started with, and what went wrong, to a queue. */
  private tell(queue: sqs.IQueue, states: ReadonlyArray<{ addCatch(handler: sfn.IChainable, props: sfn.CatchProps): unknown }>): void {
    const send = new tasks.SqsSendMessage(this, 'Tell', {
      queue,
      messageBody: sfn.TaskInput.fromObject({
        execution: sfn.JsonPath.stringAt('$$.Execution.Id'), input: sfn.JsonPath.objectAt('$$.Execution.Input'), error: sfn.JsonPath.objectAt('$.error'),
      }),
      resultPath: sfn.JsonPath.DISCARD,
    });
    send.next(new sfn.Fail(this, 'Failed', { errorPath: '$.error.Error', causePath: '$.error.Cause' }));
    states.forEach((state) => state.addCatch(send, { resultPath: '$.error' }));
  }

  /** What cdk-nag finds in the rights, which are wildcards below a prefix only, and in the state machine. */
  private suppressFindings(roles: readonly iam.IRole[]): void {
    const { prefix } = this.props.bucket;
    const below = [combinedPrefix(prefix), partialsPrefix(prefix), plansPrefix(prefix), rawCoveragePrefix(prefix)];
    const policies = [...roles, this.stateMachine].flatMap(({ node }) => node.findAll()).filter((one) => one instanceof iam.Policy);
    for (const { node: { defaultChild } } of policies) {
      suppressNag(
        defaultChild as CfnResource,
        ...below.map((one) => objectsBelow(one, 'It reads and writes objects below the prefix of coverage, whose names are not known before')),
        { id: 'AwsSolutions-IAM5', reason: 'Executions and versions have names that are not known before', appliesTo: [{ regex: '/^Resource::.+:\\*$/' }] },
      );
    }
    suppressNag(
      this.stateMachine.node.defaultChild as CfnResource,
      { id: 'AwsSolutions-SF1', reason: 'Step Functions keeps the history of each execution for 90 days, and its functions log what they do' },
      { id: 'AwsSolutions-SF2', reason: 'There is nothing to trace but three functions, one after the other' },
    );
  }
}

/** Reads what a plan asks for; the state machine may read plans, and nothing else of the bucket. */
class ManifestReader extends sfn.S3JsonItemReader {
  public constructor(private readonly coverage: CoverageBucket) {
    super({ bucket: coverage.bucket, key: sfn.JsonPath.stringAt('$.manifest') });
  }

  public override providePolicyStatements(): iam.PolicyStatement[] {
    const { bucket, prefix } = this.coverage;
    return [new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [bucket.arnForObjects(`${plansPrefix(prefix)}*`)] })];
  }
}

function checkNumber(scope: Construct, name: keyof CombinerDistribution, value: number | undefined, [least, most]: readonly [number, number]): void {
  if (value !== undefined && !Token.isUnresolved(value) && (!Number.isInteger(value) || value < least || value > most)) {
    throw errorAt(scope, `distribution.${name} of ${value} is not allowed; give a whole number from ${least} to ${most}`);
  }
}
