import { InvalidArgumentError } from 'commander';

/** @throws InvalidArgumentError */
export function parsePercentage(value: string): number {
  const number = value.trim() === '' ? Number.NaN : Number(value.replace(/%$/, ''));
  if (!(number >= 0 && number <= 100)) {
    throw new InvalidArgumentError(`'${value}' is not a percentage from 0 to 100.`);
  }
  return number;
}
