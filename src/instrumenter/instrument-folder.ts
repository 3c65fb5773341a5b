import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { instrumentScript, type InstrumentedScript } from './instrument-script';
import { TABLE_FOLDER } from '../contract/counter-table';
import { sourceMapReference } from '../contract/source-map-comment';
import { isVendored } from '../conversion/original-path';
import { OriginalSources } from '../conversion/original-sources';

export interface InstrumentOptions {
  /** Globs of original files; all where there are none. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Whether to tell how often something ran, and not only that it did. */
  readonly counts: boolean;
}

/** Of all scripts that are not vendored, in bytes. */
const MOST_CODE = 50 * 1024 * 1024;

/** The functions of an app share sources. */
const originals = new OriginalSources();

/**
 * Copies the code of a function and puts counters into what is the user's own; the folder itself is only read.
 *
 * @param output a folder that is there and empty
 * @throws Error that names the file and says what is wrong; nothing is written then
 */
export function instrumentFolder(folder: string, output: string, options: InstrumentOptions): void {
  const scripts = entriesOf(folder).filter((path) => /\.[cm]?js$/.test(path) && !isVendored(path));
  if (scripts.length === 0) {
    throw new Error('there is no JavaScript in it');
  }
  const bytes = scripts.reduce((sum, path) => sum + lstatSync(join(folder, path)).size, 0);
  if (bytes > MOST_CODE) {
    throw new Error(`its JavaScript has ${Math.ceil(bytes / 1024 / 1024)} MB, and ${MOST_CODE / 1024 / 1024} at most are instrumented; bundle it`);
  }
  const instrumented = scripts.flatMap((path) => {
    const script = instrumentFile(folder, path, options);
    return script ? [script] : [];
  });
  if (instrumented.length === 0) {
    throw new Error('nothing of its JavaScript is to be reported: all of it is vendored or left out by patterns');
  }
  cpSync(folder, output, { recursive: true, verbatimSymlinks: true });
  mkdirSync(join(output, TABLE_FOLDER), { recursive: true });
  for (const { path, text, map, mapPath, table } of instrumented) {
    writeFileSync(join(output, path), text);
    if (map !== undefined && mapPath !== undefined) {
      writeFileSync(join(output, mapPath), map);
    }
    writeFileSync(join(output, TABLE_FOLDER, `${table.name}.json`), table.json);
  }
}

interface InstrumentedFile extends InstrumentedScript {
  readonly path: string;
  readonly mapPath: string | undefined;
}

function instrumentFile(folder: string, path: string, { include, exclude, counts }: InstrumentOptions): InstrumentedFile | undefined {
  const text = readFileSync(join(folder, path), 'utf8');
  const mapPath = mapBeside(folder, path, text);
  const map = mapPath === undefined ? undefined : readFileSync(join(folder, mapPath), 'utf8');
  const textOf = (_: string, source: string) => readOriginal(join(folder, dirname(path)), source);
  try {
    const script = instrumentScript({ path, text, map, include, exclude, textOf }, { counts }, originals);
    return script && { ...script, path, mapPath };
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`);
  }
}

/** The source map that the script's last comment names, where it is a file of the folder. */
function mapBeside(folder: string, path: string, text: string): string | undefined {
  const reference = sourceMapReference(text);
  if (reference === undefined || /^[a-z][a-z0-9+.-]*:/i.test(reference)) {
    return undefined;
  }
  const file = resolve(folder, dirname(path), decoded(reference));
  return file.startsWith(folder + sep) && existsSync(file) ? relative(folder, file) : undefined;
}

function decoded(reference: string): string {
  try {
    return decodeURIComponent(reference);
  } catch {
    return reference;
  }
}

/** The text of an original file that the map does not hold, where the map was made: beside the bundle. */
function readOriginal(folder: string, source: string): string | undefined {
  try {
    return readFileSync(resolve(folder, source.replace(/^file:\/\//, '')), 'utf8');
  } catch {
    return undefined;
  }
}

/** The paths of all files, with forward slashes. */
function entriesOf(folder: string): string[] {
  const root = realpathSync(folder);
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    // Node.js 20 before 20.12 has `path` for what is `parentPath` since
    const file = join(entry.parentPath ?? entry.path, entry.name);
    const path = relative(folder, file).split(sep).join('/');
    if (entry.isSymbolicLink() && !isInside(root, file)) {
      throw new Error(`'${path}' is a symbolic link to what is not in the folder; copy it into it`);
    }
    return entry.isFile() ? [path] : [];
  }).sort();
}

function isInside(root: string, link: string): boolean {
  try {
    return realpathSync(link).startsWith(root + sep);
  } catch {
    return false; // it leads nowhere
  }
}
