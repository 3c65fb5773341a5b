/** Templates of CloudFormation and of SAM that were included, beside nested stacks with functions made by CDK. */
import * as path from 'node:path';
import { NestedStack, Stack, aws_lambda as lambda, type App } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';

export const functions = ['Migrated/Template/Orders', 'Migrated/Sam/Payments', 'Migrated/Api/Users'];

export function build(app: App): void {
  const stack = new Stack(app, 'Migrated');
  new CfnInclude(stack, 'Template', { templateFile: path.join(__dirname, 'code', 'template.json') });
  new CfnInclude(stack, 'Sam', { templateFile: path.join(__dirname, 'code', 'sam-template.json') });
  const nested = new NestedStack(stack, 'Api');
  new lambda.Function(nested, 'Users', { code: lambda.Code.fromAsset(path.join(__dirname, 'code', 'jobs')), handler: 'worker.handler', runtime: lambda.Runtime.NODEJS_24_X });
}
