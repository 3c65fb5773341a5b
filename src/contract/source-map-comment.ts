/** How a script names its source map; what the wrapper uploads and what the combiner reads have to be the same. */

const NAME = 'sourceMappingURL=';

/**
 * The reference of the last comment `//# sourceMappingURL=…` that has a line of its own. Strings that hold such a text, as
 * those of libraries for style sheets do, are not comments.
 *
 * @returns a relative path or a `data:` URL, or nothing
 */
export function sourceMapReference(script: string): string | undefined {
  for (let at = script.lastIndexOf(NAME); at >= 0; at = at === 0 ? -1 : script.lastIndexOf(NAME, at - 1)) {
    const lineStart = Math.max(script.lastIndexOf('\n', at), script.lastIndexOf('\r', at)) + 1;
    const isComment = at - lineStart < 100 && /^[ \t]*\/\/[#@][ \t]$/.test(script.slice(lineStart, at));
    const rest = script.slice(at + NAME.length);
    const reference = isComment ? /^\S+(?=[ \t]*(?:[\r\n]|$))/.exec(rest)?.[0] : undefined;
    if (reference !== undefined) {
      return reference;
    }
  }
  return undefined;
}
