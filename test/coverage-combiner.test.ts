import { App, Duration, Lazy, Stack, aws_events as events, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_sns as sns, aws_sqs as sqs } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { statementsOf } from './coverage-statements';
import { CombinerScale, CoverageBucket, CoverageCombiner, CoverageLayer, ReportFormat, type CoverageBucketProps, type CoverageCombinerProps } from '../src';
import { metricsLine } from '../src/combiner/lambda/metrics';
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
    Runtime: 'nodejs24.x',
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

describe('monitoring', () => {
  const THRESHOLDS = { lines: 80, branches: 0 };

  test('has an alarm for each threshold, which stays as it is between two reports', () => {
    const { scope, combiner: it } = combiner({ thresholds: THRESHOLDS });
    const template = Template.fromStack(scope);
    template.resourceCountIs('AWS::CloudWatch::Alarm', 2);
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'LambdaCoverage',
      MetricName: 'LineCoverage',
      Dimensions: [{ Name: 'BucketName', Value: { Ref: Match.stringLikeRegexp('^Bucket') } }],
      Statistic: 'Minimum',
      Threshold: 80,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'ignore',
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'BranchCoverage', Threshold: 0 });
    expect(it.alarms).toHaveLength(2);
  });

  test('tells a topic when an alarm goes on and off', () => {
    const scope = new Stack(new App(), 'Stack');
    const alarmTopic = new sns.Topic(scope, 'Topic');
    new CoverageCombiner(scope, 'Combiner', { bucket: new CoverageBucket(scope, 'Bucket'), thresholds: THRESHOLDS, alarmTopic });
    const topic = [{ Ref: Match.stringLikeRegexp('^Topic') }];
    Template.fromStack(scope).allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: topic, OKActions: topic });
  });

  test('shows a dashboard where one is wanted', () => {
    Template.fromStack(combiner().scope).resourceCountIs('AWS::CloudWatch::Dashboard', 0);
    const [dashboard] = Object.values(Template.fromStack(combiner({ dashboard: true }).scope).findResources('AWS::CloudWatch::Dashboard'));
    const body = JSON.stringify(dashboard!.Properties.DashboardBody);
    expect(['StatementCoverage', 'BranchCoverage', 'FunctionCoverage', 'LineCoverage', 'SEARCH('].filter((part) => !body.includes(part))).toEqual([]);
  });

  test('has the metrics that the function writes', () => {
    const { combiner: it } = combiner();
    const metrics = [it.metricStatementCoverage(), it.metricBranchCoverage(), it.metricFunctionCoverage(), it.metricLineCoverage({ statistic: 'Average' })];
    const line = JSON.parse(metricsLine({ bucket: 'b', totals: { statements: { pct: 1 }, branches: { pct: 2 }, functions: { pct: 3 }, lines: { pct: 4 } } as never }, new Date(0)));
    const [{ Namespace, Dimensions, Metrics }] = line._aws.CloudWatchMetrics;
    expect(metrics.map(({ metricName }) => metricName)).toEqual(Metrics.map(({ Name }: { Name: string }) => Name));
    expect(metrics.map(({ namespace, dimensions }) => [namespace, Object.keys(dimensions!)])).toEqual(metrics.map(() => [Namespace, Dimensions[0]]));
    expect(metrics.map(({ statistic }) => statistic)).toEqual(['Minimum', 'Minimum', 'Minimum', 'Average']);
  });

  test.each<[string, Partial<CoverageCombinerProps>, string]>([
    ['a threshold that is no percentage', { thresholds: { lines: 101 } }, 'the threshold of lines is 101; give a percentage from 0 to 100'],
    ['a threshold of nothing', { thresholds: { line: 80 } as never }, "thresholds has 'line'; give any of statements, branches, functions, lines"],
    ['thresholds without metrics', { thresholds: THRESHOLDS, metrics: false }, "thresholds need the metrics, and 'metrics' is false; leave it out"],
    ['a dashboard without metrics', { dashboard: true, metrics: false }, "dashboard need the metrics, and 'metrics' is false"],
    ['a topic without thresholds', { alarmTopic: {} as never }, 'alarmTopic is given, and there is no alarm without thresholds; give thresholds'],
    ['three retries', { retryAttempts: 3 }, 'retryAttempts of 3 is not allowed; give 0, 1 or 2'],
    ['a debounce that Lambda does not have', { uploadDebounce: Duration.minutes(6) }, 'uploadDebounce of 360 seconds is not allowed; Lambda waits 5 minutes at most'],
    ['no debounce', { uploadDebounce: Duration.seconds(0) }, 'uploadDebounce of 0 seconds is not allowed'],
  ])('refuses %s', (_, props, message) => {
    expect(() => combiner(props)).toThrow(`Stack/Combiner: ${message}`);
  });
});

