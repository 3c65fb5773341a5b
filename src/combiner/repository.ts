import { readdirSync, readFileSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { join, posix, resolve, sep } from 'node:path';

const CODE = /\.(?:[cm]?[jt]s|[jt]sx|vue|svelte|py)$/;
/** Folders that hold no sources of a repository: of tools, of packages, and what is built. */
const NOT_SOURCES = /^(?:\..*|node_modules|__pycache__|site-packages|cdk\.out)$/;

/**
 * The folder with the sources of the functions, where the report is made beside them.
 *
 * Paths come from objects that others wrote, and what is read gets into reports: nothing is read that is outside of the folder or is
 * not code.
 */
export class Repository {
  /** With forward slashes. */
  public readonly folder: string;
  private readonly real: string;
  private byName: Map<string, string[]> | undefined;

  /** @throws Error if the folder is not there */
  public constructor(folder: string) {
    this.folder = resolve(folder).replaceAll(sep, '/');
    this.real = realpathSync(folder);
  }

  /**
   * @param path relative to the folder, with forward slashes
   * @returns nothing where there is no such file
   */
  public text(path: string): string | undefined {
    const file = this.file(path);
    return file === undefined ? undefined : readFileSync(file, 'utf8');
  }

  /** Whether there is such a file, and it is code. */
  public has(path: string): boolean {
    return this.file(path) !== undefined;
  }

  /** The paths of the code whose path ends so. */
  public endingWith(path: string): string[] {
    this.byName ??= this.codeByName();
    return (this.byName.get(posix.basename(path)) ?? []).filter((one) => one === path || one.endsWith(`/${path}`));
  }

  private codeByName(): Map<string, string[]> {
    const found = new Map<string, string[]>();
    const look = (folder: string) => {
      for (const entry of entriesOf(join(this.real, folder))) {
        const path = posix.join(folder, entry.name);
        if (entry.isDirectory() && !NOT_SOURCES.test(entry.name)) {
          look(path);
        } else if (entry.isFile() && CODE.test(entry.name)) {
          found.set(entry.name, [...found.get(entry.name) ?? [], path]);
        }
      }
    };
    look('');
    return found;
  }

  private file(path: string): string | undefined {
    if (!CODE.test(path)) {
      return undefined;
    }
    // reports have some characters of a name encoded
    return [path, ...(path.includes('%') ? [decoded(path)] : [])].map((name) => this.inside(name)).find((file) => file !== undefined);
  }

  private inside(path: string): string | undefined {
    try {
      const file = realpathSync(join(this.real, path));
      return file.startsWith(this.real + sep) && statSync(file).isFile() ? file : undefined;
    } catch {
      return undefined;
    }
  }
}

/** Of a folder that may not be readable. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
