import type { Duration } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { errorAt } from './errors';

/** The longest that a function may run. */
const MAX_SECONDS = 900;

/** @throws Error unless the duration is known and whole seconds, from 1 second to 15 minutes */
export function wholeSeconds(scope: IConstruct, prop: string, duration: Duration): number {
  checkKnown(scope, prop, duration);
  const seconds = duration.toSeconds({ integral: false });
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_SECONDS) {
    throw errorAt(scope, `${prop} of ${seconds} seconds is not allowed; give whole seconds, from 1 second to 15 minutes`);
  }
  return seconds;
}

/** @throws Error unless the duration is known and whole days, at least 1 */
export function wholeDays(scope: IConstruct, prop: string, duration: Duration): number {
  checkKnown(scope, prop, duration);
  const days = duration.toDays({ integral: false });
  if (!Number.isInteger(days) || days < 1) {
    throw errorAt(scope, `${prop} of ${days} days is not allowed; give whole days, at least 1`);
  }
  return days;
}

function checkKnown(scope: IConstruct, prop: string, duration: Duration): void {
  if (duration.isUnresolved()) {
    throw errorAt(scope, `${prop} is a token, whose value is not known before deployment; give a literal duration`);
  }
}
