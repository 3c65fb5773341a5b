import { readdirSync } from 'node:fs';
import { relative, sep } from 'node:path';

/** The paths of all files below a folder, relative to it, with forward slashes, sorted. */
export function filesBelow(folder: string): string[] {
  const prefixes = new Map<string, string>();
  const prefixOf = (parent: string) => {
    let prefix = prefixes.get(parent);
    if (prefix === undefined) {
      const below = relative(folder, parent).split(sep).join('/');
      prefixes.set(parent, (prefix = below === '' ? '' : `${below}/`));
    }
    return prefix;
  };
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    // Node.js 20 before 20.12 has `path` for what is `parentPath` since
    .map((entry) => prefixOf(entry.parentPath ?? entry.path) + entry.name)
    .sort();
}
