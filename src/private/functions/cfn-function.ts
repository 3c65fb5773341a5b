import { Reference, Token, Tokenization, aws_iam as iam, aws_lambda as lambda, aws_sam as sam } from 'aws-cdk-lib';
import { variablesOf, type AttachableFunction, type CodeLocation, type Refuse } from './attachable-function';

const ROLE_ID = 'CoverageRole';

/** A function that is a resource by itself, such as those of a template that was included: `AWS::Lambda::Function`. */
export class CfnFunction implements AttachableFunction {
  public readonly codeProperty = 'Code';
  public readonly isLatestNode = false;
  private grantedRole?: iam.IRole;

  public constructor(public readonly resource: lambda.CfnFunction) {}

  public get construct(): lambda.CfnFunction {
    return this.resource;
  }

  public get isImage(): boolean {
    return this.resource.packageType === 'Image';
  }

  public get runtime(): string | undefined {
    return this.resource.runtime;
  }

  public get handler(): string | undefined {
    return this.resource.handler;
  }

  public set handler(handler: string | undefined) {
    this.resource.handler = handler;
  }

  public get layerCount(): number {
    return this.resource.layers?.length ?? 0;
  }

  public get code(): CodeLocation | undefined {
    const code = Tokenization.isResolvable(this.resource.code) ? undefined : this.resource.code;
    return code?.s3Key === undefined ? undefined : { bucket: code.s3Bucket!, key: code.s3Key };
  }

  public set code(location: CodeLocation | undefined) {
    this.resource.code = { s3Bucket: location?.bucket, s3Key: location?.key };
  }

  public get role(): iam.IRole {
    return (this.grantedRole ??= roleBehind(this.resource));
  }

  public get grantPrincipal(): iam.IPrincipal {
    return this.role;
  }

  public variables(): Record<string, string> {
    return variablesOf(this.resource, this.resource.environment);
  }

  public check(refuse: Refuse): void {
    checkLists(this.resource, refuse);
  }

  public addLayer(layer: lambda.ILayerVersion): void {
    this.resource.layers = [...this.resource.layers ?? [], layer.layerVersionArn];
  }

  public setVariable(name: string, value: string): void {
    this.resource.environment = { variables: { ...this.variables(), [name]: value } };
  }
}

/** @throws Error where layers or variables are tokens, to which nothing can be added */
export function checkLists({ environment, layers }: lambda.CfnFunction | sam.CfnFunction, refuse: Refuse): void {
  const variables = Tokenization.isResolvable(environment) ? environment : environment?.variables;
  if (Tokenization.isResolvable(variables)) {
    throw refuse("its 'environment' is a token, so variables cannot be added; give an object with 'variables'");
  }
  if (Token.isUnresolved(layers)) {
    throw refuse("its 'layers' are a token, so a layer cannot be added; give a list");
  }
}

/** The construct of a role that a resource names by its ARN, where it is one of this app, and so can be given rights. */
export function roleBehind(resource: lambda.CfnFunction | sam.CfnFunction): iam.IRole {
  const arn = resource.role!;
  const [reference] = Tokenization.reverseString(arn).tokens;
  const target = reference && Reference.isReference(reference) ? reference.target : undefined;
  if (target instanceof iam.Role) {
    return target;
  }
  if (target instanceof iam.CfnRole) {
    return target.node.scope instanceof iam.Role ? target.node.scope : iam.Role.fromRoleName(resource, ROLE_ID, target.ref);
  }
  return iam.Role.fromRoleArn(resource, ROLE_ID, arn);
}
