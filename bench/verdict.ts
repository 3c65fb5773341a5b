import type { Estimate } from './estimate';
import type { Measurement } from './measurement';
import type { Target } from './row';

/** Undecided where the interval reaches to both sides of the limit. */
export type Verdict = 'met' | 'not met' | 'undecided';

/** Of a target that a number is for, without an interval. */
export function metText(isMet: boolean): string {
  return isMet ? 'met' : '**not met**';
}

/** What a measurement says of a target, or nothing where it says nothing of it. */
export function verdictOn(target: Target, measurement: Measurement): Verdict | undefined {
  if (target.subjects && !target.subjects.includes(measurement.subject)) {
    return undefined;
  }
  const estimate = estimateFor(target, measurement);
  if (!estimate) {
    return undefined;
  }
  if (estimate.high <= target.max) {
    return 'met';
  }
  return estimate.low > target.max ? 'not met' : 'undecided';
}

function estimateFor({ kind, of = 'ours', to = 'plain' }: Target, { values, comparisons }: Measurement): Estimate | undefined {
  return kind === 'value' ? values[of] : comparisons.find((pair) => pair.of === of && pair.to === to)?.[kind];
}
