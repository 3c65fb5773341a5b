import { shuffle } from 'simple-statistics';
import type { Deployment } from './deployment';
import type { Groups } from './estimate';
import type { NodeVersion, Plan, Probe, Row } from './row';
import type { SubjectName } from './subjects';
import type { VariantName } from './variants';
import type { LocalS3 } from '../test/s3/local-s3';

/** Samples by variant and metric, grouped by round. Samples at the same place were taken right after each other. */
export type Samples = Readonly<Record<string, Readonly<Record<string, Groups>>>>;

interface Where {
  readonly subject: SubjectName;
  readonly node: NodeVersion;
  readonly deployment: Deployment;
  readonly s3: LocalS3;
}

/** Measures all variants in turns, in a new random order each time, so that a drift of the machine hits all alike. */
export async function interleaved(row: Row, where: Where, plan: Plan, random: () => number): Promise<Samples> {
  const rounds: Array<Record<string, Array<Readonly<Record<string, number>>>>> = [];
  for (let round = 0; round < plan.rounds; round++) {
    const samples = Object.fromEntries(row.variants.map((variant): [string, Array<Record<string, number>>] => [variant, []]));
    const probes = new Map<VariantName, Probe>();
    for (const variant of shuffle([...row.variants], random)) {
      probes.set(variant, await row.prepare({ ...where, memorySize: row.memorySize, variant }));
    }
    for (let repetition = -plan.warmUps; repetition < plan.repetitions; repetition++) {
      for (const variant of shuffle([...row.variants], random)) {
        const sample = await probes.get(variant)!.sample();
        if (repetition >= 0) {
          samples[variant]!.push(sample);
        }
      }
    }
    for (const probe of probes.values()) {
      await probe.close();
    }
    rounds.push(samples);
  }
  const groups = (variant: string, metric: string) => rounds.map((samples) => samples[variant]!.map((sample) => sample[metric]!));
  return Object.fromEntries(row.variants.map((variant) =>
    [variant, Object.fromEntries(Object.keys(row.metrics).map((metric) => [metric, groups(variant, metric)]))]));
}
