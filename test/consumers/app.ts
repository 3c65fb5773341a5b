/** What each language's consumer has to synthesize, in TypeScript from the sources. The other consumers say the same in their words. */
import * as path from 'node:path';
import { App, Duration, RemovalPolicy, Stack, aws_events as events, aws_lambda as lambda } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { CoverageBucket, CoverageCombiner, CoverageLayer, ReportFormat } from 'cdk-lambda-coverage';

class Consumer extends Stack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);

    new CoverageLayer(this, 'C').attachTo(this.makeFunction('Plain'));

    const bucket = new CoverageBucket(this, 'Bucket', {
      prefix: 'team/',
      removalPolicy: RemovalPolicy.DESTROY,
      expireAfter: Duration.days(60),
    });
    const coverage = new CoverageLayer(this, 'Coverage', {
      bucket,
      includePatterns: ['src/**'],
      uploadTimeout: Duration.seconds(5),
      branchCoverage: false,
      runId: 'run-1',
    });
    coverage.attachTo(this.makeFunction('Tuned'));
    const combiner = new CoverageCombiner(this, 'Combiner', {
      bucket: coverage.bucket,
      schedule: events.Schedule.rate(Duration.hours(1)),
      reportFormats: [ReportFormat.LCOV, ReportFormat.HTML],
    });
    combiner.grantInvoke(this.makeFunction('Pipeline'));
  }

  private makeFunction(id: string): lambda.Function {
    return new lambda.Function(this, id, {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(path.join(__dirname, 'function')),
    });
  }
}

const app = new App({ analyticsReporting: false });
new Consumer(app, 'Consumer');
app.synth();
