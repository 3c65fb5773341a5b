import { aws_iam as iam, aws_s3 as s3, type aws_kms as kms, type Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkpointPrefix, combinedPrefix, DEFAULT_PREFIX, rawCoveragePrefix, reportsPrefix, sourceKey } from './contract/object-keys';
import { grantList, grantObjects } from './private/bucket-rights';
import { errorAt } from './private/errors';
import { lifecycleRules } from './private/lifecycle';
import { suppressNag } from './private/nag-suppressions';
import { checkedPrefix } from './private/settings';

/** Properties of `CoverageBucket`. */
export interface CoverageBucketProps {
  /**
   * A bucket of your own to keep coverage in.
   *
   * Everything else about it stays yours: only `prefix` can be given beside it. Of the objects that begin with the
   * prefix, let only those expire that begin with the prefix and a year (`coverage/20`); sources and reports are needed
   * for as long as there is raw coverage.
   *
   * @default - a new bucket is made: encrypted, TLS 1.2 or later only, no public access
   */
  readonly bucket?: s3.IBucket;

  /**
   * Name of the new bucket. With one, functions of other accounts can write to it.
   *
   * @default - CloudFormation makes one
   */
  readonly bucketName?: string;

  /**
   * Where in the bucket coverage is kept: empty, or one or more folder names that end with `/`.
   *
   * @default 'coverage/'
   */
  readonly prefix?: string;

  /**
   * Key that the new bucket is encrypted with (SSE-KMS, with an S3 bucket key to keep the number of requests to KMS low).
   *
   * @default - encrypted with a key that S3 manages (SSE-S3)
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What becomes of the new bucket when it leaves the stack.
   *
   * With `RemovalPolicy.DESTROY` the deletion fails as long as there are objects in it, unless `autoDeleteObjects` is set.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether all coverage is deleted with the new bucket, by a custom resource; needs `RemovalPolicy.DESTROY`.
   *
   * @default false
   */
  readonly autoDeleteObjects?: boolean;

  /**
   * Whether the new bucket keeps what is overwritten or deleted, as older versions.
   *
   * @default false
   */
  readonly versioned?: boolean;

  /**
   * Where S3 logs requests to the new bucket.
   *
   * @default - they are not logged
   */
  readonly serverAccessLogsBucket?: s3.IBucket;

  /**
   * What the keys of these logs begin with.
   *
   * @default - nothing
   */
  readonly serverAccessLogsPrefix?: string;

  /**
   * Whether the new bucket takes raw coverage and sources only on the condition that there is no such object, which the wrapper sends
   * (`If-None-Match: *`): who may write coverage can add to it then, and overwrite nothing. `aws s3 cp` and the like cannot write there.
   *
   * @default false
   */
  readonly requireConditionalWrites?: boolean;

  /**
   * Age at which raw coverage moves to STANDARD_IA; whole days, at least 30.
   *
   * Objects below 128 KB, as most are, stay where they are: S3 does not move them. An age of `expireAfter` or more means
   * never.
   *
   * @default Duration.days(30), or none where `transitionToGlacierAfter` comes too soon after it
   */
  readonly transitionToInfrequentAccessAfter?: Duration;

  /**
   * Age at which raw coverage moves to GLACIER; whole days, at least 30 after `transitionToInfrequentAccessAfter`.
   *
   * What is in GLACIER cannot be combined any more without being restored. Objects below 128 KB, as most are, stay where
   * they are: S3 does not move them. An age of `expireAfter` or more means never.
   *
   * @default Duration.days(90), or none where `transitionToInfrequentAccessAfter` comes too late for it
   */
  readonly transitionToGlacierAfter?: Duration;

  /**
   * Age at which raw coverage is deleted; whole days.
   *
   * Sources and combined coverage do not expire.
   *
   * @default Duration.days(365)
   */
  readonly expireAfter?: Duration;

  /**
   * Age at which reports are deleted, which each run of the combiner writes anew; whole days.
   *
   * @default - they are kept
   */
  readonly expireReportsAfter?: Duration;
}

/** The props that say how a new bucket is made. */
const NEW_BUCKET_PROPS = [
  'bucketName',
  'versioned',
  'serverAccessLogsBucket',
  'serverAccessLogsPrefix',
  'requireConditionalWrites',
  'encryptionKey',
  'removalPolicy',
  'autoDeleteObjects',
  'transitionToInfrequentAccessAfter',
  'transitionToGlacierAfter',
  'expireAfter',
  'expireReportsAfter',
] as const satisfies (keyof CoverageBucketProps)[];

/**
 * Where coverage meets: functions write raw coverage and sources into it, and the combiner reads them and writes reports.
 *
 * The new bucket accepts TLS 1.2 or later only, is encrypted and has no public access. Raw coverage moves to STANDARD_IA
 * after 30 days and to GLACIER after 90, and is deleted after 365; sources, combined coverage and reports stay.
 */
