import { Money } from '../money';

export type Plan = 'free' | 'metered' | 'flat';

interface Tier {
  readonly upTo: number;
  readonly cents: number;
}

const METERS: Readonly<Record<string, readonly Tier[]>> = {
  requests: [{ upTo: 1_000, cents: 0 }, { upTo: 10_000, cents: 0.2 }, { upTo: Infinity, cents: 0.1 }],
  storage: [{ upTo: Infinity, cents: 3 }],
};

export function priceOf(plan: Plan, meter: string, units: number): Money {
  if (plan === 'free' || plan === 'flat') {
    return Money.zero;
  }
  const tiers = METERS[meter];
  if (tiers === undefined) {
    throw new RangeError(`meter '${meter}' has no price`);
  }
  let cents = 0;
  let from = 0;
  for (const { upTo, cents: each } of tiers) {
    cents += (Math.min(units, upTo) - from) * each;
    if (units <= upTo) break;
    from = upTo;
  }
  return Money.of(0, cents).times(1);
}
