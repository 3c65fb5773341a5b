import { readFileSync, realpathSync } from 'node:fs';
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
    if (!/\.(?:[cm]?[jt]s|[jt]sx|vue|svelte)$/.test(path)) {
      return undefined;
    }
    try {
      const file = realpathSync(join(this.real, path));
      return file.startsWith(this.real + sep) ? readFileSync(file, 'utf8') : undefined;
    } catch {
      return undefined;
    }
  }
}
