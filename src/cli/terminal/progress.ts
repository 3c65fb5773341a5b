import { Presets, SingleBar } from 'cli-progress';

/** A line for each so many milliseconds, where there is no terminal. */
const BETWEEN_LINES = 10_000;

/** How far reading is: a bar on a terminal, a line now and then elsewhere, both on standard error. */
export class Progress {
  private bar: SingleBar | undefined;
  private last = Date.now();

  public constructor(private readonly what: string, private readonly isTerminal = process.stderr.isTTY && !process.env.CI) {}

  public show(done: number, total: number): void {
    if (this.isTerminal) {
      if (!this.bar) {
        this.bar = new SingleBar({ format: `${this.what} {bar} {value} of {total}`, hideCursor: true, clearOnComplete: true, stream: process.stderr, fps: 10 }, Presets.rect);
        this.bar.start(total, done);
      }
      this.bar.setTotal(total);
      this.bar.update(done);
    } else if (Date.now() - this.last >= BETWEEN_LINES) {
      this.last = Date.now();
      console.error(`${this.what}: ${done} of ${total} …`);
    }
  }

  /** Leaves nothing on the terminal. */
  public end(): void {
    this.bar?.stop();
    this.bar = undefined;
  }
}
