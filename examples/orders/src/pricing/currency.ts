export type Currency = 'EUR' | 'GBP' | 'JPY' | 'USD';

/** How many digits follow the decimal point. */
const DECIMALS: Record<Currency, number> = { EUR: 2, GBP: 2, JPY: 0, USD: 2 };

export class UnknownCurrencyError extends Error {
  override readonly name = 'UnknownCurrencyError';

  constructor(code: string) {
    super(`unknown currency '${code}', expected one of ${Object.keys(DECIMALS).join(', ')}`);
  }
}

export function isCurrency(code: string): code is Currency {
  return Object.hasOwn(DECIMALS, code);
}

export function parseCurrency(code = 'EUR'): Currency {
  const candidate = code.trim().toUpperCase();
  if (!isCurrency(candidate)) throw new UnknownCurrencyError(code);
  return candidate;
}

export function decimalsOf(currency: Currency): number {
  return DECIMALS[currency];
}
