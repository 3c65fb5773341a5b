import { execFile } from 'node:child_process';
import * as path from 'node:path';

const CLI = path.join(__dirname, '..', '..', 'assets', 'cli', 'lambda-coverage.js');

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the bundled command line as a user would, with nothing of this process's environment but the path. */
export async function lambdaCoverage(
  args: readonly string[], options: { cwd: string; environment?: Record<string, string>; node?: string },
): Promise<Outcome> {
  const env = { PATH: process.env.PATH, ...options.environment };
  return new Promise((resolve) => {
    execFile(options.node ?? process.execPath, [CLI, ...args], { cwd: options.cwd, env }, (error, stdout, stderr) => {
      resolve({ exitCode: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}
