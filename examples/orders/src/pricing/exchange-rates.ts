import { isCurrency, type Currency } from './currency.js';
import { Money } from './money.js';

export interface PublishedRate {
  readonly currency: string;
  /** How much of the currency one euro buys, in smallest units for smallest units. */
  readonly perEuro: number;
}

export class ExchangeRates {
  /** Rates of currencies that the shop does not trade in are left out. */
  static async load(feed: AsyncIterable<PublishedRate>): Promise<ExchangeRates> {
    const rates = new Map<Currency, number>([['EUR', 1]]);
    for await (const { currency, perEuro } of feed) {
      if (!isCurrency(currency)) continue;
      rates.set(currency, perEuro);
    }
    return new ExchangeRates(rates);
  }

  readonly #rates: ReadonlyMap<Currency, number>;

  private constructor(rates: ReadonlyMap<Currency, number>) {
    this.#rates = rates;
  }

  get currencies(): Currency[] {
    return [...this.#rates.keys()].sort();
  }

  /** Converts an amount in euros. */
  convert(amount: Money, to: Currency): Money {
    if (amount.currency === to) return amount;
    const rate = this.#rates.get(to);
    if (rate === undefined) {
      throw new Error(`no rate for ${to}, only for ${this.currencies.join(', ')}`);
    }
    return new Money(Math.round(amount.units * rate), to);
  }
}

/** Stands for the feed of a central bank. */
export async function* publishedRates(): AsyncGenerator<PublishedRate> {
  yield { currency: 'USD', perEuro: 1.09 };
  yield { currency: 'CHF', perEuro: 0.96 };
  yield { currency: 'GBP', perEuro: 0.85 };
  yield { currency: 'JPY', perEuro: 1.62 };
}
