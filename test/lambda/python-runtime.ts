import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { cachedFolder } from './cache-folder';
import type { FunctionConfiguration, LambdaRuntime, PythonRuntimeName, RuntimeProgram } from './function-configuration';
import { anyPython, pythonInterpreters, type PythonVersion } from '../../projenrc/python-layer/interpreters';

/** The last of AWS's clients that runs on Python 3.8, and one that is current. */
const OLD_CLIENT = 'awslambdaric==2.2.1';
const CLIENT = 'awslambdaric==4.0.0';

const BOOTSTRAP = path.join(__dirname, 'python-bootstrap.py');

export function isPython(runtime: LambdaRuntime): runtime is PythonRuntimeName {
  return runtime.startsWith('python');
}

/** Whether this machine can run functions of that runtime. */
export function hasPython(version: PythonVersion): boolean {
  return process.platform === 'linux' && pythonInterpreters().has(version) && anyPython() !== undefined;
}

/** CPython of this machine with AWS's client for it. */
export class PythonRuntime implements RuntimeProgram {
  public static async of(runtime: PythonRuntimeName): Promise<PythonRuntime> {
    const version = runtime.slice('python'.length) as PythonVersion;
    const interpreter = pythonInterpreters().get(version);
    if (interpreter === undefined) {
      throw new Error(`there is no Python ${version} on this machine; found are ${[...pythonInterpreters().keys()].join(', ') || 'none'}`);
    }
    return new PythonRuntime(interpreter, version, await clientFolder(version));
  }

  private constructor(private readonly interpreter: string, private readonly version: PythonVersion, public readonly folder: string) {}

  public get bin(): string {
    return path.dirname(this.interpreter);
  }

  public command({ taskRoot, opt, handler, environment }: Pick<FunctionConfiguration, 'taskRoot' | 'opt' | 'handler' | 'environment'>): string[] {
    // the runtime's PYTHONPATH has the folders of layers, so a function with one of its own has only the folder of Lambda's bootstrap.py
    const folders = environment.PYTHONPATH === undefined ? [opt.map(`/opt/python/lib/python${this.version}/site-packages`), opt.map('/opt/python')] : [this.folder];
    // Lambda's file system is read-only, so no bytecode is written beside the user's modules
    return [this.interpreter, '-B', BOOTSTRAP, opt.map(handler), taskRoot, ...folders];
  }

  public variables(): Record<string, string> {
    return { PYTHONPATH: this.folder };
  }
}

async function clientFolder(version: PythonVersion): Promise<string> {
  const client = version === '3.8' ? OLD_CLIENT : CLIENT;
  const name = `${client.replace('==', '-')}-python${version}`;
  return cachedFolder(path.join('runtime', name), async (into) => {
    const options = ['--quiet', '--disable-pip-version-check', '--only-binary=:all:', '--python-version', version, '--platform', 'manylinux2014_x86_64'];
    const platform = process.arch === 'arm64' ? options.map((option) => option.replace('x86_64', 'aarch64')) : options;
    try {
      await promisify(execFile)(anyPython()!, ['-m', 'pip', 'install', ...platform, '--target', into, client]);
    } catch (error) {
      throw new Error(`${client} for Python ${version} cannot be fetched with pip, which is needed once\n${(error as { stderr?: string }).stderr ?? String(error)}`);
    }
  });
}
