import { createHash } from 'node:crypto';
import { Stack, Stage, Token, TokenComparison, type aws_s3 as s3 } from 'aws-cdk-lib';
import { CoverageBucket } from '../coverage-bucket';
import type { AttachableFunction, Refuse } from './functions/attachable-function';

/**
 * The bucket as a function can refer to it: in another stage, which cannot refer to constructs of this one, by its name.
 *
 * @throws Error where it cannot refer to it, or not reach it
 */
export function bucketFor(bucket: CoverageBucket, { construct }: AttachableFunction, refuse: Refuse): CoverageBucket {
  const stack = Stack.of(construct);
  const name = bucket.bucketName;
  const made = bucket.bucket.node.defaultChild as Partial<s3.CfnBucket> | undefined;
  const isNamed = !Token.isUnresolved(name) || !Token.isUnresolved(made?.bucketName ?? name);
  const { region, account } = bucket.bucket.env;
  const isElsewhere = areDifferent(region, stack.region) || areDifferent(account, stack.account);
  if (isElsewhere && !isNamed) {
    throw refuse(
      `it is in ${stack.account}/${stack.region} and its bucket '${bucket.node.path}' in ${account}/${region}, which needs a name that both know; `
      + 'give the CoverageBucket a bucketName, or make a CoverageLayer with a bucket in each environment',
    );
  }
  if (Stage.of(bucket) === Stage.of(construct)) {
    return bucket;
  }
  if (Token.isUnresolved(name) || bucket.bucket.encryptionKey) {
    throw refuse(
      `it is in another stage than its bucket '${bucket.node.path}', and stages cannot refer to each other; make a CoverageLayer in each stage, `
      + 'or give it a bucket by its name: CoverageBucket.fromBucketName',
    );
  }
  const id = `CoverageBucket${createHash('sha256').update(JSON.stringify([name, bucket.prefix])).digest('hex').slice(0, 8)}`;
  return stack.node.tryFindChild(id) as CoverageBucket | undefined ?? CoverageBucket.fromBucketName(stack, id, name, bucket.prefix);
}

function areDifferent(one: string, other: string): boolean {
  return Token.compareStrings(one, other) === TokenComparison.DIFFERENT;
}
