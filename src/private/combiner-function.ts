import { Duration, aws_iam as iam, aws_lambda as lambda, type aws_logs as logs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { bundledAsset } from './bundled-asset';
import { markOwnFunction } from './own-function';
import { DEFAULT_SETTINGS, encodeEnvironment } from '../contract/environment';
import type { CoverageBucket } from '../coverage-bucket';

export interface CombinerFunctionProps extends Pick<lambda.FunctionOptions, 'description' | 'timeout' | 'retryAttempts' | 'deadLetterQueue' | 'recursiveLoop'> {
  /** `file.export` of what is in the combiner's bundle. */
  readonly handler: string;
  readonly bucket: CoverageBucket;
  readonly logGroup: logs.ILogGroup;
  readonly memorySize: number;
  /** Variables beside those that name the bucket. */
  readonly environment?: Record<string, string>;
  /** What the role is called, as a construct beside the function. @default - the function's id and `Role` */
  readonly roleId?: string;
}

/** A function of the combiner, with a role that may write its log, and no more. */
export function combinerFunction(
  scope: Construct, id: string, { bucket, environment, roleId = `${id}Role`, ...props }: CombinerFunctionProps,
): lambda.Function {
  // A role of our own, since the default one comes with a managed policy that allows writing to every log group
  const role = new iam.Role(scope, roleId, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  props.logGroup.grantWrite(role);
  const fn = new lambda.Function(scope, id, {
    runtime: lambda.Runtime.NODEJS_24_X,
    architecture: lambda.Architecture.ARM_64,
    code: lambda.Code.fromAsset(bundledAsset('combiner')),
    timeout: Duration.minutes(15),
    ...props,
    environment: { ...encodeEnvironment({ ...DEFAULT_SETTINGS, bucket: bucket.bucketName, prefix: bucket.prefix }), ...environment },
    role,
  });
  markOwnFunction(fn);
  return fn;
}
