/** What each language's consumer has to synthesize, in TypeScript from the sources. The other consumers say the same in their words. */
import * as path from 'node:path';
import {
  App, Aws, Duration, RemovalPolicy, Stack, aws_events as events, aws_kms as kms, aws_lambda as lambda, aws_logs as logs, aws_s3 as s3,
  aws_sam as sam, aws_sns as sns, aws_sqs as sqs,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { CombinerScale, CoverageBucket, CoverageCombiner, CoverageEngine, CoverageLayer, ReportFormat, UploadMode } from 'cdk-lambda-coverage';

class Consumer extends Stack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);

    new CoverageLayer(this, 'C').attachTo(this.makeFunction('Plain'));

    const bucket = new CoverageBucket(this, 'Bucket', {
      bucketName: `coverage-${Aws.ACCOUNT_ID}`,
      prefix: 'team/',
      encryptionKey: new kms.Key(this, 'Key'),
      versioned: true,
      serverAccessLogsBucket: new s3.Bucket(this, 'Logs'),
      serverAccessLogsPrefix: 'coverage/',
      requireConditionalWrites: true,
      removalPolicy: RemovalPolicy.DESTROY,
      transitionToInfrequentAccessAfter: Duration.days(31),
      transitionToGlacierAfter: Duration.days(62),
      expireAfter: Duration.days(100),
      expireReportsAfter: Duration.days(30),
    });
    bucket.grantReadWrite(this.makeFunction('Reader'));
    const coverage = new CoverageLayer(this, 'Coverage', {
      bucket,
      enabled: true,
      engine: CoverageEngine.AUTO,
      counts: true,
      includePatterns: ['src/**', 'index.mjs'],
      excludePatterns: ['**/*.generated.ts'],
      uploadTimeout: Duration.seconds(5),
      uploadMode: UploadMode.ON_CHANGE,
      sampling: 0.5,
      branchCoverage: false,
      debug: true,
      runId: 'run-1',
      layerRemovalPolicy: RemovalPolicy.RETAIN,
    });
    coverage.attachTo(this.makeFunction('Tuned'));
    coverage.attachTo(this.makeFunction('Untouched'), { engine: CoverageEngine.V8 });
    coverage.attachToResource(new sam.CfnFunction(this, 'Resource', { inlineCode: 'exports.handler = async () => {};', handler: 'index.handler', runtime: 'nodejs22.x' }));
    coverage.attachTo(this.makeFunction('InPython', lambda.Runtime.PYTHON_3_13));
    const excluded = this.makeFunction('Excluded');
    coverage.attachToAll(this, { include: ['Consumer/*'], exclude: [excluded, 'Consumer/Plain'] });
    const combiner = new CoverageCombiner(this, 'Combiner', {
      bucket: coverage.bucket,
      scale: CombinerScale.AUTO,
      distribution: { concurrency: 50, batchSize: 500, toleratedFailurePercentage: 10, threshold: 5000 },
      schedule: events.Schedule.rate(Duration.hours(1)),
      uploadDebounce: Duration.minutes(2),
      reportFormats: [ReportFormat.LCOV, ReportFormat.HTML_SINGLE],
      memorySize: 1024,
      timeout: Duration.minutes(5),
      metrics: true,
      thresholds: { statements: 81, branches: 72, functions: 83, lines: 84 },
      alarmTopic: new sns.Topic(this, 'Topic'),
      dashboard: true,
      retryAttempts: 1,
      deadLetterQueue: new sqs.Queue(this, 'Failed'),
      logRetention: logs.RetentionDays.ONE_WEEK,
    });
    combiner.grantInvoke(this.makeFunction('Pipeline'));
  }

  private makeFunction(id: string, runtime = lambda.Runtime.NODEJS_22_X): lambda.Function {
    return new lambda.Function(this, id, {
      runtime,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(path.join(__dirname, 'function')),
    });
  }
}

const app = new App({ analyticsReporting: false });
new Consumer(app, 'Consumer');
app.synth();
