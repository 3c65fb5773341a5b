/** `9-12, 30` of lines in order. */
export function lineRanges(lines: readonly number[]): Array<readonly [number, number]> {
  const ranges: Array<[number, number]> = [];
  for (const line of lines) {
    const last = ranges.at(-1);
    if (last && last[1] === line - 1) {
      last[1] = line;
    } else {
      ranges.push([line, line]);
    }
  }
  return ranges;
}

export function rangesText(ranges: ReadonlyArray<readonly [number, number]>): string {
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ');
}
