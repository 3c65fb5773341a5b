import { Fn, Stack, Tokenization, aws_iam as iam, type aws_sam as sam } from 'aws-cdk-lib';
import type { CodeLocation, Refuse } from './attachable-function';
import { ResourceFunction } from './resource-function';

type Policy = Extract<sam.CfnFunction['policies'], readonly unknown[]>[number];

/** A function of a template of the Serverless Application Model: `AWS::Serverless::Function`. */
export class SamFunction extends ResourceFunction<sam.CfnFunction> {
  public readonly codeProperty = 'CodeUri';
  private principal?: iam.IPrincipal;

  public get code(): CodeLocation | undefined {
    const { codeUri } = this.resource;
    return codeUri === undefined || typeof codeUri === 'string' || Tokenization.isResolvable(codeUri) ? undefined : codeUri;
  }

  public set code(location: CodeLocation | undefined) {
    this.resource.codeUri = location;
  }

  public get role(): iam.IRole | undefined {
    const principal = this.grantPrincipal;
    return principal instanceof PoliciesOfFunction ? undefined : principal as iam.IRole;
  }

  public get grantPrincipal(): iam.IPrincipal {
    return (this.principal ??= this.resource.role === undefined ? new PoliciesOfFunction(this.resource) : this.roleBehind());
  }

  public override check(refuse: Refuse): void {
    super.check(refuse);
    if (this.resource.role === undefined && Tokenization.isResolvable(this.resource.policies)) {
      throw refuse("its 'policies' are a token, so the right to write coverage cannot be added; give a list");
    }
  }
}

/** The role that SAM makes for a function gets what its `Policies` say. */
class PoliciesOfFunction extends iam.PrincipalBase {
  public readonly policyFragment: iam.PrincipalPolicyFragment;
  /** Where it is not known, CDK names the principal in the policies of resources, too. */
  public override readonly principalAccount: string;

  public constructor(private readonly resource: sam.CfnFunction) {
    super();
    this.principalAccount = Stack.of(resource).account;
    this.policyFragment = new iam.PrincipalPolicyFragment({ AWS: [Fn.getAtt(`${resource.logicalId}Role`, 'Arn').toString()] });
  }

  public override addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    const { policies } = this.resource;
    const document = { version: '2012-10-17', statement: [statement.toStatementJson()] };
    const before = policies === undefined ? [] : [policies].flat() as Policy[];
    this.resource.policies = [...before, document];
    return { statementAdded: true, policyDependable: this.resource };
  }

  public dedupeString(): undefined {
    return undefined;
  }
}
