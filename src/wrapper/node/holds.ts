import { unreferencedTimer } from './platform';

/** Longest wait for the handler to be called for an event that the extension has seen already: the runtime may have refused it. */
const START_TIMEOUT = 1_000;

interface Work {
  started: boolean;
  readonly ended: Promise<void>;
  readonly end: () => void;
}

/**
 * What the extension waits for, by the number of the invocation. The runtime and the extension learn of an invocation
 * separately and in any order, so both sides count, from 1.
 */
export class Holds {
  private readonly works = new Map<number, Work>();
  private count = 0;

  /** An invocation has begun. Returns what ends its hold. */
  public begin(): () => void {
    const work = this.work(++this.count);
    work.started = true;
    return work.end;
  }

  /** Waits until the work of an invocation has ended. */
  public async wait(invocation: number): Promise<void> {
    const work = this.work(invocation);
    unreferencedTimer(START_TIMEOUT, () => {
      if (!work.started) {
        work.end();
      }
    });
    await work.ended;
    this.works.delete(invocation);
  }

  private work(invocation: number): Work {
    let work = this.works.get(invocation);
    if (!work) {
      let end!: () => void;
      const ended = new Promise<void>((resolve) => (end = resolve));
      work = { started: false, ended, end };
      this.works.set(invocation, work);
    }
    return work;
  }
}
