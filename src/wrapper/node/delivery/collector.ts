import { CircuitBreaker } from './circuit-breaker';
import type { Log } from '../log';
import type { Outbox } from './outbox';
import type { Takes } from '../counting/takes';
import { within } from '../platform';
import { untraced } from './untraced';

/** Takes the coverage of an execution environment and brings it to the bucket. Nothing of it throws or rejects. */
export class Collector {
  private readonly breaker = new CircuitBreaker();
  private hasRecovered = false;

  public constructor(private readonly takes: Takes, private readonly outbox: Outbox, private readonly log: Log) {}

  /** Takes what ran since the last take, and keeps it where the end of the process does not reach it. */
  public save(requestId?: string): void {
    this.take(requestId);
    this.outbox.save();
  }

  /** Keeps what was taken where the end of the process does not reach it. */
  public keep(): void {
    this.outbox.save();
  }

  /** Forgets what ran since the last take. */
  public discard(): void {
    try {
      this.takes.discard();
    } catch (error) {
      this.log.error('CoverageError', (error as Error).message, {});
    }
  }

  /** The handler is there: what has run is told apart from what invocations run, where that costs next to nothing. */
  public endInit(): void {
    try {
      this.takes.endInit();
    } catch (error) {
      this.log.error('CoverageError', (error as Error).message, {});
    }
  }

  /** Takes what ran since the last take. */
  public take(requestId?: string): void {
    try {
      this.outbox.add(this.takes.take(requestId));
    } catch (error) {
      this.log.error('CoverageError', (error as Error).message, {}, requestId);
    }
  }

  /**
   * Uploads what has been taken, and what earlier takes and processes left; for so many milliseconds at most, and not at all for a
   * while after repeated failures. What has not arrived then is kept on disk, while its upload goes on when it can.
   */
  public async deliver(limit: number, requestId?: string): Promise<void> {
    this.recover();
    if (limit > 0 && !this.breaker.isOpen) {
      await this.attempt(limit, requestId);
    }
    this.outbox.save();
  }

  /** As `deliver`, when there will be no other chance. */
  public async deliverLast(limit: number): Promise<void> {
    this.recover();
    await this.attempt(limit, undefined);
    this.outbox.save();
  }

  /** Takes over what the processes before this one left. */
  public recover(): void {
    if (!this.hasRecovered) {
      this.hasRecovered = true;
      this.outbox.recover();
    }
  }

  /** Whether there is something that can be expected to arrive at once, since nothing but the end of a process has prevented it. */
  public get hasLeftovers(): boolean {
    return this.outbox.isWorthWaiting;
  }

  private async attempt(limit: number, requestId: string | undefined): Promise<void> {
    await within(limit, untraced(async () => this.outbox.deliver(requestId)), { keepsAlive: false });
    if (this.outbox.isEmpty) {
      this.breaker.succeeded();
    } else {
      this.breaker.failed();
      this.outbox.giveUp();
    }
  }
}
