import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';

/** An IAM statement with its actions and resources as lists, whichever of their forms the template has. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string[];
  readonly Resource: unknown[];
  readonly Condition?: object;
}

/** The statements of all identity policies of a stack. */
export function statementsOf(stack: Stack): Statement[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
    .flatMap((policy) => policy.Properties.PolicyDocument.Statement)
    .map(({ Action, Resource, ...rest }) => ({ ...rest, Action: [Action].flat(), Resource: [Resource].flat() }));
}
