import type { IConstruct } from 'constructs';

/** An error that begins with the path of the construct it is about, which is how it is found among hundreds. */
export function errorAt(construct: IConstruct, message: string): Error {
  return new Error(`${construct.node.path}: ${message}`);
}

/** Why coverage cannot be attached to a function. */
export class Refusal extends Error {
  public constructor(construct: IConstruct, coverage: IConstruct, public readonly reason: string) {
    super(errorAt(construct, `coverage of '${coverage.node.path}' cannot be attached: ${reason}`).message);
  }
}
