/**
 * A WebSocket API of L1 resources before functions of the latest runtime with policies of their own, as in `api-websocket-lambda-dynamodb`
 * of aws-cdk-examples.
 */
import * as path from 'node:path';
import { Duration, Stack, aws_apigatewayv2 as apigateway, aws_iam as iam, aws_lambda as lambda, type App } from 'aws-cdk-lib';

export const functions = ['Chat/connect-lambda', 'Chat/message-lambda'];

export function build(app: App): void {
  const stack = new Stack(app, 'Chat', { env: { account: '123456789012', region: 'eu-central-1' } });
  const api = new apigateway.CfnApi(stack, 'chat-app-api', { name: 'ChatAppApi', protocolType: 'WEBSOCKET', routeSelectionExpression: '$request.body.action' });
  const role = new iam.Role(stack, 'chat-app-api-iam-role', { assumedBy: new iam.ServicePrincipal('apigateway.amazonaws.com') });
  for (const [name, routeKey] of [['connect', '$connect'], ['message', 'sendmessage']] as const) {
    const fn = new lambda.Function(stack, `${name}-lambda`, {
      code: lambda.Code.fromAsset(path.join(__dirname, 'code', 'chat')),
      handler: 'onconnectLambda.handler',
      runtime: lambda.Runtime.NODEJS_LATEST,
      timeout: Duration.seconds(300),
      memorySize: 256,
      initialPolicy: [new iam.PolicyStatement({ actions: ['execute-api:ManageConnections'], resources: [`arn:aws:execute-api:eu-central-1:123456789012:${api.ref}/*`] })],
      environment: { TABLE_NAME: 'simplechat_connections' },
    });
    role.addToPolicy(new iam.PolicyStatement({ resources: [fn.functionArn], actions: ['lambda:InvokeFunction'] }));
    const integration = new apigateway.CfnIntegration(stack, `${name}-lambda-integration`, {
      apiId: api.ref,
      integrationType: 'AWS_PROXY',
      integrationUri: `arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/${fn.functionArn}/invocations`,
      credentialsArn: role.roleArn,
    });
    new apigateway.CfnRoute(stack, `${name}-route`, { apiId: api.ref, routeKey, authorizationType: 'NONE', target: `integrations/${integration.ref}` });
  }
}
