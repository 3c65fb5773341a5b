/** A pipeline that deploys stages, each with stacks of its own, one with inline code, as in `aws-codepipeline-ecs-lambda` of aws-cdk-examples. */
import { Stack, Stage, aws_apigateway as apigateway, aws_codecommit as codecommit, aws_lambda as lambda, pipelines, type App } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

export const functions = ['Pipeline/Test/LambdaApi/Function', 'Pipeline/Prod/LambdaApi/Function'];

/** The stack of the pipeline, which publishes the assets of its stages, so that it has a step more for that of the layer. */
export const publisher = 'Pipeline';

class ApiStage extends Stage {
  public constructor(scope: Construct, id: string, cover: (stage: Stage) => void) {
    super(scope, id);
    const stack = new Stack(this, 'LambdaApi');
    const handler = new lambda.Function(stack, 'Function', {
      runtime: lambda.Runtime.NODEJS_20_X,
      handler: 'index.handler',
      code: lambda.Code.fromInline('exports.handler = async () => ({ statusCode: 200 });'),
    });
    new apigateway.LambdaRestApi(stack, 'Api', { handler, proxy: false }).root.addMethod('GET');
    cover(this);
  }
}

/** A stage is synthesized when it is added to a pipeline, so coverage is attached in the stage. */
export function build(app: App, cover: (stage: Stage) => void): void {
  const stack = new Stack(app, 'Pipeline');
  const repository = codecommit.Repository.fromRepositoryName(stack, 'Repository', 'app');
  const pipeline = new pipelines.CodePipeline(stack, 'Pipeline', {
    synth: new pipelines.ShellStep('Synth', { input: pipelines.CodePipelineSource.codeCommit(repository, 'main'), commands: ['npx cdk synth'] }),
  });
  pipeline.addStage(new ApiStage(stack, 'Test', cover));
  pipeline.addStage(new ApiStage(stack, 'Prod', cover), { pre: [new pipelines.ManualApprovalStep('Approve')] });
}
