import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { outputOf } from './command';

/** A file of a package. */
export interface PackedFile {
  /** Relative to the package, with forward slashes. */
  readonly path: string;
  readonly content: Buffer;
  readonly executable: boolean;
}

/** The npm package as it would be published. */
export class PackedPackage {
  /** Sorted by path. */
  public readonly files: readonly PackedFile[];

  public constructor(public readonly tarball: string) {
    const folder = mkdtempSync(path.join(tmpdir(), 'packed-package-'));
    try {
      outputOf('tar', ['-xzf', tarball, '-C', folder]);
      this.files = filesOf(path.join(folder, 'package'));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  public file(name: string): PackedFile {
    const file = this.files.find((candidate) => candidate.path === name);
    if (!file) {
      throw new Error(`${this.tarball} has no file '${name}'`);
    }
    return file;
  }

  public text(name: string): string {
    return this.file(name).content.toString('utf8');
  }

  public below(folder: string): PackedFile[] {
    return this.files.filter((file) => file.path.startsWith(folder));
  }
}

/** All files below a folder, sorted by path. */
export function filesOf(folder: string): PackedFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .sort()
    .map((name) => ({
      path: name.split(path.sep).join('/'),
      content: readFileSync(path.join(folder, name)),
      executable: Math.floor(statSync(path.join(folder, name)).mode / 0o100) % 2 === 1,
    }));
}

/** Bytes of a zip archive of the files, by its format: a local header, a central header and the name twice for each, and one end. */
export function zippedSize(files: readonly PackedFile[]): number {
  return files.reduce((sum, file) => sum + 30 + 46 + 2 * Buffer.byteLength(file.path) + deflateRawSync(file.content).length, 22);
}
