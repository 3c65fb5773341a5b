import type { Order, OrderLine } from './parse';

export interface PricedOrder extends Order {
  /** All amounts in cents. */
  readonly net: number;
  readonly discount: number;
  readonly shipping: number;
  readonly tax: number;
  readonly total: number;
}

export const TAX_RATES: Readonly<Record<string, number>> = { AT: 0.2, CH: 0.081, DE: 0.19, FR: 0.2, GB: 0.2, US: 0 };

const EUROPEAN_UNION = new Set(['AT', 'DE', 'FR']);
const FREE_SHIPPING_FROM = 100_00;

export function priceOrder(order: Order): PricedOrder {
  let net = 0;
  for (const line of order.lines) {
    net += priceOfLine(line);
  }
  const discount = discountOf(net, order);
  const shipping = shippingOf(net - discount, order);
  const tax = Math.round((net - discount + shipping) * TAX_RATES[order.country]!);
  return { ...order, net, discount, shipping, tax, total: net - discount + shipping + tax };
}

function priceOfLine({ quantity, unitPrice }: OrderLine): number {
  let rate = 1;
  if (quantity >= 100) {
    rate = 0.85;
  } else if (quantity >= 10) {
    rate = 0.95;
  }
  return Math.round(quantity * unitPrice * rate);
}

function discountOf(net: number, { lines, customer }: Order): number {
  const distinct = lines.filter(({ quantity }) => quantity > 1).length;
  switch (true) {
    case customer.endsWith('(staff)'):
      return Math.round(net * 0.3);
    case net > 500_00 && distinct > 2:
      return Math.round(net * 0.05);
    case net > 1_000_00:
      return 25_00;
    default:
      return 0;
  }
}

function shippingOf(net: number, { country, express, lines }: Order): number {
  const abroad = !EUROPEAN_UNION.has(country);
  if (net >= FREE_SHIPPING_FROM && !abroad && !express) {
    return 0;
  }
  const parcels = Math.ceil(lines.reduce((sum, { quantity }) => sum + quantity, 0) / 20);
  return parcels * (abroad ? 14_90 : 4_90) + (express ? 9_90 : 0);
}
