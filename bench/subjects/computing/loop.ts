/** Tight loops: the longest Collatz sequence, and the primes by a sieve. */
import { measured } from './work';

function collatz(limit: number): number {
  let longest = 0;
  for (let start = 1; start < limit; start++) {
    let value = start;
    let steps = 0;
    while (value !== 1) {
      if (value % 2 === 0) {
        value /= 2;
      } else {
        value = 3 * value + 1;
      }
      steps++;
    }
    if (steps > longest) {
      longest = steps;
    }
  }
  return longest;
}

function primes(limit: number): number {
  const composite = new Uint8Array(limit);
  let count = 0;
  for (let candidate = 2; candidate < limit; candidate++) {
    if (composite[candidate]) {
      continue;
    }
    count++;
    for (let multiple = candidate * 2; multiple < limit; multiple += candidate) {
      composite[multiple] = 1;
    }
  }
  return count;
}

export const handler = measured((size) => size, (size) => collatz(size) + primes(size * 10));
