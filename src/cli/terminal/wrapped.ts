/** A text in lines that fit the terminal behind so many columns, broken between words; in one line where there is no terminal. */
export function wrapped(text: string, indent: number): string[] {
  const width = Math.max(20, (process.stdout.columns ?? Number.POSITIVE_INFINITY) - indent);
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) {
      lines.push(word);
    } else {
      lines[lines.length - 1] = `${line} ${word}`;
    }
  }
  return lines;
}
