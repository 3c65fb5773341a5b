import type { ConditionalTwin } from './conditional-twins';

/**
 * How often the parts of a script ran, by one way of counting. T is a number, or what will be one: before anything has run it can be said
 * which counters a number will be made of.
 */
export interface Counts<T> {
  /** Of what is not in the script. */
  readonly never: T;
  /** Whether the value of a default has a count of its own. */
  readonly knowsDefaults: boolean;

  /** How often a place was come to: what begins at an offset was evaluated, or a function's body was entered. */
  at(offset: number): T;
  /** How often the test of a conditional held, and how often it did not. */
  arms(twin: ConditionalTwin): readonly [T, T];
  /** Of several places that stand for the same one. */
  most(counts: readonly T[]): T;
  sum(counts: readonly T[]): T;
  /** What is left of a count without those of another one that are a part of it. */
  less(count: T, part: T): T;
}
