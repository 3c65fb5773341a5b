import { App, Duration, Lazy, Stack, aws_events as events, aws_iam as iam, aws_kms as kms, aws_logs as logs } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { statementsOf } from './coverage-statements';
import { CoverageBucket, CoverageCombiner, CoverageLayer, ReportFormat, type CoverageBucketProps, type CoverageCombinerProps } from '../src';
import { REPORT_FORMATS } from '../src/contract/report-formats';

function combiner(props: Partial<CoverageCombinerProps> = {}, bucketProps: CoverageBucketProps = {}) {
  const scope = new Stack(new App(), 'Stack');
  const bucket = new CoverageBucket(scope, 'Bucket', bucketProps);
  return { scope, bucket, combiner: new CoverageCombiner(scope, 'Combiner', { bucket, ...props }) };
}

const bucketRef = { Ref: expect.stringMatching(/^Bucket/) };
const bucketArn = { 'Fn::GetAtt': [expect.stringMatching(/^Bucket/), 'Arn'] };
const objects = (keys: string) => ({ 'Fn::Join': ['', [bucketArn, `/${keys}`]] });

/** The properties of the only function of a stack. */
function functionOf(scope: Stack): any {
  const [fn] = Object.values(Template.fromStack(scope).findResources('AWS::Lambda::Function'));
  return fn!.Properties;
}

test('by default is a function that runs when invoked, only', () => {
  const { scope } = combiner();
  expect(functionOf(scope)).toMatchObject({
    Runtime: 'nodejs22.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    MemorySize: 2048,
    Timeout: 900,
    Environment: { Variables: { COVERAGE_S3_BUCKET: bucketRef } },
  });
  const template = Template.fromStack(scope);
  template.resourceCountIs('AWS::Events::Rule', 0);
  template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
});

test('takes schedule, memory, timeout and log retention', () => {
  const { scope } = combiner({
    schedule: events.Schedule.rate(Duration.hours(1)),
    memorySize: 4096,
    timeout: Duration.minutes(5),
    logRetention: logs.RetentionDays.ONE_WEEK,
  });
  expect(functionOf(scope)).toMatchObject({ MemorySize: 4096, Timeout: 300 });
  const template = Template.fromStack(scope);
  template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 hour)', State: 'ENABLED' });
  template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
});

test('tells the function prefix and formats', () => {
  const { scope } = combiner({ reportFormats: [ReportFormat.TEXT, ReportFormat.JSON_SUMMARY] }, { prefix: 'team/' });
  expect(functionOf(scope).Environment.Variables).toEqual({
    COVERAGE_S3_BUCKET: bucketRef,
    COVERAGE_S3_PREFIX: 'team/',
    COVERAGE_REPORT_FORMATS: 'text,json-summary',
  });
});

test('writes metrics unless it is told not to', () => {
  expect(functionOf(combiner().scope).Environment.Variables).not.toHaveProperty('COVERAGE_METRICS');
  expect(functionOf(combiner({ metrics: false }).scope).Environment.Variables).toMatchObject({ COVERAGE_METRICS: 'false' });
});

test('goes on by invoking itself, which Lambda is told is meant', () => {
  expect(functionOf(combiner().scope)).toMatchObject({ RecursiveLoop: 'Allow' });
});

test('offers every format that the combiner writes', () => {
  expect(Object.values(ReportFormat)).toEqual(REPORT_FORMATS);
});

test('may read coverage, write combined coverage and reports, write its own log, go on by invoking itself, and nothing else', () => {
  const { scope } = combiner();
  expect(statementsOf(scope)).toEqual([
    { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: [{ 'Fn::GetAtt': [expect.stringMatching(/^CombinerLogGroup/), 'Arn'] }] },
    { Effect: 'Allow', Action: ['s3:GetObject'], Resource: [objects('coverage/*')] },
    { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: [bucketArn], Condition: { StringLike: { 's3:prefix': 'coverage/*' } } },
    { Effect: 'Allow', Action: ['s3:DeleteObject'], Resource: [objects('coverage/combined/checkpoint/*')] },
    { Effect: 'Allow', Action: ['s3:PutObject'], Resource: [objects('coverage/combined/*'), objects('coverage/reports/*')] },
    { Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: [{ 'Fn::GetAtt': [expect.stringMatching(/^Combiner/), 'Arn'] }] },
  ]);
  const [role] = Object.values(Template.fromStack(scope).findResources('AWS::IAM::Role'));
  expect(role!.Properties).not.toHaveProperty('ManagedPolicyArns');
});

test('may use the key of the bucket, to read and to write', () => {
  const scope = new Stack(new App(), 'Stack');
  const encryptionKey = kms.Key.fromKeyArn(scope, 'Key', 'arn:aws:kms:us-east-1:111111111111:key/one');
  new CoverageCombiner(scope, 'Combiner', { bucket: new CoverageBucket(scope, 'Bucket', { encryptionKey }) });
  const actions = statementsOf(scope).flatMap((statement) => statement.Action).filter((action) => action.startsWith('kms:'));
  expect(actions.sort()).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
});

test('grantInvoke lets a role invoke it', () => {
  const { scope, combiner: combining } = combiner();
  combining.grantInvoke(new iam.Role(scope, 'Pipeline', { assumedBy: new iam.AccountRootPrincipal() }));
  expect(statementsOf(scope)).toContainEqual(expect.objectContaining({ Effect: 'Allow', Action: ['lambda:InvokeFunction'] }));
});

test.each<[string, Partial<CoverageCombinerProps>, string]>([
  ['no format', { reportFormats: [] }, 'reportFormats is empty; give at least one of html, html-single, lcov, json, json-summary, cobertura, clover, markdown, text, text-summary'],
  ['less memory than Lambda has', { memorySize: 64 }, 'memorySize of 64 MiB is not allowed; give a whole number from 128 to 10240'],
  ['parts of a MiB', { memorySize: 512.5 }, 'memorySize of 512.5 MiB is not allowed'],
  ['more time than Lambda has', { timeout: Duration.minutes(16) }, 'timeout of 960 seconds is not allowed; give whole seconds, from 1 second to 15 minutes'],
])('rejects %s', (_, props, message) => {
  expect(() => combiner(props)).toThrow(`Stack/Combiner: ${message}`);
});

test('takes memory and timeout that are tokens', () => {
  const { scope } = combiner({
    memorySize: Lazy.number({ produce: () => 1024 }),
    timeout: Duration.seconds(Lazy.number({ produce: () => 60 })),
  });
  expect(functionOf(scope)).toMatchObject({ MemorySize: 1024, Timeout: 60 });
});

test('is not attached to: its own coverage is nobody\'s', () => {
  const { scope, bucket, combiner: combining } = combiner();
  expect(() => new CoverageLayer(scope, 'Coverage', { bucket }).attachTo(combining.function)).toThrow(
    "Stack/Combiner/Resource: coverage of 'Stack/Coverage' cannot be attached: it is part of coverage itself; leave it out",
  );
});
