import type { Collector } from './collector';
import { now, unreferencedTimer } from '../platform';

/** Milliseconds between two uploads at least; and at most where there is always an invocation going on. */
const SHORTEST_PAUSE = 2_000;
const LONGEST_PAUSE = 10_000;
/** The environment is not frozen and nobody waits, so an upload may take what it takes. */
const LIMIT = 60_000;

/**
 * Uploads where an execution environment serves several invocations at once, as on Lambda Managed Instances. Which of them ran
 * what cannot be told there; it is uploaded when none is going on, every few seconds at most.
 */
export class BackgroundDelivery {
  private going = 0;
  private last = 0;
  private isScheduled = false;

  public constructor(private readonly collector: Collector) {}

  public begun(): void {
    this.going++;
  }

  public ended(): void {
    this.going--;
    this.schedule(Math.max(0, this.last + SHORTEST_PAUSE - now()));
  }

  /** One run at a time is waited for, however many invocations end meanwhile. */
  private schedule(pause: number): void {
    if (!this.isScheduled) {
      this.isScheduled = true;
      unreferencedTimer(pause, () => {
        this.isScheduled = false;
        this.run();
      });
    }
  }

  private run(): void {
    if (this.going > 0 && now() - this.last < LONGEST_PAUSE) {
      this.schedule(SHORTEST_PAUSE);
      return;
    }
    this.last = now();
    this.collector.take();
    void this.collector.deliver(LIMIT);
  }
}
