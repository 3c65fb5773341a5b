import type { CfnResource } from 'aws-cdk-lib';

/** A finding of cdk-nag that is meant to be, with the reason; `appliesTo` has what of the finding it is about, as cdk-nag writes it. */
export interface Suppression {
  readonly id: string;
  readonly reason: string;
  readonly appliesTo?: ReadonlyArray<string | { readonly regex: string }>;
}

/** In the metadata that cdk-nag reads from resources, so that neither the package nor who does not use cdk-nag needs it. */
export function suppressNag(resource: CfnResource, ...suppressions: readonly Suppression[]): void {
  const known = (resource.cfnOptions.metadata?.cdk_nag as { rules_to_suppress?: readonly object[] } | undefined)?.rules_to_suppress ?? [];
  const rules = suppressions.map(({ id, reason, appliesTo }) => ({ id, reason, ...(appliesTo && { applies_to: [...appliesTo] }) }));
  const added = rules.filter((rule) => !known.some((one) => JSON.stringify(one) === JSON.stringify(rule)));
  resource.addMetadata('cdk_nag', { rules_to_suppress: [...known, ...added] });
}

/** The right to objects below a prefix, which only a wildcard can say. */
export function objectsBelow(prefix: string, reason: string): Suppression {
  return { id: 'AwsSolutions-IAM5', reason, appliesTo: [{ regex: `/^Resource::.+\\/${prefix.replace(/[^A-Za-z0-9_-]/g, '\\$&')}\\*$/` }] };
}
