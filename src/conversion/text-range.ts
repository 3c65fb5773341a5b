import type { CoverageRange } from '../contract/raw-coverage';

/** A part of a text, in UTF-16 code units. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Of V8's range in a script, before which Node.js has put so many characters that V8 counts as well. */
export function textRange({ startOffset, endOffset }: CoverageRange, wrapperLength: number): TextRange {
  return { start: startOffset - wrapperLength, end: endOffset - wrapperLength };
}
