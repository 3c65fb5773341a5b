/** Texts that are put into a script between what is there, in the line that they are in. */
export class Insertions {
  private readonly all: Array<{ readonly offset: number; text: string }> = [];
  private sorted = true;

  /** Of those at one offset, the one that was added first stands first. */
  public add(offset: number, text: string): void {
    this.reserve(offset)(text);
  }

  /** Keeps a place for a text that is given afterwards, or not at all. */
  public reserve(offset: number): (text: string) => void {
    this.sorted &&= (this.all.at(-1)?.offset ?? 0) <= offset;
    const insertion = { offset, text: '' };
    this.all.push(insertion);
    return (text) => {
      insertion.text = text;
    };
  }

  /** Those of another one, behind those that are here. */
  public addAll(others: Insertions): void {
    others.inOrder().forEach(({ offset, text }) => this.add(offset, text));
  }

  public inserted(into: string): string {
    const parts: string[] = [];
    let from = 0;
    for (const { offset, text } of this.inOrder()) {
      parts.push(into.slice(from, offset), text);
      from = offset;
    }
    return parts.join('') + into.slice(from);
  }

  /** By how many characters what was at an offset is moved; asked in ascending order. */
  public mover(): (offset: number) => number {
    const insertions = this.inOrder();
    let next = 0;
    let moved = 0;
    return (offset) => {
      for (; next < insertions.length && insertions[next]!.offset <= offset; next++) {
        moved += insertions[next]!.text.length;
      }
      return moved;
    };
  }

  private inOrder(): ReadonlyArray<{ readonly offset: number; readonly text: string }> {
    if (!this.sorted) {
      this.all.sort((a, b) => a.offset - b.offset);
      this.sorted = true;
    }
    return this.all;
  }
}
