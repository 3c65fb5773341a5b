import { now } from '../platform';

/** So many holds in a row that end without everything having arrived. */
const FAILURES = 3;
const FIRST_PAUSE = 60_000;
const LONGEST_PAUSE = 600_000;

/**
 * Whether it is worth holding the environment for an upload: after repeated failures there is a pause, in which coverage is
 * kept and not sent, so that a function without a way to S3 stays fast. Each further failure doubles the pause.
 */
export class CircuitBreaker {
  private failures = 0;
  private openUntil = 0;

  public get isOpen(): boolean {
    return now() < this.openUntil;
  }

  public succeeded(): void {
    this.failures = 0;
    this.openUntil = 0;
  }

  public failed(): void {
    this.failures++;
    if (this.failures >= FAILURES) {
      this.openUntil = now() + Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.failures - FAILURES));
    }
  }
}
