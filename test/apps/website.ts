/** A site that is deployed into a bucket, with what CDK makes for it, a function at the edge, and custom resources of the app's own. */
import * as path from 'node:path';
import {
  CustomResource, RemovalPolicy, Stack, aws_cloudfront as cloudfront, aws_cloudfront_origins as origins, aws_lambda as lambda, aws_s3 as s3,
  aws_s3_deployment as deployment, custom_resources as custom, triggers, type App,
} from 'aws-cdk-lib';

export const functions = ['Site/OnEvent', 'Site/Migrate', 'Site/SingletonLambdasettings'];

export function build(app: App): void {
  const stack = new Stack(app, 'Site', { env: { account: '123456789012', region: 'us-east-1' } });
  const code = lambda.Code.fromAsset(path.join(__dirname, 'code', 'chat'));
  const common = { code, handler: 'onconnectLambda.handler', runtime: lambda.Runtime.NODEJS_22_X };
  const site = new s3.Bucket(stack, 'Files', { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true });
  const edge = new lambda.Function(stack, 'Edge', { ...common, runtime: lambda.Runtime.NODEJS_20_X });
  const distribution = new cloudfront.Distribution(stack, 'Distribution', {
    defaultBehavior: {
      origin: origins.S3BucketOrigin.withOriginAccessControl(site),
      edgeLambdas: [{ functionVersion: edge.currentVersion, eventType: cloudfront.LambdaEdgeEventType.VIEWER_REQUEST }],
    },
  });
  new deployment.BucketDeployment(stack, 'Deploy', { destinationBucket: site, sources: [deployment.Source.asset(path.join(__dirname, 'code', 'site'))], distribution });
  const provider = new custom.Provider(stack, 'Provider', { onEventHandler: new lambda.Function(stack, 'OnEvent', common) });
  new CustomResource(stack, 'Seed', { serviceToken: provider.serviceToken });
  new lambda.SingletonFunction(stack, 'Settings', { ...common, uuid: 'settings' });
  new triggers.TriggerFunction(stack, 'Migrate', common);
}
