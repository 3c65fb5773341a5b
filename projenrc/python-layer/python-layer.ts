import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { anyPython, PYTHON_VERSIONS, pythonInterpreters } from './interpreters';

/** The licences of what is in the layer, beside the wrapper. */
export const PYTHON_LICENSES = join('python', 'coverage_wrapper', 'THIRD-PARTY-LICENSES.txt');

/**
 * Builds the layer of Python functions into a folder; what was built of the same input is taken again.
 *
 * @returns whether there is one: it takes Python with pip
 */
export function buildPythonLayer(root: string, into: string, version: string): boolean {
  const python = anyPython();
  if (python === undefined) {
    console.log('python-layer       SKIPPED: it takes Python 3.8 or later with pip on the PATH; without it, coverage cannot be attached to Python functions');
    return false;
  }
  const interpreters = [...pythonInterpreters()];
  const missing = PYTHON_VERSIONS.filter((one) => !interpreters.some(([found]) => found === one));
  const wrapper = join(root, 'src', 'wrapper', 'python');
  const cache = join(root, 'node_modules', '.cache', 'python-layer');
  const built = join(cache, digestOf(wrapper, [...interpreters.flat(), version]));
  if (!existsSync(built)) {
    mkdirSync(cache, { recursive: true });
    const draft = `${built}.${process.pid}`;
    execFileSync(python, [join(__dirname, 'build.py'), wrapper, draft, join(cache, 'wheels'), version, ...interpreters.map(([, file]) => file)], { stdio: 'inherit' });
    rmSync(built, { recursive: true, force: true });
    renameSync(draft, built);
  }
  cpSync(built, into, { recursive: true });
  const note = missing.length > 0 ? `; no bytecode for Python ${missing.join(', ')}, which is not on this machine` : '';
  console.log(`python-layer       ${(sizeOf(into) / 1024).toFixed(0).padStart(6)} KB${note}`);
  return true;
}

function digestOf(wrapper: string, inputs: readonly string[]): string {
  const hash = createHash('sha256').update(inputs.join('\n'));
  const files = [...filesBelow(wrapper).filter((file) => !file.includes('__pycache__')), join(__dirname, 'build.py'), join(__dirname, 'wheels.lock')];
  files.forEach((file) => hash.update(file.slice(wrapper.length)).update(readFileSync(file)));
  return hash.digest('hex').slice(0, 16);
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
}

function sizeOf(folder: string): number {
  return filesBelow(folder).reduce((sum, file) => sum + readFileSync(file).length, 0);
}
