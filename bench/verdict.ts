import type { Estimate } from './estimate';
import type { Measurement } from './measurement';
import type { Row, Target } from './row';

/** Undecided where the interval reaches to both sides of the limit. */
export type Verdict = 'met' | 'not met' | 'undecided';

/** What a measurement says of a target, or nothing where it says nothing of it. */
export function verdictOn(target: Target, { variants }: Row, measurement: Measurement): Verdict | undefined {
  if (target.subjects && !target.subjects.includes(measurement.subject)) {
    return undefined;
  }
  const estimate = estimateFor(target, target.to ?? variants[0]!, measurement);
  if (!estimate) {
    return undefined;
  }
  if (estimate.high <= target.max) {
    return 'met';
  }
  return estimate.low > target.max ? 'not met' : 'undecided';
}

function estimateFor({ kind }: Target, other: string, { values, comparisons }: Measurement): Estimate | undefined {
  return kind === 'value' ? values.ours : comparisons.find(({ of, to }) => of === 'ours' && to === other)?.[kind];
}
