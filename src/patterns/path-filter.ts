import picomatch from 'picomatch';

/**
 * Whether a file is one that the user wants to see.
 *
 * A pattern matches from the beginning of the path or below any folder, and `folder/*` is for all files below the folder, as in
 * coverage.py.
 */
export function pathFilter(include: readonly string[], exclude: readonly string[]): (path: string) => boolean {
  const included = include.length === 0 ? () => true : matcher(include);
  const excluded = matcher(exclude);
  return (path) => included(path) && !excluded(path);
}

function matcher(patterns: readonly string[]): (path: string) => boolean {
  const globs = patterns.flatMap((pattern) => {
    const bare = pattern.replace(/^\.?\//, '') || '**'; // '/' and './' are the root
    const below = bare.replace(/\/\*{0,2}$/, '/**');
    return bare.startsWith('**/') ? [below] : [below, `**/${below}`];
  });
  return globs.length === 0 ? () => false : picomatch(globs, { dot: true });
}
