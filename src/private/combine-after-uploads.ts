import {
  Duration, aws_lambda_event_sources as sources, aws_s3 as s3, aws_s3_notifications as notifications, aws_sqs as sqs,
  type CfnResource, type aws_lambda as lambda, type aws_logs as logs, type aws_stepfunctions as sfn,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { combinerFunction } from './combiner-function';
import { wholeSeconds } from './durations';
import { errorAt } from './errors';
import { suppressNag } from './nag-suppressions';
import { STATE_MACHINE_VARIABLE } from '../contract/distributed-run';
import { rawCoveragePrefix } from '../contract/object-keys';
import type { CoverageBucket } from '../coverage-bucket';

/** The longest that Lambda waits for more messages of a queue, in seconds. */
const LONGEST_DEBOUNCE = 300;

export interface AfterUploads {
  readonly bucket: CoverageBucket;
  readonly debounce: Duration;
  /** Of the function. */
  readonly timeout: Duration;
}

/** Lets S3 tell a queue of each raw object, and Lambda wait for more before it invokes the function once for all of them. */
export function combineAfterUploads(scope: Construct, fn: lambda.IFunction, { bucket, debounce, timeout }: AfterUploads): void {
  const seconds = wholeSeconds(scope, 'uploadDebounce', debounce);
  if (seconds > LONGEST_DEBOUNCE) {
    throw errorAt(scope, `uploadDebounce of ${seconds} seconds is not allowed; Lambda waits 5 minutes at most, and a schedule can be as rare as you like`);
  }
  const queue = new sqs.Queue(scope, 'Uploads', {
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    // what Lambda recommends, so that no message comes back while the function still works on it
    visibilityTimeout: Duration.seconds(Math.min(6 * (timeout.isUnresolved() ? 900 : timeout.toSeconds()) + seconds, 43_200)),
    retentionPeriod: Duration.days(1),
  });
  suppressNag(queue.node.defaultChild as CfnResource, {
    id: 'AwsSolutions-SQS3',
    reason: 'A message says only that there is something to combine; what one misses, the next one or the schedule combines',
  });
  bucket.bucket.addEventNotification(s3.EventType.OBJECT_CREATED, new notifications.SqsDestination(queue), {
    prefix: rawCoveragePrefix(bucket.prefix),
    suffix: '.coverage',
  });
  fn.addEventSource(new sources.SqsEventSource(queue, { batchSize: 10_000, maxBatchingWindow: debounce, maxConcurrency: 2 }));
}

/** A function that starts a state machine, for queues can invoke functions only. */
export function starter(
  scope: Construct, stateMachine: sfn.IStateMachine, { bucket, logGroup }: { readonly bucket: CoverageBucket; readonly logGroup: logs.ILogGroup },
): lambda.Function {
  const fn = combinerFunction(scope, 'Starter', {
    description: 'Starts combining the coverage of Lambda functions',
    handler: 'start.handler',
    bucket,
    logGroup,
    memorySize: 256,
    timeout: Duration.minutes(1),
    environment: { [STATE_MACHINE_VARIABLE]: stateMachine.stateMachineArn },
  });
  stateMachine.grantStartExecution(fn);
  return fn;
}
