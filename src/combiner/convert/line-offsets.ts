/** Lines and columns of a text as offsets and back. Lines count from 0, columns and offsets in UTF-16 code units. */
export class LineOffsets {
  private readonly starts: number[] = [0];

  public constructor(text: string) {
    const end = /\r\n|[\n\r\u2028\u2029]/g;
    while (end.exec(text)) {
      this.starts.push(end.lastIndex);
    }
  }

  /** @returns nothing for a line that the text does not have */
  public offset(line: number, column: number): number | undefined {
    const start = this.starts[line];
    return start === undefined ? undefined : start + column;
  }
}
