import { Stack, aws_lambda as lambda, type RemovalPolicy } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { bundledAsset, packageVersion } from './bundled-asset';
import type { Language } from './languages';

/**
 * The layer version of a language in the stack of a construct: one for each stack, whatever number of coverage layers and functions it
 * has. One of another stack would be an export, which CloudFormation does not let change as long as it is imported, so no stack could
 * ever get a new release of this package.
 */
export function layerVersion(construct: IConstruct, language: Language, removalPolicy?: RemovalPolicy): lambda.LayerVersion {
  const stack = Stack.of(construct);
  const layer = stack.node.tryFindChild(language.layerId) as lambda.LayerVersion | undefined ?? makeLayerVersion(stack, language);
  if (removalPolicy !== undefined) {
    layer.applyRemovalPolicy(removalPolicy);
  }
  return layer;
}

function makeLayerVersion(stack: Stack, { layer: asset, layerId, runtimes }: Language): lambda.LayerVersion {
  const layer = new lambda.LayerVersion(stack, layerId, {
    code: lambda.Code.fromAsset(bundledAsset(asset)),
    description: `cdk-lambda-coverage ${packageVersion()}`,
    compatibleArchitectures: [lambda.Architecture.X86_64, lambda.Architecture.ARM_64],
  });
  // Not as a prop: CDK would compare it with a function's runtime object, and refuse `new Runtime('nodejs22.x')`
  (layer.node.defaultChild as lambda.CfnLayerVersion).compatibleRuntimes = [...runtimes];
  return layer;
}
