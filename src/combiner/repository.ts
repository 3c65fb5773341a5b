import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';

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

  private file(path: string): string | undefined {
    if (!/\.(?:[cm]?[jt]s|[jt]sx|vue|svelte)$/.test(path)) {
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

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
