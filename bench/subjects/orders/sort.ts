import type { PricedOrder } from './price';

export interface Summary {
  readonly first?: string;
  readonly totalByCountry: Readonly<Record<string, number>>;
}

/** Express first, then the older, then the more valuable ones. */
export function byUrgency(a: PricedOrder, b: PricedOrder): number {
  if (a.express !== b.express) {
    return a.express ? -1 : 1;
  }
  const days = Math.floor(a.placedAt.getTime() / 86_400_000) - Math.floor(b.placedAt.getTime() / 86_400_000);
  if (days !== 0) {
    return days;
  }
  return b.total - a.total || (a.id < b.id ? -1 : 1);
}

export function summarize(orders: readonly PricedOrder[]): Summary {
  const totalByCountry: Record<string, number> = {};
  for (const { country, total } of orders) {
    totalByCountry[country] = (totalByCountry[country] ?? 0) + total;
  }
  return { first: orders[0]?.id, totalByCountry };
}
