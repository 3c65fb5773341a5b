/** Whether two texts of a file say the same: Python's files are read with line feeds only, and one at the end. */
export function isSameText(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && (one === other || normal(one) === normal(other));
}

function normal(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/\n$/, '');
}
