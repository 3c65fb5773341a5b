/**
 * Mulberry32, a generator of 32 bits of state: numbers from 0 to below 1 that are the same for the same seed.
 *
 * @see https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
 */
export function mulberry32(seed: number): () => number {
  let state = seed;
  /* eslint-disable no-bitwise -- it is arithmetic on 32 bits */
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
  /* eslint-enable no-bitwise */
}