export class CoverageBucket extends Construct {
  /**
   * A bucket that is there already, by its name.
   *
   * @param scope what it is made in
   * @param id of this construct
   * @param bucketName a literal name lets functions of all stages write to it
   * @param prefix where in the bucket coverage is kept; 'coverage/' by default
   */
  public static fromBucketName(scope: Construct, id: string, bucketName: string, prefix?: string): CoverageBucket {
    return new CoverageBucket(scope, id, { bucket: s3.Bucket.fromBucketName(scope, `${id}Bucket`, bucketName), prefix });
  }

  /** The bucket itself. */
  public readonly bucket: s3.IBucket;

  /** Where in the bucket coverage is kept; empty, or ends with `/`. */
  public readonly prefix: string;

  public constructor(scope: Construct, id: string, props: CoverageBucketProps = {}) {
    super(scope, id);
    this.prefix = checkedPrefix(this, props.prefix ?? DEFAULT_PREFIX);
    this.bucket = props.bucket ? this.own(props.bucket, props) : this.make(props);
  }

  /** Name of the bucket. */
  public get bucketName(): string {
    return this.bucket.bucketName;
  }

  /**
   * Lets a function write coverage: `s3:PutObject` below the prefix, and nothing else.
   *
   * @param grantee who may write
   */
  public grantWrite(grantee: iam.IGrantable): iam.Grant {
    return grantObjects(grantee, 's3:PutObject', this.bucket, [this.prefix]);
  }

  /**
   * Lets somebody read coverage: `s3:GetObject` below the prefix, and `s3:ListBucket` of what is below the prefix.
   *
   * @param grantee who may read
   */
  public grantRead(grantee: iam.IGrantable): iam.Grant {
    const { bucket, prefix } = this;
    return grantObjects(grantee, 's3:GetObject', bucket, [prefix]).combine(grantList(grantee, bucket, prefix));
  }

  /**
   * Lets somebody write what is made of raw coverage: `s3:PutObject` in the folders of combined coverage and of reports, and
   * `s3:DeleteObject` of what the combiner keeps for its next run.
   *
   * @param grantee who may write
   */
  public grantWriteReports(grantee: iam.IGrantable): iam.Grant {
    const { bucket, prefix } = this;
    return grantObjects(grantee, 's3:DeleteObject', bucket, [checkpointPrefix(prefix)])
      .combine(grantObjects(grantee, 's3:PutObject', bucket, [combinedPrefix(prefix), reportsPrefix(prefix)]));
  }

  /**
   * Lets a function write and read coverage, list it, and combine it: the rights that the reference gives to a function's execution role.
   *
   * @param grantee who may write and read
   */
  public grantReadWrite(grantee: iam.IGrantable): iam.Grant {
    return this.grantWrite(grantee).combine(this.grantRead(grantee));
  }

  private own(bucket: s3.IBucket, props: CoverageBucketProps): s3.IBucket {
    const [misplaced] = NEW_BUCKET_PROPS.filter((prop) => props[prop] !== undefined);
    if (misplaced) {
      throw errorAt(this, `${misplaced} is for a new bucket, and 'bucket' was given; set it on that bucket, or leave out 'bucket'`);
    }
    return bucket;
  }

  private make(props: CoverageBucketProps): s3.IBucket {
    const bucket = new s3.Bucket(this, 'Resource', {
      bucketName: props.bucketName,
      versioned: props.versioned,
      serverAccessLogsBucket: props.serverAccessLogsBucket,
      serverAccessLogsPrefix: props.serverAccessLogsPrefix,
      ...(props.encryptionKey
        ? { encryption: s3.BucketEncryption.KMS, encryptionKey: props.encryptionKey, bucketKeyEnabled: true }
        : { encryption: s3.BucketEncryption.S3_MANAGED }),
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: lifecycleRules(this, this.prefix, props),
      removalPolicy: props.removalPolicy,
      autoDeleteObjects: props.autoDeleteObjects,
    });
    if (props.requireConditionalWrites) {
      bucket.addToResourcePolicy(new iam.PolicyStatement({
        sid: 'RequireConditionalWrites',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:PutObject'],
        resources: [rawCoveragePrefix(this.prefix), sourceKey(this.prefix, '')].map((prefix) => bucket.arnForObjects(`${prefix}*`)),
        conditions: { Null: { 's3:if-none-match': true } },
      }));
    }
    if (!props.serverAccessLogsBucket) {
      suppressNag(bucket.node.defaultChild as s3.CfnBucket, {
        id: 'AwsSolutions-S1',
        reason: 'Coverage of test runs is no data to audit; serverAccessLogsBucket switches access logs on',
      });
    }
    return bucket;
  }
}
