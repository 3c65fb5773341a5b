import * as path from 'node:path';
import { pythonInterpreters } from '../projenrc/python-layer/interpreters';

/** Puts a Python of this machine where the command line looks for one: pyenv and uv may have theirs elsewhere. */
export function putPythonOnPath(): void {
  const interpreter = [...pythonInterpreters().values()].at(-1);
  if (interpreter !== undefined) {
    process.env.PATH = [path.dirname(interpreter), process.env.PATH].join(path.delimiter);
  }
}
