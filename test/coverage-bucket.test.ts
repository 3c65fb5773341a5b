import { App, Duration, RemovalPolicy, Stack, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { statementsOf } from './coverage-statements';
import { CoverageBucket, type CoverageBucketProps } from '../src';

function stack(): Stack {
  return new Stack(new App(), 'Stack');
}

/** The rules of the only bucket of a stack. */
function lifecycleOf(props: CoverageBucketProps): any[] {
  const scope = stack();
  new CoverageBucket(scope, 'Coverage', props);
  const [bucket] = Object.values(Template.fromStack(scope).findResources('AWS::S3::Bucket'));
  return bucket!.Properties.LifecycleConfiguration.Rules;
}

describe('a new bucket', () => {
  const scope = stack();
  new CoverageBucket(scope, 'Coverage');
  const template = Template.fromStack(scope);

  test('is encrypted by S3, has no public access and no access control lists', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    });
  });

  test.each([
    ['without TLS', { Bool: { 'aws:SecureTransport': 'false' } }],
    ['with TLS older than 1.2', { NumericLessThan: { 's3:TlsVersion': 1.2 } }],
  ])('denies requests %s', (_, condition) => {
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Effect: 'Deny', Action: 's3:*', Condition: condition })]) },
    });
  });

  test('is kept when it leaves the stack, and brings no custom resource', () => {
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    template.resourceCountIs('AWS::Lambda::Function', 0);
  });

  test('is the default child, for escape hatches', () => {
    expect(scope.node.findChild('Coverage').node.defaultChild).toBeInstanceOf(s3.Bucket);
  });
});

test('a key encrypts the new bucket, with an S3 bucket key', () => {
  const scope = stack();
  new CoverageBucket(scope, 'Coverage', { encryptionKey: new kms.Key(scope, 'Key') });
  Template.fromStack(scope).hasResourceProperties('AWS::S3::Bucket', {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }],
    },
  });
});

test('deletes itself and what is in it on request only', () => {
  const scope = stack();
  new CoverageBucket(scope, 'Coverage', { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true });
  const template = Template.fromStack(scope);
  template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
  template.resourceCountIs('Custom::S3AutoDeleteObjects', 1);
});

