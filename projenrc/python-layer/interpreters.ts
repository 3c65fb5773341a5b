import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** The versions of Python that Lambda has, or had, and the layer supports. */
export const PYTHON_VERSIONS = ['3.8', '3.9', '3.10', '3.11', '3.12', '3.13', '3.14'] as const;

export type PythonVersion = (typeof PYTHON_VERSIONS)[number];

let found: Map<PythonVersion, string> | undefined;

/**
 * The CPython interpreters of this machine by their versions, found where tox and uv find them: on the PATH, and among those of pyenv and
 * uv. On Windows there are none: the layer runs on Linux.
 */
export function pythonInterpreters(): ReadonlyMap<PythonVersion, string> {
  found ??= new Map(PYTHON_VERSIONS.flatMap((version) => {
    const interpreter = candidates(version).find((file) => isPython(file, version));
    return interpreter === undefined ? [] : [[version, interpreter] as const];
  }));
  return found;
}

/** Any of them that can build the layer, the newest first. */
export function anyPython(): string | undefined {
  return [...pythonInterpreters().values()].reverse().find(hasPip);
}

function candidates(version: PythonVersion): string[] {
  const name = `python${version}`;
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const versions = (parent: string, isOf: (entry: string) => boolean) => (existsSync(parent) ? readdirSync(parent) : [])
    .filter(isOf).sort().reverse().map((entry) => join(parent, entry, 'bin', name));
  return [
    ...folders.flatMap((folder) => [join(folder, name), join(folder, 'python3')]),
    ...versions(join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions'), (entry) => entry.startsWith(`${version}.`)),
    ...versions(process.env.UV_PYTHON_INSTALL_DIR ?? join(homedir(), '.local', 'share', 'uv', 'python'), (entry) => entry.startsWith(`cpython-${version}.`)),
  ].filter((file) => existsSync(file));
}

/** A shim of pyenv is there for versions that it does not run. */
function isPython(file: string, version: PythonVersion): boolean {
  try {
    const program = 'import sys, platform; print(platform.python_implementation(), "%d.%d" % sys.version_info[:2])';
    return run(file, ['-c', program]).trim() === `CPython ${version}`;
  } catch {
    return false;
  }
}

export function hasPip(file: string): boolean {
  try {
    return run(file, ['-m', 'pip', '--version']) !== '';
  } catch {
    return false;
  }
}

function run(file: string, args: readonly string[]): string {
  return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], cwd: realpathSync('/') });
}
