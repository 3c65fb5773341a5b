/**
 * For who has an AWS account: `npx projen integ:deploy` deploys this, asserts what it does there, and deletes it. The snapshot of what it deploys is
 * compared by `.ci/run`, without an account.
 */
import * as path from 'node:path';
import { ExpectedResult, IntegTest, Match } from '@aws-cdk/integ-tests-alpha';
import { App, Duration, RemovalPolicy, Stack, aws_lambda as lambda } from 'aws-cdk-lib';
import { CoverageBucket, CoverageCombiner, CoverageEngine, CoverageLayer, ReportFormat } from 'cdk-lambda-coverage';

const app = new App({ analyticsReporting: false });
const stack = new Stack(app, 'CoverageInteg');
const bucket = new CoverageBucket(stack, 'Bucket', { requireConditionalWrites: true, removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true });
const coverage = new CoverageLayer(stack, 'Coverage', { bucket });
const combiner = new CoverageCombiner(stack, 'Combiner', { bucket, reportFormats: [ReportFormat.JSON_SUMMARY] });
const runtimes = {
  OnV8: lambda.Runtime.NODEJS_22_X,
  Node22: lambda.Runtime.NODEJS_22_X,
  Node24: lambda.Runtime.NODEJS_24_X,
  Python39: lambda.Runtime.PYTHON_3_9,
  Python313: lambda.Runtime.PYTHON_3_13,
  Python314: lambda.Runtime.PYTHON_3_14,
};
const onArm = ['Node24', 'Python314'];
const functions = Object.entries(runtimes).map(([id, runtime]) => {
  const code = lambda.Code.fromAsset(path.join(__dirname, 'deployed', 'app', runtime.family === lambda.RuntimeFamily.PYTHON ? 'python' : 'src'));
  return new lambda.Function(stack, id, { runtime, code, handler: 'prices.handler', architecture: onArm.includes(id) ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64 });
});
coverage.attachTo(functions[0]!, { engine: CoverageEngine.V8 });
coverage.attachToAll(stack);

const { assertions } = new IntegTest(app, 'Integ', { testCases: [stack] });
const uploaded = assertions
  .awsApiCall('S3', 'listObjectsV2', { Bucket: bucket.bucketName, Prefix: 'coverage/20' })
  .expect(ExpectedResult.objectLike({ KeyCount: 2 * functions.length }))
  .waitForAssertions({ totalTimeout: Duration.minutes(2) });
for (const { functionName } of functions) {
  const answered = assertions.invokeFunction({ functionName, payload: JSON.stringify({ product: 'pen' }) });
  answered.expect(ExpectedResult.objectLike({ Payload: Match.stringLikeRegexp('^{"price": ?2}$') }));
  const failed = assertions.invokeFunction({ functionName, payload: JSON.stringify({ product: 'ink' }) });
  failed.expect(ExpectedResult.objectLike({ FunctionError: 'Unhandled', Payload: Match.stringLikeRegexp("no product 'ink'") }));
  uploaded.node.addDependency(answered, failed);
}
const combined = assertions.invokeFunction({ functionName: combiner.function.functionName });
combined.expect(ExpectedResult.objectLike({ Payload: Match.stringLikeRegexp(`"files_processed":${2 * functions.length},"files_skipped":0,"combined_coverage":100`) }));
uploaded.next(combined);
