/**
 * Functions behind a queue, a bucket and a schedule, with layers, an alias that is shifted to by CodeDeploy, a VPC, and an aspect that
 * changes each of them, as in `aspects` of aws-cdk-examples.
 */
import * as path from 'node:path';
import {
  Aspects, CfnResource, Duration, Stack, Tags, aws_codedeploy as codedeploy, aws_ec2 as ec2, aws_events as events, aws_events_targets as targets,
  aws_lambda as lambda, aws_lambda_destinations as destinations, aws_lambda_event_sources as sources, aws_s3 as s3,
  aws_s3_notifications as notifications, aws_sqs as sqs, type App,
} from 'aws-cdk-lib';

export const functions = ['Jobs/Worker', 'Jobs/Nightly', 'Network/InVpc'];

export function build(app: App): void {
  const network = new Stack(app, 'Network');
  const stack = new Stack(app, 'Jobs');
  const code = () => lambda.Code.fromAsset(path.join(__dirname, 'code', 'jobs'));
  const common = { code: code(), handler: 'worker.handler', runtime: lambda.Runtime.NODEJS_22_X };
  const layers = [lambda.LayerVersion.fromLayerVersionArn(stack, 'Powertools', 'arn:aws:lambda:eu-west-1:094274105915:layer:AWSLambdaPowertoolsTypeScriptV2:1')];
  const worker = new lambda.Function(stack, 'Worker', {
    ...common,
    layers,
    tracing: lambda.Tracing.ACTIVE,
    environment: { NODE_OPTIONS: '--enable-source-maps', POWERTOOLS_SERVICE_NAME: 'jobs' },
    onFailure: new destinations.SqsDestination(new sqs.Queue(stack, 'Failed')),
    reservedConcurrentExecutions: 5,
  });
  worker.addEventSource(new sources.SqsEventSource(new sqs.Queue(stack, 'Queue', { visibilityTimeout: Duration.minutes(5) })));
  new s3.Bucket(stack, 'Inbox').addEventNotification(s3.EventType.OBJECT_CREATED, new notifications.LambdaDestination(worker));
  const alias = new lambda.Alias(stack, 'Live', { aliasName: 'live', version: worker.currentVersion, provisionedConcurrentExecutions: 1 });
  new codedeploy.LambdaDeploymentGroup(stack, 'Shift', { alias, deploymentConfig: codedeploy.LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES });
  const nightly = new lambda.Function(stack, 'Nightly', { ...common, architecture: lambda.Architecture.ARM_64 });
  new events.Rule(stack, 'Night', { schedule: events.Schedule.cron({ hour: '3', minute: '0' }), targets: [new targets.LambdaFunction(nightly)] });
  const vpc = new ec2.Vpc(network, 'Vpc', { natGateways: 0 });
  new lambda.Function(network, 'InVpc', { ...common, code: code(), vpc, vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED } });
  Tags.of(app).add('team', 'jobs');
  Aspects.of(app).add({
    visit: (construct) => {
      if (CfnResource.isCfnResource(construct) && construct.cfnResourceType === 'AWS::Lambda::Function') {
        construct.addPropertyOverride('ReservedConcurrentExecutions', 7);
      }
    },
  });
}
