import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { BuildRoots } from '../build-roots';
import type { Repository } from '../repository';
import type { UnitCoverage } from './unit-coverage';

/** Where the files of a report are that unit tests tell of; they may have run on another machine, or in a folder of the repository. */
export class UnitPaths {
  private readonly roots: BuildRoots;
  private readonly folders: readonly string[];

  /** @param known paths of the report */
  public constructor({ location, files }: UnitCoverage, private readonly known: ReadonlySet<string>, private readonly repository: Repository) {
    this.folders = foldersFrom(dirname(resolve(location)), repository.folder);
    const paths = files.map(({ path }) => this.absolute(path));
    this.roots = new BuildRoots(paths, repository);
    this.roots.learn([...known], []);
  }

  /** @returns nothing where it is neither in the repository nor in the report */
  public reported(path: string): string | undefined {
    const reported = this.roots.reported(this.absolute(path));
    return this.known.has(reported) || this.repository.has(reported) ? reported : undefined;
  }

  /** Relative paths are so to where the tool ran, which is mostly above of what it wrote. */
  private absolute(path: string): string {
    const slashed = path.replaceAll('\\', '/').replace(/^[A-Za-z]:\//, '/');
    if (isAbsolute(slashed)) {
      return slashed;
    }
    const inside = this.folders.map((folder) => relative(this.repository.folder, join(folder, slashed)).replaceAll(sep, '/')).find((one) => this.repository.has(one));
    return `${this.repository.folder}/${inside ?? slashed}`;
  }
}

/** A folder and those above it, up to the root where it is in there; then the root. */
function foldersFrom(folder: string, root: string): string[] {
  const folders: string[] = [];
  for (let at = folder; at.replaceAll(sep, '/').startsWith(`${root}/`); at = dirname(at)) {
    folders.push(at);
  }
  return [...folders, root];
}
