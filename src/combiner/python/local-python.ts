import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';

/** Where the layer is, beside what this file is bundled into. */
declare const PYTHON_LAYER: string | undefined;

const PACKAGES = join(__dirname, typeof PYTHON_LAYER === 'string' ? PYTHON_LAYER : '../../../assets/python-layer', 'python');

export interface LocalPythonOptions {
  /** Preferred, such as `3.13`. @default - any */
  readonly version?: string;
  readonly args?: readonly string[];
  /** What it reads. @default - nothing */
  readonly input?: string;
  readonly cwd?: string;
}

/**
 * Runs a module of the layer, and with it the layer's coverage.py, on the Python of this machine.
 *
 * @param purpose what it is needed for, as the end of an error
 * @returns what it answers, which is JSON
 * @throws Error that says what is missing on this machine, or what the module says
 */
export async function onLocalPython<T>(module: string, purpose: string, options: LocalPythonOptions = {}): Promise<T> {
  if (!existsSync(PACKAGES)) {
    throw new Error('this build of cdk-lambda-coverage has no layer for Python; install the published package');
  }
  const names = [...options.version === undefined ? [] : [`python${options.version}`], 'python3', 'python'];
  let refusal: string | undefined;
  for (const command of names.filter(isOnPath)) {
    const { status, stdout, stderr } = await run(command, module, options);
    if (status === 0) {
      return JSON.parse(stdout) as T;
    }
    // a shim, an old Python or one without what the module needs
    refusal ??= stderr.trim().split('\n').at(-1);
  }
  const found = refusal ? `, and what is there says: ${refusal}` : '';
  throw new Error(`there is no Python 3.8 or later on this machine to ${purpose}${found}; install Python`);
}

async function run(command: string, module: string, { args = [], input = '', cwd }: LocalPythonOptions): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const env = { ...process.env, PYTHONPATH: PACKAGES, PYTHONIOENCODING: 'utf-8' };
  const child = spawn(command, ['-B', '-m', module, ...args], { env, cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined); // it may have ended
  child.stdin.end(input);
  try {
    const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]) as [string, string, [number | null]];
    return { status, stdout, stderr };
  } catch (error) {
    return { status: null, stdout: '', stderr: (error as Error).message };
  }
}

function isOnPath(command: string): boolean {
  const names = process.platform === 'win32' ? [`${command}.exe`, `${command}.cmd`, `${command}.bat`] : [command];
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && names.some((name) => existsSync(join(folder, name))));
}
