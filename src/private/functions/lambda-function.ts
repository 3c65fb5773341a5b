import { Tokenization, type aws_iam as iam, aws_lambda as lambda } from 'aws-cdk-lib';
import { variablesOf, type AttachableFunction, type CodeLocation, type Refuse } from './attachable-function';

/** A function that is made by `lambda.Function` or what extends it. */
export class LambdaFunction implements AttachableFunction {
  public readonly codeProperty = 'Code';

  public constructor(public readonly fn: lambda.Function, public readonly resource: lambda.CfnFunction) {}

  public get construct(): lambda.Function {
    return this.fn;
  }

  public get isImage(): boolean {
    return this.resource.packageType === 'Image' || this.fn.runtime === lambda.Runtime.FROM_IMAGE;
  }

  public get runtime(): string | undefined {
    return this.resource.runtime;
  }

  public get latestOf(): lambda.RuntimeFamily | undefined {
    return this.fn.runtime.isVariable === true ? this.fn.runtime.family : undefined;
  }

  public get handler(): string | undefined {
    return this.resource.handler;
  }

  public set handler(handler: string | undefined) {
    this.resource.handler = handler;
  }

  public get layerCount(): number {
    return this.fn._layers.length;
  }

  public get code(): CodeLocation | undefined {
    const code = Tokenization.isResolvable(this.resource.code) ? undefined : this.resource.code;
    return code?.s3Key === undefined ? undefined : { bucket: code.s3Bucket!, key: code.s3Key };
  }

  public set code(location: CodeLocation | undefined) {
    this.resource.code = { s3Bucket: location?.bucket, s3Key: location?.key };
  }

  public get role(): iam.IRole | undefined {
    return this.fn.role;
  }

  public get grantPrincipal(): iam.IPrincipal {
    return this.fn.grantPrincipal;
  }

  public variables(): Record<string, string> {
    return variablesOf(this.resource, this.resource.environment);
  }

  public check(refuse: Refuse): void {
    if (!Tokenization.isResolvable(this.resource.environment)) {
      throw refuse("the 'environment' of its CfnFunction was replaced, so variables cannot be added; use addEnvironment of the function, or addPropertyOverride");
    }
  }

  public addLayer(layer: lambda.ILayerVersion): void {
    this.fn.addLayers(layer);
  }

  public setVariable(name: string, value: string): void {
    this.fn.addEnvironment(name, value);
  }
}
