import { posix } from 'node:path';
import type { Repository } from './repository';
import { reportedPath } from '../conversion/original-path';

/**
 * Where the repository was on the machines that instrumented: its files have absolute paths of theirs, and a report is to have
 * paths that are the same on all machines, and the same that V8's coverage gives.
 */
export class BuildRoots {
  private readonly names = new Set<string>();
  private readonly direct = new Map<string, string>();
  private votes: Map<string, number> | undefined;

  /**
   * @param paths all that roots will be asked for
   */
  public constructor(private readonly paths: readonly string[], private readonly repository: Repository | undefined) {}

  /** The names that V8's coverage has for files of a script, and the paths of instrumented code in it. */
  public learn(names: readonly string[], paths: readonly string[]): void {
    this.votes = undefined;
    names.forEach((name) => this.names.add(name));
    const longest = [...names].sort((a, b) => b.length - a.length);
    for (const path of paths.filter(posix.isAbsolute)) {
      const name = longest.find((one) => isNamed(path, one));
      if (name !== undefined && !this.direct.has(path)) {
        this.direct.set(path, above(path, name.split('/').length));
      }
    }
  }

  /** The path of a file as a report shows it. What is not known to be of a repository keeps its path, without its beginning. */
  public reported(path: string): string {
    const root = posix.isAbsolute(path) ? this.rootOf(path) : undefined;
    return reportedPath(root === undefined ? path : posix.relative(root, path));
  }

  private rootOf(path: string): string | undefined {
    const folder = this.repository?.folder;
    return this.direct.get(path) ?? (folder !== undefined && path.startsWith(`${folder}/`) ? folder : this.mostLikely(path));
  }

  /** Each file whose path ends like one that is known stands for the folder above; of those above a file the one with most counts. */
  private mostLikely(path: string): string | undefined {
    this.votes ??= this.counted();
    return [...this.votes.keys()]
      .filter((root) => path.startsWith(root === '/' ? root : `${root}/`))
      .sort((a, b) => this.votes!.get(b)! - this.votes!.get(a)! || a.length - b.length)[0];
  }

  private counted(): Map<string, number> {
    const votes = new Map<string, number>();
    for (const path of this.paths.filter(posix.isAbsolute)) {
      const parts = posix.normalize(path).split('/').slice(1);
      const known = parts.findIndex((_, index) => this.isKnown(parts.slice(index).join('/')));
      if (known >= 0) {
        const root = above(path, parts.length - known);
        votes.set(root, (votes.get(root) ?? 0) + 1);
      }
    }
    return votes;
  }

  private isKnown(path: string): boolean {
    return this.names.has(reportedPath(path)) || this.repository?.has(path) === true;
  }
}

/** Whether a path, as a build had it, can be the file that a report names so. */
export function isNamed(path: string, name: string): boolean {
  const reported = reportedPath(path);
  return reported === name || reported.endsWith(`/${name}`);
}

function above(path: string, levels: number): string {
  return posix.normalize(path).split('/').slice(0, -levels).join('/') || '/';
}