describe('started by uploads', () => {
  test('waits for more, and is told of raw coverage only: no report of its own starts it again', () => {
    const { scope } = combiner({ uploadDebounce: Duration.minutes(2), timeout: Duration.minutes(5) }, { prefix: 'team/' });
    const template = Template.fromStack(scope);
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { BatchSize: 10_000, MaximumBatchingWindowInSeconds: 120, ScalingConfig: { MaximumConcurrency: 2 } });
    template.hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout: 6 * 300 + 120, SqsManagedSseEnabled: true });
    template.hasResourceProperties('Custom::S3BucketNotifications', {
      NotificationConfiguration: {
        QueueConfigurations: [Match.objectLike({
          Events: ['s3:ObjectCreated:*'],
          Filter: { Key: { FilterRules: [{ Name: 'suffix', Value: '.coverage' }, { Name: 'prefix', Value: 'team/20' }] } },
        })],
      },
    });
  });
});

describe('distributed', () => {
  const DISTRIBUTED = { scale: CombinerScale.DISTRIBUTED };

  /** The state machine's definition; what the template puts into it is named by the resource. */
  function definitionOf(scope: Stack): any {
    const [stateMachine] = Object.values(Template.fromStack(scope).findResources('AWS::StepFunctions::StateMachine'));
    const [, parts] = stateMachine!.Properties.DefinitionString['Fn::Join'] as [string, Array<string | { 'Ref'?: string; 'Fn::GetAtt'?: string[] }>];
    return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : part.Ref ?? part['Fn::GetAtt']![0])).join(''));
  }

  const variablesOf = (scope: Stack, handler: string) => {
    const [fn] = Object.values(Template.fromStack(scope).findResources('AWS::Lambda::Function', { Properties: { Handler: handler } }));
    return fn?.Properties.Environment.Variables;
  };

  test('is a planner that says what is next: to merge what a manifest lists, to plan on, or to report', () => {
    const { States: states, StartAt: startAt } = definitionOf(combiner(DISTRIBUTED).scope);
    expect(startAt).toBe('Plan');
    expect(states.Plan).toMatchObject({
      Type: 'Task', Resource: expect.stringMatching(/Planner/), Parameters: { 'execution.$': '$$.Execution.Name', 'input.$': '$' }, Next: 'What is next',
    });
    expect(states['What is next']).toEqual({
      Type: 'Choice',
      Choices: [{ Variable: '$.step', StringEquals: 'merge', Next: 'MergeBatches' }, { Variable: '$.step', StringEquals: 'plan', Next: 'Plan' }],
      Default: 'Report',
    });
    expect(states.MergeBatches).toMatchObject({
      Type: 'Map',
      ItemReader: {
        Resource: 'arn:AWS::Partition:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSON' },
        Parameters: { 'Bucket': expect.stringMatching(/^Bucket/), 'Key.$': '$.manifest' },
      },
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, States: { Merge: { Resource: expect.stringMatching(/Merger/) } } },
      MaxConcurrency: 10,
      ToleratedFailurePercentage: 5,
      ResultPath: null,
      Next: 'Plan',
    });
    expect(states.Report).toMatchObject({ Type: 'Task', InputPath: '$.input', End: true });
    expect(states.Report).not.toHaveProperty('Parameters');
  });

  test('takes concurrency, tolerated failures, batch size, and from when on it is distributed', () => {
    const { scope } = combiner({
      scale: CombinerScale.AUTO, distribution: { concurrency: 7, toleratedFailurePercentage: 20, batchSize: 500, threshold: 9 }, memorySize: 4096,
    });
    expect(definitionOf(scope).States.MergeBatches).toMatchObject({ MaxConcurrency: 7, ToleratedFailurePercentage: 20 });
    expect(variablesOf(scope, 'plan.handler')).toMatchObject({ COVERAGE_BATCH_SIZE: '500', COVERAGE_DISTRIBUTED_ABOVE: '9' });
    Template.fromStack(scope).allResourcesProperties('AWS::Lambda::Function', { MemorySize: 4096, Runtime: 'nodejs24.x' });
  });

  test('leaves up to 20,000 objects to one function where it is to choose, and none where it is not', () => {
    expect(variablesOf(combiner({ scale: CombinerScale.AUTO }).scope, 'plan.handler').COVERAGE_DISTRIBUTED_ABOVE).toBe('20000');
    expect(variablesOf(combiner(DISTRIBUTED).scope, 'plan.handler').COVERAGE_DISTRIBUTED_ABOVE).toBe('0');
  });

  test('gives each role what it needs and no more', () => {
    const statements = statementsOf(combiner(DISTRIBUTED).scope).filter(({ Action: [action] }) => action!.startsWith('s3:'));
    const list = { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: [bucketArn], Condition: { StringLike: { 's3:prefix': 'coverage/*' } } };
    const allow = (action: string, ...keys: string[]) => ({ Effect: 'Allow', Action: [action], Resource: keys.map((key) => objects(key)) });
    expect(statements).toEqual(expect.arrayContaining([
      // the function that reports
      allow('s3:DeleteObject', 'coverage/combined/checkpoint/*'),
      allow('s3:DeleteObject', 'coverage/combined/partials/*', 'coverage/combined/plans/*'),
      // the planner
      allow('s3:GetObject', 'coverage/combined/*'),
      allow('s3:PutObject', 'coverage/combined/plans/*'),
      // what merges
      allow('s3:GetObject', 'coverage/20*', 'coverage/combined/partials/*'),
      allow('s3:PutObject', 'coverage/combined/partials/*'),
      // the state machine
      allow('s3:GetObject', 'coverage/combined/plans/*'),
    ]));
    expect(statements.filter(({ Action: [action] }) => action === 's3:ListBucket')).toEqual([list, list, list]);
    expect(statements).toHaveLength(12);
  });

  test('is what the schedule starts, and uploads by a function that may start it', () => {
    const props = { ...DISTRIBUTED, schedule: events.Schedule.rate(Duration.hours(1)), uploadDebounce: Duration.minutes(1) };
    const { scope, combiner: it } = combiner(props);
    const template = Template.fromStack(scope);
    const stateMachine = scope.resolve(it.stateMachine!.stateMachineArn);
    template.hasResourceProperties('AWS::Events::Rule', { Targets: [Match.objectLike({ Arn: stateMachine })] });
    expect(variablesOf(scope, 'start.handler')).toMatchObject({ COVERAGE_STATE_MACHINE: stateMachine });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { FunctionName: { Ref: Match.stringLikeRegexp('Starter') } });
    expect(statementsOf(scope)).toContainEqual({ Effect: 'Allow', Action: ['states:StartExecution'], Resource: [stateMachine] });
  });

  test('may be started by who may invoke it, and says how', () => {
    const { scope, combiner: it } = combiner(DISTRIBUTED);
    it.grantInvoke(new iam.Role(scope, 'Pipeline', { assumedBy: new iam.AccountRootPrincipal() }));
    const template = Template.fromStack(scope);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyName: Match.stringLikeRegexp('^Pipeline'),
      PolicyDocument: { Statement: [Match.objectLike({ Action: 'lambda:InvokeFunction' }), Match.objectLike({ Action: 'states:StartExecution' })] },
    });
    template.hasOutput('*', { Value: { 'Fn::Join': ['', ['aws stepfunctions start-execution --state-machine-arn ', { Ref: Match.stringLikeRegexp('StateMachine') }]] } });
    expect(combiner().combiner.stateMachine).toBeUndefined();
  });

  test('sends what failed to the dead letter queue', () => {
    const scope = new Stack(new App(), 'Stack');
    const deadLetterQueue = new sqs.Queue(scope, 'Failed');
    new CoverageCombiner(scope, 'Combiner', { ...DISTRIBUTED, bucket: new CoverageBucket(scope, 'Bucket'), deadLetterQueue });
    const { States: states } = definitionOf(scope);
    for (const name of ['Plan', 'MergeBatches', 'Report']) {
      expect(states[name].Catch).toEqual([{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Tell' }]);
    }
    expect(states.Tell).toMatchObject({ Parameters: { MessageBody: { 'input.$': '$$.Execution.Input', 'error.$': '$.error' } }, Next: 'Failed' });
    expect(states.Failed).toEqual({ Type: 'Fail', ErrorPath: '$.error.Error', CausePath: '$.error.Cause' });
  });

  test('may use the key of the bucket', () => {
    const scope = new Stack(new App(), 'Stack');
    const encryptionKey = kms.Key.fromKeyArn(scope, 'Key', 'arn:aws:kms:us-east-1:111111111111:key/one');
    new CoverageCombiner(scope, 'Combiner', { ...DISTRIBUTED, bucket: new CoverageBucket(scope, 'Bucket', { encryptionKey }) });
    const actions = statementsOf(scope).flatMap((statement) => statement.Action).filter((action) => action.startsWith('kms:'));
    // the function that reports, the planner and what merges read and write; the state machine reads
    expect(actions.sort()).toEqual([...Array.from({ length: 4 }, () => 'kms:Decrypt'), ...Array.from({ length: 3 }, () => 'kms:GenerateDataKey')]);
  });

  test.each<[string, Partial<CoverageCombinerProps>, string]>([
    ['a scale that there is not', { scale: 'big' as never }, "scale is 'big'; give one of CombinerScale.SINGLE, CombinerScale.DISTRIBUTED, CombinerScale.AUTO"],
    ['a distribution of nothing', { distribution: {} }, 'distribution is for scale CombinerScale.DISTRIBUTED or CombinerScale.AUTO; give one of these, or leave distribution out'],
    ['a threshold where all is distributed', { ...DISTRIBUTED, distribution: { threshold: 5 } }, 'distribution.threshold is for scale CombinerScale.AUTO; with CombinerScale.DISTRIBUTED all is distributed'],
    ['no concurrency', { ...DISTRIBUTED, distribution: { concurrency: 0 } }, 'distribution.concurrency of 0 is not allowed; give a whole number from 1 to 1000'],
    ['batches that do not fit', { ...DISTRIBUTED, distribution: { batchSize: 3001 } }, 'distribution.batchSize of 3001 is not allowed; give a whole number from 1 to 3000'],
    ['what is no percentage', { ...DISTRIBUTED, distribution: { toleratedFailurePercentage: 101 } }, 'distribution.toleratedFailurePercentage of 101 is not allowed; give a whole number from 0 to 100'],
    ['no threshold', { scale: CombinerScale.AUTO, distribution: { threshold: 0 } }, 'distribution.threshold of 0 is not allowed; give a whole number from 1 to 100000000'],
  ])('refuses %s', (_, props, message) => {
    expect(() => combiner(props)).toThrow(`Stack/Combiner: ${message}`);
  });
});

describe('when combining fails', () => {
  test('Lambda tries again as often as was said, and then hands the event over', () => {
    const scope = new Stack(new App(), 'Stack');
    const deadLetterQueue = new sqs.Queue(scope, 'Failed');
    new CoverageCombiner(scope, 'Combiner', { bucket: new CoverageBucket(scope, 'Bucket'), retryAttempts: 0, deadLetterQueue });
    const template = Template.fromStack(scope);
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 0 });
    template.hasResourceProperties('AWS::Lambda::Function', { DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Failed'), 'Arn'] } } });
  });
});

test.each<[string, Partial<CoverageCombinerProps>, string]>([
  ['an address of the report in one file', { reportFormats: [ReportFormat.HTML_SINGLE] }, 'aws s3 presign s3://NAME/team/reports/coverage.html'],
  ['the files of other reports', {}, 'aws s3 sync s3://NAME/team/reports/ coverage-report'],
])('puts out the command that gets %s', (_, props, command) => {
  const { scope, combiner: it } = combiner(props, { prefix: 'team/' });
  const [output] = Object.values(Template.fromStack(scope).findOutputs('*'));
  const [before, after] = command.split('NAME');
  expect(output!.Value).toEqual({ 'Fn::Join': ['', [before, bucketRef, after]] });
  expect(scope.resolve(it.reportCommand)).toEqual(output!.Value);
});
