/** Rows under headings, the columns as wide as they have to be; numbers stand at the right. */
export function table(headings: readonly string[], rows: ReadonlyArray<ReadonlyArray<string | number>>): string {
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => String(row[column]).length)));
  const line = (cells: ReadonlyArray<string | number>) =>
    cells.map((cell, column) => (typeof cell === 'number' ? String(cell).padStart(widths[column]!) : cell.padEnd(widths[column]!))).join('  ').trimEnd();
  const isNumber = headings.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  const header = headings.map((heading, column) => (isNumber[column] ? heading.padStart(widths[column]!) : heading));
  return [line(header), ...rows.map(line)].join('\n');
}
