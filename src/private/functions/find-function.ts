import { CfnResource, aws_cloudfront as cloudfront, aws_lambda as lambda, aws_sam as sam } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { AttachableFunction, Refuse } from './attachable-function';
import { CfnFunction } from './cfn-function';
import { LambdaFunction } from './lambda-function';
import { SamFunction } from './sam-function';

export const EDGE = 'it runs in Lambda@Edge, which takes neither layers nor environment variables; leave it out';
const FUNCTION_TYPE = lambda.CfnFunction.CFN_RESOURCE_TYPE_NAME;

/**
 * The function's definition in this app: of a version or an alias what it points at, of a singleton what it stands for.
 *
 * @throws Error where it is not defined in this app, or not in a way that it could be changed
 */
export function findFunction(given: lambda.IFunction, refuse: Refuse): AttachableFunction {
  if (given instanceof cloudfront.experimental.EdgeFunction) {
    throw refuse(EDGE);
  }
  const pointedAt = 'lambda' in given ? (given as lambda.IVersion).lambda : given;
  const resource = pointedAt.permissionsNode.defaultChild;
  if (!CfnResource.isCfnResource(resource) || resource.cfnResourceType !== FUNCTION_TYPE) {
    throw refuse('it is imported, so its configuration is not part of this app; attach coverage in the app that defines it');
  }
  const fn = resource.node.scope;
  if (!(fn instanceof lambda.Function)) {
    throw refuse('it is not made by a lambda.Function of this aws-cdk-lib; define it with lambda.Function or NodejsFunction');
  }
  return new LambdaFunction(fn, resource as lambda.CfnFunction);
}

/** The function that a resource is; nothing where it is none that CDK has properties of. */
export function functionOfResource(resource: IConstruct): AttachableFunction | undefined {
  if (resource instanceof lambda.CfnFunction) {
    const { scope } = resource.node;
    return scope instanceof lambda.Function && scope.node.defaultChild === resource ? new LambdaFunction(scope, resource) : new CfnFunction(resource);
  }
  return resource instanceof sam.CfnFunction ? new SamFunction(resource) : undefined;
}

/** Whether a construct is a function, of whatever class: what attaching to everything has to account for. */
export function isFunctionResource(construct: IConstruct): construct is CfnResource {
  return CfnResource.isCfnResource(construct)
    && [FUNCTION_TYPE, sam.CfnFunction.CFN_RESOURCE_TYPE_NAME].includes(construct.cfnResourceType);
}
