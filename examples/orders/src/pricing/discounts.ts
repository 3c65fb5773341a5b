import { Money } from './money.js';

export interface Buyer {
  readonly yearsAsCustomer?: number;
}

type Voucher = (subtotal: Money, buyer: Buyer) => Money;

const NOTHING = new Money(0);

const VOUCHERS: Readonly<Record<string, Voucher>> = {
  WELCOME10: subtotal => subtotal.times(0.10),
  SUMMER25: subtotal => subtotal.units < 100_00 ? NOTHING : subtotal.times(0.25),
  FIVEOFF: subtotal => new Money(5_00).atMost(subtotal),
  THANKYOU: (subtotal, { yearsAsCustomer = 0 }) => subtotal.times(Math.min(yearsAsCustomer * 2, 15) / 100),
};

/** A code that is not known takes nothing off. */
export function voucherDiscount(subtotal: Money, code?: string, buyer: Buyer = {}): Money {
  return code && Object.hasOwn(VOUCHERS, code) ? VOUCHERS[code](subtotal, buyer) : NOTHING;
}

/** The share of the price that is taken off when several of one article are bought. */
export function volumeDiscountRate(quantity: number): number {
  if (quantity >= 50) {
    return 0.15;
  } else if (quantity >= 10) {
    return 0.05;
  }
  return 0;
}
