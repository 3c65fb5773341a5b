import type { IConstruct } from 'constructs';

/** Kept on the function itself, under a name that every copy of this package knows. */
const OWN = Symbol.for('cdk-lambda-coverage.own');

/** Marks a function as part of coverage itself: its own coverage would be in everybody's report. */
export function markOwnFunction(fn: IConstruct): void {
  Object.defineProperty(fn, OWN, { value: true });
}

export function isOwnFunction(fn: IConstruct): boolean {
  return OWN in fn;
}
