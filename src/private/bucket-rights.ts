import { aws_iam as iam, type aws_s3 as s3 } from 'aws-cdk-lib';

/** What may be done with objects, and what S3 needs of the key that a bucket is encrypted with; deleting needs nothing of it. */
const KEY_ACTIONS = {
  's3:GetObject': 'kms:Decrypt',
  // One PUT per object needs no kms:Decrypt, which only multipart uploads ask for
  's3:PutObject': 'kms:GenerateDataKey',
  's3:DeleteObject': undefined,
} as const;

/** Lets somebody do something with the objects whose keys begin so. */
export function grantObjects(grantee: iam.IGrantable, action: keyof typeof KEY_ACTIONS, bucket: s3.IBucket, prefixes: readonly string[]): iam.Grant {
  const grant = iam.Grant.addToPrincipalOrResource({
    grantee,
    resource: bucket,
    actions: [action],
    resourceArns: prefixes.map((prefix) => bucket.arnForObjects(`${prefix}*`)),
  });
  const keyAction = KEY_ACTIONS[action];
  return keyAction && bucket.encryptionKey ? grant.combine(bucket.encryptionKey.grant(grantee, keyAction)) : grant;
}

/** Lets somebody list the keys that begin so. */
export function grantList(grantee: iam.IGrantable, bucket: s3.IBucket, prefix: string): iam.Grant {
  // A request that lists everything has no prefix, and so would not meet a condition on it
  const conditions: Record<string, Record<string, unknown>> = prefix === '' ? {} : { StringLike: { 's3:prefix': `${prefix}*` } };
  return iam.Grant.addToPrincipalOrResource({
    grantee,
    // CDK drops the conditions where it writes the statement into a bucket policy
    resource: { env: bucket.env, addToResourcePolicy: (statement) => bucket.addToResourcePolicy(withConditions(statement, conditions)) },
    actions: ['s3:ListBucket'],
    resourceArns: [bucket.bucketArn],
    conditions,
  });
}

function withConditions(statement: iam.PolicyStatement, conditions: iam.Conditions): iam.PolicyStatement {
  statement.addConditions(conditions);
  return statement;
}
