/** A monthly bill run: pages of usage, tiered prices, discounts by rules, taxes, rounding, a report. */
import { Money } from './money';
import { pages, type Page } from './pages';
import { discounts, type Context } from './rules/discounts';
import { priceOf, type Plan } from './rules/tiers';

interface Account {
  readonly id: string;
  readonly plan: Plan;
  readonly country?: string;
  readonly vatId?: string;
  readonly since?: string;
  readonly coupons?: readonly string[];
}

interface Event {
  readonly month: string;
  readonly accounts: readonly Account[];
  readonly usage: readonly Page[];
  readonly failOn?: string;
}

const VAT: Readonly<Record<string, number>> = { DE: 19, FR: 20, LU: 17 };

export const handler = async (event: Event) => {
  const month = parseMonth(event.month);
  const totals = await collect(event.usage);
  const bills = [];
  const errors: string[] = [];
  for (const account of event.accounts) {
    try {
      if (account.id === event.failOn) throw new Error(`account ${account.id} is locked`);
      bills.push(bill(account, totals.get(account.id) ?? new Map<string, number>(), month));
    } catch (error) {
      errors.push(error instanceof Error ? error.message : String(error));
      if (errors.length > 2) {
        break;
      }
    }
  }
  const sum = bills.reduce((all, { total }) => all.plus(total), Money.zero);
  return { month: `${month.year}-${month.month}`, bills: bills.map((one) => ({ ...one, total: one.total.toString() })), sum: sum.toString(), errors };
};

function parseMonth(text: string): { year: number; month: number; days: number } {
  const [year, month] = text.split('-').map(Number) as [number, number];
  if (!(month >= 1 && month <= 12)) {
    throw new RangeError(`'${text}' is not a month`);
  }
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return { year, month, days };
}

async function collect(source: readonly Page[]): Promise<Map<string, Map<string, number>>> {
  const totals = new Map<string, Map<string, number>>();
  for await (const { account, meter, units, ...rest } of pages(source)) {
    if (units === 0) continue;
    const meters = totals.get(account) ?? new Map<string, number>();
    totals.set(account, meters);
    meters.set(meter, (meters.get(meter) ?? 0) + ('weight' in rest && rest.weight ? units * rest.weight : units));
  }
  return totals;
}

function bill(account: Account, usage: ReadonlyMap<string, number>, { year, month, days }: ReturnType<typeof parseMonth>) {
  const { plan, country = 'DE', coupons = [] } = account;
  const lines: Array<{ text: string; amount: Money }> = [];
  for (const [meter, units] of usage) {
    const price = priceOf(plan, meter, units);
    if (price.isZero) {
      continue;
    }
    lines.push({ text: `${units} ${meter}`, amount: price });
  }
  if (plan === 'flat') lines.push({ text: 'flat rate', amount: prorated(account, year, month, days) });
  const net = lines.reduce((all, { amount }) => all.plus(amount), Money.zero);
  const context: Context = { plan, net, coupons, months: account.since ? monthsSince(account.since, year, month) : 0 };
  const applied = discounts(context);
  const reduced = applied.reduce((rest, { percent, cap }) => {
    const off = rest.percent(percent);
    return rest.minus(cap && off.isMoreThan(cap) ? cap : off);
  }, net);
  const rate = taxRate(country, account.vatId);
  const total = reduced.plus(reduced.percent(rate));
  return { account: account.id, lines: lines.map(({ text, amount }) => `${text}: ${amount}`), discounts: applied.map(({ name }) => name), rate, total };
}

function prorated({ since }: Account, year: number, month: number, days: number): Money {
  const full = Money.of(30, 0);
  if (!since) return full;
  const [y, m, d] = since.split('-').map(Number) as [number, number, number];
  if (y > year || (y === year && m > month)) {
    return Money.zero;
  }
  return y === year && m === month ? full.times((days - d + 1) / days) : full;
}

function monthsSince(since: string, year: number, month: number): number {
  const [y, m] = since.split('-').map(Number) as [number, number];
  return Math.max(0, (year - y) * 12 + month - m);
}

function taxRate(country: string, vatId: string | undefined): number {
  if (vatId?.startsWith(country)) {
    return country === 'DE' ? VAT.DE! : 0;
  }
  return VAT[country] ?? 0;
}
