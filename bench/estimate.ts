import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { median, quantile, sampleWithReplacement } from 'simple-statistics';

const RESAMPLES = 1_000;

/** A median with the interval that holds the true one 95 times of 100. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Numbers of a quantity, grouped by the processes that they come from. */
export type Groups = ReadonlyArray<readonly number[]>;

/** By the bootstrap in two stages: numbers of one process are more like each other than like those of another. */
export function estimate(groups: Groups, random: () => number): Estimate {
  const medians = Array.from({ length: RESAMPLES }, () => {
    const resampled = sampleWithReplacement([...groups], groups.length, random);
    return median(resampled.flatMap((group) => sampleWithReplacement([...group], group.length, random)));
  });
  return { median: median(groups.flat()), low: quantile(medians, 0.025), high: quantile(medians, 0.975) };
}

/** Combines the samples that were taken together. */
export function paired(groups: Groups, others: Groups, combine: (value: number, other: number) => number): Groups {
  return groups.map((group, round) => group.map((value, at) => combine(value, others[round]![at]!)));
}

/** Numbers from 0 to 1, the same for the same seed. */
export function seededRandom(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}
