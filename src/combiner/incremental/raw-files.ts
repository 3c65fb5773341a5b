import { encodeRawCoverage, type RawCoverage } from '../../contract/raw-coverage';

/** A file is full with so many characters; what reads it has it in memory as a whole. */
const FULL = 8 * 1024 * 1024;

/** Raw objects as the texts of files, several in each, a line each. */
export function rawFiles(raws: Iterable<RawCoverage>): string[] {
  const files: string[] = [];
  let lines: string[] = [];
  let length = 0;
  const close = () => {
    if (lines.length > 0) {
      files.push(`${lines.join('\n')}\n`);
      lines = [];
      length = 0;
    }
  };
  for (const raw of raws) {
    const line = encodeRawCoverage(raw);
    if (length + line.length > FULL) {
      close();
    }
    lines.push(line);
    length += line.length;
  }
  close();
  return files;
}
