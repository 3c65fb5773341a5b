/** Five functions with one folder of code and their own handlers behind a REST API, as in `api-cors-lambda-crud-dynamodb` of aws-cdk-examples. */
import * as path from 'node:path';
import { RemovalPolicy, Stack, aws_apigateway as apigateway, aws_dynamodb as dynamodb, aws_lambda as lambda, type App } from 'aws-cdk-lib';

export const functions = ['Crud/GetOne', 'Crud/GetAll', 'Crud/Create', 'Crud/UpdateOne', 'Crud/DeleteOne'];

export function build(app: App): void {
  const stack = new Stack(app, 'Crud');
  const table = new dynamodb.Table(stack, 'Items', { partitionKey: { name: 'itemId', type: dynamodb.AttributeType.STRING }, removalPolicy: RemovalPolicy.DESTROY });
  const make = (id: string, file: string) => {
    const fn = new lambda.Function(stack, id, {
      code: lambda.Code.fromAsset(path.join(__dirname, 'code', 'items')),
      handler: `${file}.handler`,
      runtime: lambda.Runtime.NODEJS_20_X,
      environment: { TABLE_NAME: table.tableName, PRIMARY_KEY: 'itemId' },
    });
    table.grantReadWriteData(fn);
    return new apigateway.LambdaIntegration(fn);
  };
  const items = new apigateway.RestApi(stack, 'Api', { defaultCorsPreflightOptions: { allowOrigins: apigateway.Cors.ALL_ORIGINS } }).root.addResource('items');
  items.addMethod('GET', make('GetAll', 'get-all'));
  items.addMethod('POST', make('Create', 'create'));
  const item = items.addResource('{id}');
  item.addMethod('GET', make('GetOne', 'get-one'));
  item.addMethod('PATCH', make('UpdateOne', 'update-one'));
  item.addMethod('DELETE', make('DeleteOne', 'delete-one'));
}
