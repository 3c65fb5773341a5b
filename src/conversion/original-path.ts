import { posix } from 'node:path';

/** Where packages are installed: their files are not the user's own. */
export function isVendored(path: string): boolean {
  return /(^|\/)node_modules\//.test(path);
}

/**
 * The path of an original file as a report shows it: relative, with forward slashes, never leading out of its folder.
 *
 * A bundler writes paths relative to the folder that it wrote the bundle to, mostly a temporary one below the project;
 * the steps that lead up and out of it say nothing.
 *
 * @param script path of the script below the task root
 * @param source as the source map has it
 */
export function originalPath(script: string, sourceRoot: string | undefined, source: string): string {
  return reportedPath(sourcePath(script, sourceRoot, source));
}

/**
 * The path of an original file where it was built: absolute where the map has it so, or the path of the script is.
 *
 * @param script path of the script, with forward slashes
 * @param source as the source map has it
 */
export function sourcePath(script: string, sourceRoot: string | undefined, source: string): string {
  const bare = source.replace(/^webpack:\/\/[^/]*\//, '').replace(/^file:\/\//, '').replaceAll('\\', '/').replace(/^[A-Za-z]:\//, '/');
  const joined = posix.isAbsolute(bare) || /^[a-z]+:\/\//i.test(bare) ? bare : posix.join(posix.dirname(script), sourceRoot ?? '', bare);
  return joined.replace(/^[a-z]+:\/\//i, '');
}

/**
 * A path that stays below the folder it is put into, without the characters that Istanbul's HTML report does not escape, in
 * its texts and in its links.
 */
export function reportedPath(path: string): string {
  const inside = posix.normalize(path).replace(/^(\.{0,2}\/)+/, '');
  const named = inside.replace(/[<>"&:\p{Cc}]/gu, (character) => encodeURIComponent(character));
  return named in Object.prototype ? `./${named}` : named; // a coverage map is an object with paths as keys
}
