import { Money } from '../money';

export interface Context {
  readonly plan: string;
  readonly net: Money;
  readonly coupons: readonly string[];
  readonly months: number;
}

interface Discount {
  readonly name: string;
  readonly percent: number;
  readonly cap?: Money;
}

type Rule = (context: Context) => Discount | false | undefined;

const RULES: readonly Rule[] = [
  ({ months }) => months >= 24 ? { name: 'loyal', percent: months >= 60 ? 10 : 5 } : undefined,
  ({ net, plan }) => plan === 'metered' && net.isMoreThan(Money.of(100)) && { name: 'volume', percent: 8, cap: Money.of(20) },
  function coupon({ coupons }) {
    let best: Discount | undefined;
    for (const code of coupons) {
      const [, digits] = /^SAVE(\d{1,2})$/.exec(code) ?? [];
      if (!digits) continue;
      const percent = Number(digits);
      if (!best || percent > best.percent) best = { name: code, percent, ...(percent > 50 ? { cap: Money.of(50) } : {}) };
    }
    return best;
  },
];

export function discounts(context: Context): Discount[] {
  const found: Discount[] = [];
  for (const rule of RULES) {
    const discount = rule(context);
    discount && found.push(discount);
  }
  return found.length > 2 ? found.slice(0, 2) : found;
}
