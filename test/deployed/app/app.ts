/** An app with all that deploys: it is deployed with coverage, without, and deleted. */
import {
  App, Duration, Stack, aws_events as events, aws_iam as iam, aws_lambda as lambda, aws_lambda_nodejs as nodejs, aws_s3 as s3,
  aws_sns as sns, aws_sqs as sqs, custom_resources as resources,
} from 'aws-cdk-lib';
import { CoverageBucket, CoverageCombiner, CoverageEngine, CoverageLayer, ReportFormat } from 'cdk-lambda-coverage';

const app = new App({ analyticsReporting: false });
const enabled = app.node.tryGetContext('coverage') !== 'off';

const data = new Stack(app, 'Data');
const bucket = new CoverageBucket(data, 'Coverage', {
  prefix: 'team/',
  requireConditionalWrites: true,
  versioned: true,
  serverAccessLogsBucket: new s3.Bucket(data, 'Logs'),
});
const combiner = new CoverageCombiner(data, 'Combiner', {
  bucket,
  schedule: events.Schedule.rate(Duration.hours(1)),
  reportFormats: [ReportFormat.LCOV, ReportFormat.HTML_SINGLE, ReportFormat.JSON_SUMMARY],
  thresholds: { lines: 95 },
  alarmTopic: new sns.Topic(data, 'Alarms'),
  dashboard: true,
  deadLetterQueue: new sqs.Queue(data, 'Failed'),
});

const shop = new Stack(app, 'Shop');
const coverage = new CoverageLayer(shop, 'CoverageLayer', { bucket, enabled, runId: 'deployed' });
const environment = { TABLE: 'orders' };
const orders = new nodejs.NodejsFunction(shop, 'Orders', {
  functionName: 'orders', entry: 'src/orders.ts', runtime: lambda.Runtime.NODEJS_22_X, bundling: { sourceMap: true }, environment,
});
new lambda.Alias(shop, 'Live', { aliasName: 'live', version: orders.currentVersion });
const prices = new lambda.Function(shop, 'Prices', {
  functionName: 'prices', code: lambda.Code.fromAsset('src'), handler: 'prices.handler', runtime: lambda.Runtime.NODEJS_20_X,
});
coverage.attachTo(prices, { engine: CoverageEngine.V8 });
new lambda.Function(shop, 'Discounts', {
  functionName: 'discounts',
  code: lambda.Code.fromAsset('python'),
  handler: 'discounts.handler',
  runtime: new lambda.Runtime(app.node.getContext('python') as string, lambda.RuntimeFamily.PYTHON),
});

// its role is another team's, and may not write
const role = new iam.Role(shop, 'OthersRole', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
new lambda.Function(shop, 'Denied', {
  functionName: 'denied',
  code: lambda.Code.fromAsset('src'),
  handler: 'prices.handler',
  runtime: lambda.Runtime.NODEJS_24_X,
  role: role.withoutPolicyUpdates(),
});

const greetings = new Stack(app, 'Greetings');
new lambda.Function(greetings, 'Inline', {
  functionName: 'inline', code: lambda.Code.fromInline('exports.handler = async ({ name }) => `Hello ${name}`;'), handler: 'index.handler', runtime: lambda.Runtime.NODEJS_22_X,
});
const left = new lambda.Function(shop, 'LeftOut', {
  functionName: 'left-out', code: lambda.Code.fromAsset('src'), handler: 'prices.handler', runtime: lambda.Runtime.NODEJS_22_X,
});
const provider = new resources.Provider(shop, 'Provider', {
  onEventHandler: new lambda.Function(shop, 'OnEvent', {
    functionName: 'on-event', code: lambda.Code.fromInline('exports.handler = async () => ({});'), handler: 'index.handler', runtime: lambda.Runtime.NODEJS_22_X,
  }),
});
provider.node.addDependency(left);
combiner.grantInvoke(left);
coverage.attachToAll(app, { exclude: [left] });
