import { CfnResource, aws_iam as iam } from 'aws-cdk-lib';
import type { AttachableFunction } from './functions/attachable-function';
import { objectsBelow, suppressNag } from './nag-suppressions';
import { warn } from './warnings';
import type { CoverageBucket } from '../coverage-bucket';

const ROLE = 'cdk-lambda-coverage:role';

/** Lets a function write coverage, and warns where its role is one that CDK does not change. */
export function grantWrite(bucket: CoverageBucket, target: AttachableFunction): void {
  const grant = bucket.grantWrite(target);
  const { role } = target;
  const policies = role?.node.findAll().filter((one) => one instanceof iam.Policy) ?? [];
  // one with `mutable: false` says that it has added what it has dropped
  const isDropped = role !== undefined && !(role instanceof iam.LazyRole) && policies.length === 0;
  const isFixed = isDropped && !grant.resourceStatements.some(({ actions }) => actions.includes('s3:PutObject'));
  if (isFixed || !grant.success) {
    warn(target.construct, ROLE, `its role is not changed by CDK, so let it write coverage yourself: ${statementsFor(bucket)}`);
  }
  for (const { node: { defaultChild } } of policies) {
    if (CfnResource.isCfnResource(defaultChild)) {
      suppressNag(defaultChild, objectsBelow(bucket.prefix, 'Coverage of each invocation is an object of its own below the prefix'));
    }
  }
}

function statementsFor({ bucket, prefix }: CoverageBucket): string {
  const statements = [{ Effect: 'Allow', Action: 's3:PutObject', Resource: `<ARN of ${bucket.node.path}>/${prefix}*` }];
  if (bucket.encryptionKey) {
    statements.push({ Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: `<ARN of ${bucket.encryptionKey.node.path}>` });
  }
  return statements.map((statement) => JSON.stringify(statement)).join(', ');
}
