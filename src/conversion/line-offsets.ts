const BETWEEN_TOKENS = /(?:\s|\/\*[^]*?\*\/|\/\/.*)*/y;

/** Lines and columns of a text as offsets and back. Lines count from 0, columns and offsets in UTF-16 code units. */
export class LineOffsets {
  private readonly starts: number[] = [0];

  public constructor(private readonly text: string) {
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

  /** Whether the text has that place; the end of a line is one. */
  public has(line: number, column: number): boolean {
    const offset = this.offset(line, column);
    return offset !== undefined && offset <= (this.starts[line + 1] ?? this.text.length);
  }

  /** Where the token begins that an offset is at, or in the white space or the comments before. */
  public nextToken(offset: number): number {
    BETWEEN_TOKENS.lastIndex = offset;
    BETWEEN_TOKENS.exec(this.text);
    return BETWEEN_TOKENS.lastIndex;
  }

  /** Whether a place is between two characters of one word. */
  public isInsideWord(line: number, column: number): boolean {
    const offset = this.offset(line, column);
    return offset !== undefined && offset > 0 && /^[\w$]{2}$/.test(this.text.slice(offset - 1, offset + 1));
  }
}
