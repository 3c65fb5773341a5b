import { clearTimeout, unreferencedTimer } from '../platform';

/** Longest wait for the handler to be called for an event that the extension has seen already: the runtime may have refused it. */
const START_TIMEOUT = 1_000;
/** Works whose event the extension never saw are not many; older ones are forgotten. */
const MOST_WORKS = 16;

interface Work {
  started: boolean;
  readonly ended: Promise<void>;
  readonly end: () => void;
}

/**
 * What the extension waits for, by request id. The runtime and the extension learn of an invocation separately and in any
 * order: the work may have begun, or even ended, when it is waited for.
 */
export class Holds {
  private readonly works = new Map<string, Work>();
  private released = false;

  /** An invocation has begun. Returns what ends its hold. */
  public begin(requestId: string): () => void {
    const work = this.work(requestId);
    work.started = true;
    return work.end;
  }

  /** Waits until the work for a request has ended. */
  public async wait(requestId: string): Promise<void> {
    if (this.released) {
      return;
    }
    const work = this.work(requestId);
    const timer = unreferencedTimer(START_TIMEOUT, () => {
      if (!work.started) {
        work.end();
      }
    });
    await work.ended;
    clearTimeout(timer);
    this.works.delete(requestId);
  }

  /** Nothing will begin: nothing is waited for any more. */
  public release(): void {
    this.released = true;
    this.works.forEach(({ end }) => end());
  }

  private work(requestId: string): Work {
    let work = this.works.get(requestId);
    if (!work) {
      let end!: () => void;
      const ended = new Promise<void>((resolve) => (end = resolve));
      work = { started: false, ended, end };
      this.works.set(requestId, work);
      if (this.works.size > MOST_WORKS) {
        this.works.delete(this.works.keys().next().value!);
      }
    }
    return work;
  }
}
