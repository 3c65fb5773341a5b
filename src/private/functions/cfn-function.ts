import { Tokenization, type aws_iam as iam, type aws_lambda as lambda } from 'aws-cdk-lib';
import type { CodeLocation } from './attachable-function';
import { ResourceFunction } from './resource-function';

/** A function such as those of a template that was included: `AWS::Lambda::Function`. */
export class CfnFunction extends ResourceFunction<lambda.CfnFunction> {
  public readonly codeProperty = 'Code';
  private grantedRole?: iam.IRole;

  public get code(): CodeLocation | undefined {
    const code = Tokenization.isResolvable(this.resource.code) ? undefined : this.resource.code;
    return code?.s3Key === undefined ? undefined : { bucket: code.s3Bucket!, key: code.s3Key };
  }

  public set code(location: CodeLocation | undefined) {
    this.resource.code = { s3Bucket: location?.bucket, s3Key: location?.key };
  }

  public get role(): iam.IRole {
    return (this.grantedRole ??= this.roleBehind());
  }

  public get grantPrincipal(): iam.IPrincipal {
    return this.role;
  }
}
