import { decimalsOf, type Currency } from './currency.js';

/** An exact amount, counted in the smallest unit of its currency. */
export class Money {
  static sum(amounts: Iterable<Money>, currency: Currency = 'EUR'): Money {
    let total = new Money(0, currency);
    for (const amount of amounts) {
      total = total.plus(amount);
    }
    return total;
  }

  readonly #units: number;

  constructor(units: number, readonly currency: Currency = 'EUR') {
    if (!Number.isSafeInteger(units)) {
      throw new RangeError(`an amount is a whole number of units, got ${units}`);
    }
    this.#units = units;
  }

  get units(): number {
    return this.#units;
  }

  get isZero(): boolean {
    return this.#units === 0;
  }

  plus(other: Money): Money {
    return new Money(this.#units + this.#unitsOf(other), this.currency);
  }

  minus(other: Money): Money {
    return new Money(this.#units - this.#unitsOf(other), this.currency);
  }

  times(factor: number): Money {
    return new Money(Math.round(this.#units * factor), this.currency);
  }

  /** At most the other amount. */
  atMost(other: Money): Money {
    return this.#units > this.#unitsOf(other) ? other : this;
  }

  toString(): string {
    const decimals = decimalsOf(this.currency);
    return `${(this.#units / 10 ** decimals).toFixed(decimals)} ${this.currency}`;
  }

  toJSON(): string {
    return this.toString();
  }

  #unitsOf(other: Money): number {
    if (other.currency !== this.currency) {
      throw new TypeError(`cannot mix ${this.currency} and ${other.currency}`);
    }
    return other.#units;
  }
}