describe('lifecycle', () => {
  test("is the reference's, for raw objects only, and ends incomplete uploads", () => {
    expect(lifecycleOf({})).toEqual([
      {
        Id: 'CoverageFileRetention',
        Status: 'Enabled',
        Prefix: 'coverage/20',
        Transitions: [
          { StorageClass: 'STANDARD_IA', TransitionInDays: 30 },
          { StorageClass: 'GLACIER', TransitionInDays: 90 },
        ],
        ExpirationInDays: 365,
      },
      { Id: 'CoveragePartialRetention', Status: 'Enabled', Prefix: 'coverage/combined/partials/', ExpirationInDays: 7 },
      { Id: 'CoveragePlanRetention', Status: 'Enabled', Prefix: 'coverage/combined/plans/', ExpirationInDays: 7 },
      { Id: 'AbortIncompleteMultipartUploads', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
    ]);
  });

  test.each([
    ['coverage/', 'coverage/20'],
    ['', '20'],
    ['team/app/', 'team/app/20'],
  ])('with prefix %p leaves alone what does not begin with %p, but for what distributed runs left behind', (prefix, expected) => {
    const rules = lifecycleOf({ prefix }).filter((rule) => rule.ExpirationInDays || rule.Transitions);
    expect(rules.map((rule) => rule.Prefix)).toEqual([expected, `${prefix}combined/partials/`, `${prefix}combined/plans/`]);
  });

  test.each<[string, CoverageBucketProps, [infrequent?: number, glacier?: number, expire?: number]]>([
    ['later transitions', { transitionToInfrequentAccessAfter: Duration.days(60), transitionToGlacierAfter: Duration.days(120) }, [60, 120, 365]],
    ['the shortest stay before each transition', { transitionToGlacierAfter: Duration.days(60) }, [30, 60, 365]],
    ['a later expiry', { expireAfter: Duration.days(1000) }, [30, 90, 1000]],
    ['an expiry before GLACIER', { expireAfter: Duration.days(90) }, [30, undefined, 90]],
    ['an expiry before STANDARD_IA', { expireAfter: Duration.days(14) }, [undefined, undefined, 14]],
    ['GLACIER too soon after STANDARD_IA by default', { transitionToGlacierAfter: Duration.days(59) }, [undefined, 59, 365]],
    ['STANDARD_IA too late for GLACIER by default', { transitionToInfrequentAccessAfter: Duration.days(61) }, [61, undefined, 365]],
    ['GLACIER switched off', { transitionToGlacierAfter: Duration.days(365) }, [30, undefined, 365]],
    ['hours that are whole days', { expireAfter: Duration.hours(48) }, [undefined, undefined, 2]],
  ])('%s', (_, props, [infrequent, glacier, expire]) => {
    const [rule] = lifecycleOf(props);
    const after = (storageClass: string) =>
      rule.Transitions?.find((transition: any) => transition.StorageClass === storageClass)?.TransitionInDays;
    expect([after('STANDARD_IA'), after('GLACIER'), rule.ExpirationInDays]).toEqual([infrequent, glacier, expire]);
  });
});

describe('rejects', () => {
  test.each<[string, CoverageBucketProps, string]>([
    ['STANDARD_IA before 30 days', { transitionToInfrequentAccessAfter: Duration.days(29) }, 'transitionToInfrequentAccessAfter is 29 days; S3 moves nothing to STANDARD_IA before 30'],
    [
      'GLACIER less than 30 days after STANDARD_IA',
      { transitionToInfrequentAccessAfter: Duration.days(40), transitionToGlacierAfter: Duration.days(69) },
      'transitionToGlacierAfter is 69 days; S3 wants 30 days in STANDARD_IA before, so give 70 or more',
    ],
    ['parts of days', { expireAfter: Duration.hours(36) }, 'expireAfter of 1.5 days is not allowed; give whole days, at least 1'],
    ['no day', { expireAfter: Duration.days(0) }, 'expireAfter of 0 days is not allowed'],
    ['a prefix without its slash', { prefix: 'coverage' }, "prefix 'coverage' does not end with a slash; use 'coverage/'"],
    ['a prefix that would be a wildcard in a policy', { prefix: 'a*/' }, "prefix 'a*/' has characters that need escaping"],
  ])('%s', (_, props, message) => {
    expect(() => new CoverageBucket(stack(), 'Coverage', props)).toThrow(`Stack/Coverage: ${message}`);
  });

  test.each<[keyof CoverageBucketProps, CoverageBucketProps]>([
    ['encryptionKey', { encryptionKey: kms.Key.fromKeyArn(stack(), 'Key', 'arn:aws:kms:us-east-1:111111111111:key/one') }],
    ['removalPolicy', { removalPolicy: RemovalPolicy.RETAIN }],
    ['autoDeleteObjects', { autoDeleteObjects: false }],
    ['transitionToInfrequentAccessAfter', { transitionToInfrequentAccessAfter: Duration.days(30) }],
    ['transitionToGlacierAfter', { transitionToGlacierAfter: Duration.days(90) }],
    ['expireAfter', { expireAfter: Duration.days(365) }],
  ])('%s beside a bucket of one\'s own', (prop, props) => {
    const scope = stack();
    const bucket = s3.Bucket.fromBucketName(scope, 'Own', 'own');
    expect(() => new CoverageBucket(scope, 'Coverage', { bucket, ...props })).toThrow(`Stack/Coverage: ${prop} is for a new bucket`);
  });
});

describe("a bucket of one's own", () => {
  test('is used as it is', () => {
    const scope = stack();
    const bucket = new s3.Bucket(scope, 'Own');
    const coverage = new CoverageBucket(scope, 'Coverage', { bucket, prefix: 'team/' });
    expect(coverage.bucket).toBe(bucket);
    expect(coverage.prefix).toBe('team/');
    const template = Template.fromStack(scope);
    template.resourceCountIs('AWS::S3::Bucket', 1);
    template.hasResourceProperties('AWS::S3::Bucket', { LifecycleConfiguration: Match.absent() });
  });
});

describe('grants', () => {
  type Grant = 'grantWrite' | 'grantRead' | 'grantWriteReports';
  const put = (...keys: string[]) => ({ Effect: 'Allow', Action: ['s3:PutObject'], Resource: keys.map((key) => `arn:aws:s3:::own/${key}`) });
  const get = (key: string) => ({ Effect: 'Allow', Action: ['s3:GetObject'], Resource: [`arn:aws:s3:::own/${key}`] });
  const list = (condition?: object) => ({
    Effect: 'Allow',
    Action: ['s3:ListBucket'],
    Resource: ['arn:aws:s3:::own'],
    ...(condition && { Condition: condition }),
  });

  test.each<[Grant, string, object[]]>([
    ['grantWrite', 'coverage/', [put('coverage/*')]],
    ['grantWrite', '', [put('*')]],
    ['grantRead', 'coverage/', [get('coverage/*'), list({ StringLike: { 's3:prefix': 'coverage/*' } })]],
    ['grantRead', '', [get('*'), list()]],
    ['grantWriteReports', 'team/app/', [
      { Effect: 'Allow', Action: ['s3:DeleteObject'], Resource: ['arn:aws:s3:::own/team/app/combined/checkpoint/*'] },
      put('team/app/combined/*', 'team/app/reports/*'),
    ]],
  ])('%s with prefix %p allows nothing else', (grant, prefix, expected) => {
    const scope = stack();
    const role = new iam.Role(scope, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    const bucket = s3.Bucket.fromBucketArn(scope, 'Own', 'arn:aws:s3:::own');
    expect(new CoverageBucket(scope, 'Coverage', { bucket, prefix })[grant](role).success).toBe(true);
    expect(statementsOf(scope)).toEqual(expected);
  });

  test.each<[Grant, string]>([
    ['grantWrite', 'kms:GenerateDataKey'],
    ['grantRead', 'kms:Decrypt'],
    ['grantWriteReports', 'kms:GenerateDataKey'],
  ])('%s allows %s with the key, and nothing else', (grant, action) => {
    const scope = stack();
    const role = new iam.Role(scope, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    const encryptionKey = kms.Key.fromKeyArn(scope, 'Key', 'arn:aws:kms:us-east-1:111111111111:key/one');
    new CoverageBucket(scope, 'Coverage', { encryptionKey })[grant](role);
    const ofKey = statementsOf(scope).filter((statement) => statement.Action.some((name) => name.startsWith('kms:')));
    expect(ofKey).toEqual([{ Effect: 'Allow', Action: [action], Resource: ['arn:aws:kms:us-east-1:111111111111:key/one'] }]);
  });

  test('let a principal of another account in by the bucket policy', () => {
    const app = new App();
    const scope = new Stack(app, 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });
    const role = iam.Role.fromRoleArn(scope, 'Role', 'arn:aws:iam::222222222222:role/theirs');
    new CoverageBucket(scope, 'Coverage').grantRead(role);
    Template.fromStack(scope).hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: 's3:GetObject', Principal: { AWS: 'arn:aws:iam::222222222222:role/theirs' } }),
          Match.objectLike({ Action: 's3:ListBucket', Condition: { StringLike: { 's3:prefix': 'coverage/*' } } }),
        ]),
      },
    });
  });
});

