import { estimate, paired, type Estimate } from './estimate';
import type { Samples } from './interleaving';
import type { Mode, NodeVersion, Plan, Row } from './row';
import type { AddonName } from './runtime-client';
import type { SubjectName } from './subjects';
import type { VariantName } from './variants';

/** One metric of a row on one subject and one version of Node.js. */
export interface Measurement {
  readonly row: string;
  readonly metric: string;
  readonly subject: SubjectName;
  readonly node: NodeVersion;
  readonly mode: Mode;
  readonly plan: Plan;
  readonly seed: number;
  readonly commit: string;
  readonly at: string;
  /** How many processes wanted a core in the minute before the run. */
  readonly load: number;
  readonly addon: AddonName;
  readonly values: Readonly<Partial<Record<VariantName, Estimate>>>;
  /** Of pairs: each variant with `plain` and `layer`, and `ours` with each. */
  readonly comparisons: readonly Comparison[];
}

export interface Comparison {
  readonly of: VariantName;
  readonly to: VariantName;
  readonly difference: Estimate;
  readonly ratio: Estimate;
}

/** What the samples say of one metric. */
export function evaluate(row: Row, metric: string, samples: Samples, random: () => number): Pick<Measurement, 'values' | 'comparisons'> {
  const groups = (variant: VariantName) => samples[variant]![metric]!;
  const pairs = row.variants.flatMap((of, index) => row.variants.slice(0, index).map((to) => ({ of, to })));
  return {
    values: Object.fromEntries(row.variants.map((variant) => [variant, estimate(groups(variant), random)])),
    comparisons: pairs.filter(({ of, to }) => of === 'ours' || to === 'plain' || to === 'layer').map(({ of, to }) => ({
      of,
      to,
      difference: estimate(paired(groups(of), groups(to), (value, other) => value - other), random),
      ratio: estimate(paired(groups(of), groups(to), (value, other) => value / other), random),
    })),
  };
}
