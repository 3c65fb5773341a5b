import { dirname, relative, resolve, sep } from 'node:path';
import { createCoverageMap, type FileCoverageData } from 'istanbul-lib-coverage';
import type { Combined } from './combine';
import type { Repository } from './repository';
import { isSameText } from './same-text';

/**
 * Names the files of a report by their paths in a repository, where they are found there. A bundler names them relative to the folder that it
 * runs in, which is mostly that of the app, and need not be the repository's.
 *
 * @param folders where bundlers may have run, such as that of the app; those above them count as well
 */
export function inRepository<T extends Combined>(combined: T, repository: Repository, folders: readonly string[]): T {
  const bases = [...new Set(['', ...folders.flatMap((folder) => below(resolve(folder), repository.folder))])];
  const renamed = new Map<string, string>();
  const taken = new Set(combined.coverage.files());
  for (const path of combined.coverage.files()) {
    const candidates = bases.map((base) => (base === '' ? path : `${base}/${path}`)).filter((candidate) => repository.has(candidate));
    const text = combined.texts.get(path);
    const name = candidates.find((candidate) => isSameText(repository.text(candidate), text)) ?? candidates[0] ?? endOf(path, text, repository)
      ?? onlyEndingWith(path, text, repository) ?? path;
    renamed.set(path, name === path || !taken.has(name) ? name : path);
    taken.add(name);
  }
  const nameOf = (path: string) => renamed.get(path)!;
  const coverage = createCoverageMap({});
  for (const path of combined.coverage.files()) {
    coverage.addFileCoverage({ ...combined.coverage.fileCoverageFor(path).toJSON(), path: nameOf(path) } as FileCoverageData);
  }
  const builds = combined.builds.map((build) => ({ ...build, path: nameOf(build.path) })).sort((a, b) => (a.path < b.path ? -1 : 1));
  const texts = new Map([...combined.texts].map(([path, text]) => [nameOf(path), text]));
  const names = new Map([...combined.names].map(([key, path]) => [key, nameOf(path)]));
  return { ...combined, coverage, texts, builds, names };
}

/** Where a bundler ran outside of the repository, its files are named by their way from there: the longest end of that which is the same file. */
function endOf(path: string, text: string | undefined, repository: Repository): string | undefined {
  const parts = path.split('/');
  const ends = parts.slice(1).map((_, index) => parts.slice(index + 1).join('/'));
  return text === undefined ? undefined : ends.find((end) => repository.has(end) && isSameText(repository.text(end), text));
}

/** What was not bundled is named by its way from the function's package: the one file of the repository that ends so and is the same. */
function onlyEndingWith(path: string, text: string | undefined, repository: Repository): string | undefined {
  const same = text === undefined ? [] : repository.endingWith(path).filter((one) => isSameText(repository.text(one), text));
  return same.length === 1 ? same[0] : undefined;
}

/** A folder and those above it, relative to the root; none where it is not in there. */
function below(folder: string, root: string): string[] {
  const path = relative(root, folder).split(sep).join('/');
  if (path === '' || path.startsWith('../') || path === '..') {
    return [];
  }
  return path.includes('/') ? [path, ...below(dirname(folder), root)] : [path];
}
