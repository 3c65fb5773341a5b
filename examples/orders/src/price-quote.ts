import { isListed, priceCart, type CartLine } from './pricing/cart.js';
import { parseCurrency } from './pricing/currency.js';
import { ExchangeRates, publishedRates } from './pricing/exchange-rates.js';
import { type Money } from './pricing/money.js';

export interface PriceQuoteEvent {
  readonly lines: readonly CartLine[];
  readonly currency?: string;
  readonly voucher?: string;
}

export interface PriceQuote {
  readonly subtotal: Money;
  readonly discount?: Money;
  readonly total: Money;
  /** Articles that are not for sale and so not in the price. */
  readonly notForSale?: readonly string[];
}

const rates = await ExchangeRates.load(publishedRates());

export async function handler({ lines, currency, voucher }: PriceQuoteEvent): Promise<PriceQuote> {
  const target = parseCurrency(currency);
  const notForSale = lines.filter(line => !isListed(line.sku)).map(line => line.sku);
  const { subtotal, discount, total } = priceCart(lines.filter(line => isListed(line.sku)), voucher);
  return {
    subtotal: rates.convert(subtotal, target),
    discount: discount.isZero ? undefined : rates.convert(discount, target),
    total: rates.convert(total, target),
    ...(notForSale.length > 0 && { notForSale }),
  };
}
