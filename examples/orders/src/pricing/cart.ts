import { voucherDiscount, volumeDiscountRate, type Buyer } from './discounts.js';
import { Money } from './money.js';

export interface CartLine {
  readonly sku: string;
  readonly quantity: number;
}

export interface PricedCart {
  readonly subtotal: Money;
  readonly discount: Money;
  readonly total: Money;
}

/** In cents. */
const PRICE_LIST: Record<string, number> = {
  'mug-blue': 12_50,
  'mug-white': 11_00,
  'teapot': 49_90,
  'tea-assam': 8_75,
  'tea-sencha': 14_20,
  'gift-card': 25_00,
};

export function isListed(sku: string): boolean {
  return Object.hasOwn(PRICE_LIST, sku);
}

export function priceOf({ sku, quantity }: CartLine): Money {
  return new Money(PRICE_LIST[sku]).times(quantity * (1 - volumeDiscountRate(quantity)));
}

export function priceCart(lines: readonly CartLine[], voucher?: string, buyer?: Buyer): PricedCart {
  const subtotal = Money.sum(lines.map(priceOf));
  const discount = voucherDiscount(subtotal, voucher, buyer);
  return { subtotal, discount, total: subtotal.minus(discount) };
}