describe('on request', () => {
  const made = (props: CoverageBucketProps) => {
    const scope = new Stack(new App(), 'Stack');
    const logs = new s3.Bucket(scope, 'Logs');
    new CoverageBucket(scope, 'Coverage', { ...props, ...(props.serverAccessLogsPrefix !== undefined && { serverAccessLogsBucket: logs }) });
    return Template.fromStack(scope);
  };

  test.each<[string, CoverageBucketProps, object]>([
    ['a name', { bucketName: 'named' }, { BucketName: 'named' }],
    ['versions', { versioned: true }, { VersioningConfiguration: { Status: 'Enabled' } }],
    ['access logs', { serverAccessLogsPrefix: 'log/' }, { LoggingConfiguration: { DestinationBucketName: { Ref: Match.stringLikeRegexp('^Logs') }, LogFilePrefix: 'log/' } }],
  ])('has %s', (_, props, expected) => {
    made(props).hasResourceProperties('AWS::S3::Bucket', expected);
  });

  test('takes raw coverage and sources only where there is no such object, and reports in any case', () => {
    const denied = (template: Template) => Object.values(template.findResources('AWS::S3::BucketPolicy'))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Array<{ Sid?: string }>)
      .filter(({ Sid }) => Sid === 'RequireConditionalWrites');
    const objects = (keys: string) => ({ 'Fn::Join': ['', [{ 'Fn::GetAtt': [expect.stringMatching(/^Coverage/), 'Arn'] }, `/${keys}`]] });
    expect(denied(made({}))).toEqual([]);
    expect(denied(made({ requireConditionalWrites: true, prefix: 'team/' }))).toEqual([{
      Sid: 'RequireConditionalWrites',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 's3:PutObject',
      Resource: [objects('team/20*'), objects('team/sources/*')],
      Condition: { Null: { 's3:if-none-match': true } },
    }]);
  });

  test('deletes reports after a time, which are kept otherwise', () => {
    const rules = (props: CoverageBucketProps) => lifecycleOf(props).filter(({ Prefix }) => Prefix === 'coverage/reports/');
    expect(rules({})).toEqual([]);
    expect(rules({ expireReportsAfter: Duration.days(90) })).toEqual([expect.objectContaining({ Status: 'Enabled', ExpirationInDays: 90 })]);
  });

  test('is one that is there already, by its name', () => {
    const scope = new Stack(new App(), 'Stack');
    const bucket = CoverageBucket.fromBucketName(scope, 'Coverage', 'theirs', 'team/');
    expect([bucket.bucketName, bucket.prefix]).toEqual(['theirs', 'team/']);
    expect(CoverageBucket.fromBucketName(scope, 'Other', 'theirs').prefix).toBe('coverage/');
    Template.fromStack(scope).resourceCountIs('AWS::S3::Bucket', 0);
  });

  test('lets a role write, read and list, as the reference does', () => {
    const scope = new Stack(new App(), 'Stack');
    const role = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    new CoverageBucket(scope, 'Coverage').grantReadWrite(role);
    expect(statementsOf(scope).flatMap(({ Action }) => Action).sort()).toEqual(['s3:GetObject', 's3:ListBucket', 's3:PutObject']);
  });
});
