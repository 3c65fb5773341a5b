import { clearTimeout, unreferencedTimer } from '../platform';

/** How long before the timeout there is a first try, as a part of the time that the invocation had, and its bounds in milliseconds. */
const PART = 5;
const SHORTEST = 100;
const LONGEST = 1_000;
/** How long before the timeout what ran since is put on disk. */
const LAST_MOMENT = 50;

export interface DeadlineActions {
  /** Takes what ran so far, and uploads it within that many milliseconds. */
  flush(limit: number): void;
  /** Takes what ran since and keeps it; there is no time for more. */
  save(): void;
}

/**
 * Acts ahead of an invocation's timeout, when Lambda kills the process without a word.
 *
 * @param remaining milliseconds that are left
 * @returns what calls it off
 */
export function beforeDeadline(remaining: number, { flush, save }: DeadlineActions): () => void {
  const ahead = Math.min(LONGEST, Math.max(SHORTEST, remaining / PART));
  const timers = [
    unreferencedTimer(Math.max(1, remaining - ahead), () => flush(ahead - LAST_MOMENT)),
    unreferencedTimer(Math.max(1, remaining - LAST_MOMENT), save),
  ];
  return () => timers.forEach((timer) => clearTimeout(timer));
}
