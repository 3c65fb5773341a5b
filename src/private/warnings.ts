import { Annotations, App } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Where CDK keeps on the app what was acknowledged. */
const ACKNOWLEDGED = Symbol.for('@aws-cdk/core.Acknowledgements');

/** A warning that can be acknowledged by its id, and says how. */
export function warn(construct: IConstruct, id: string, message: string): void {
  if (!isAcknowledged(construct, id)) {
    Annotations.of(construct).addWarningV2(id, `${message}; if that is fine: Annotations.of(construct).acknowledgeWarning('${id}')`);
  }
}

/**
 * Whether a warning was acknowledged before there was one, as may be with those that an aspect gives. CDK looks that up for the constructs
 * around the one of the warning, and leaves out that itself.
 */
function isAcknowledged(construct: IConstruct, id: string): boolean {
  const kept = (App.of(construct) as { [ACKNOWLEDGED]?: { acks?: ReadonlyMap<string, ReadonlySet<string>> } } | undefined)?.[ACKNOWLEDGED];
  return kept?.acks?.get(construct.node.path)?.has(id) === true;
}
