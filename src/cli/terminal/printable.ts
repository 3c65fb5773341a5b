/** Names and reasons come from objects that others wrote: nothing of them may move a terminal's cursor. */
export function printable(line: string): string {
  return line.replace(/\p{Cc}/gu, '\u{fffd}');
}

/** So many lines about what was left out are printed one by one. */
const MAX_LINES = 50;

/** What could not be read or told, on standard error. */
export function printWarnings(lines: readonly string[]): void {
  for (const line of lines.slice(0, MAX_LINES)) {
    console.error(`warning: ${printable(line)}`);
  }
  if (lines.length > MAX_LINES) {
    console.error(`warning: and ${lines.length - MAX_LINES} more`);
  }
}
