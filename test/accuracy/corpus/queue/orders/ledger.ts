import type { Message } from './message';

enum State { Begun, Done }

abstract class Book<T> {
  protected readonly entries = new Map<string, T>();
  protected abstract describe(entry: T): string;

  public toString(): string {
    return [...this.entries].map(([key, entry]) => `${key}=${this.describe(entry)}`).join(';');
  }
}

/** Which messages were seen, so that a second delivery changes nothing. */
export class Ledger extends Book<State> {
  private readonly counts: Record<string, number> = {};

  public begin(id: string): boolean {
    if (this.entries.has(id)) {
      return false;
    }
    this.entries.set(id, State.Begun);
    return true;
  }

  public rollBack(id: string): void {
    if (this.entries.get(id) === State.Begun) {
      this.entries.delete(id);
    }
  }

  public commit(id: string, { kind, lines }: Message): void {
    this.entries.set(id, State.Done);
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
    if (units > 10) {
      this.counts.large ??= 0;
      this.counts.large++;
    }
  }

  public totals(): Readonly<Record<string, number>> {
    return { ...this.counts };
  }

  protected override describe(entry: State): string {
    return State[entry].toLowerCase();
  }
}
