import { Reference, Token, Tokenization, aws_iam as iam, type aws_lambda as lambda, type aws_sam as sam } from 'aws-cdk-lib';
import { variablesOf, type AttachableFunction, type CodeLocation, type Refuse } from './attachable-function';

const ROLE_ID = 'CoverageRole';

/** A function that is a resource by itself, without a construct around it that knows how it is changed. */
export abstract class ResourceFunction<Resource extends lambda.CfnFunction | sam.CfnFunction> implements AttachableFunction {
  public abstract readonly codeProperty: string;
  public readonly latestOf = undefined;

  public constructor(public readonly resource: Resource) {}

  public abstract get code(): CodeLocation | undefined;
  public abstract set code(location: CodeLocation | undefined);
  public abstract get role(): iam.IRole | undefined;
  public abstract get grantPrincipal(): iam.IPrincipal;

  public get construct(): Resource {
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

  public variables(): Record<string, string> {
    return variablesOf(this.resource, this.resource.environment);
  }

  /** @throws Error where layers or variables are tokens, to which nothing can be added */
  public check(refuse: Refuse): void {
    const { environment, layers } = this.resource;
    const variables = Tokenization.isResolvable(environment) ? environment : environment?.variables;
    if (Tokenization.isResolvable(variables)) {
      throw refuse("its 'environment' is a token, so variables cannot be added; give an object with 'variables'");
    }
    if (Token.isUnresolved(layers)) {
      throw refuse("its 'layers' are a token, so a layer cannot be added; give a list");
    }
  }

  public addLayer(layer: lambda.ILayerVersion): void {
    this.resource.layers = [...this.resource.layers ?? [], layer.layerVersionArn];
  }

  public setVariable(name: string, value: string): void {
    this.resource.environment = { variables: { ...this.variables(), [name]: value } };
  }

  /** The construct of the role that it names by its ARN, where that is one of this app, and so can be given rights. */
  protected roleBehind(): iam.IRole {
    const arn = this.resource.role!;
    const [reference] = Tokenization.reverseString(arn).tokens;
    const target = reference && Reference.isReference(reference) ? reference.target : undefined;
    if (target instanceof iam.Role) {
      return target;
    }
    if (target instanceof iam.CfnRole) {
      return target.node.scope instanceof iam.Role ? target.node.scope : iam.Role.fromRoleName(this.resource, ROLE_ID, target.ref);
    }
    return iam.Role.fromRoleArn(this.resource, ROLE_ID, arn);
  }
}
