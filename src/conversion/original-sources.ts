import { OriginalSource } from './original-source';
import { RecentlyUsed } from './recently-used';
import { sha256 } from './sha256';

/** So many characters of original files are kept parsed: a syntax tree has fifty times the size of its text. */
const MAX_PARSED = 1_000_000;

/** Parsing a file costs more than all else about it, and many bundles hold the same one. */
export class OriginalSources {
  private readonly parsed = new RecentlyUsed<OriginalSource>(MAX_PARSED, ({ text }) => text.length);

  /** @throws SyntaxError */
  public get(path: string, text: string): OriginalSource {
    const key = `${path}\0${sha256(text)}`;
    let original = this.parsed.get(key);
    if (!original) {
      this.parsed.set(key, (original = new OriginalSource(path, text)));
    }
    return original;
  }
}
