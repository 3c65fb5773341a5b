/** Prints what is skipped, and why. Jest shows nothing of what a file logs whose tests are all skipped. */
export function saySkipped(what: string): void {
  process.stderr.write(`SKIPPED: ${what}\n`);
}
