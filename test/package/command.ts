import { spawnSync } from 'node:child_process';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export interface CommandResult {
  /** Exit code; none where the command could not be started or was ended by a signal. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(command: string, args: readonly string[], options: CommandOptions = {}): CommandResult {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 26, ...options });
  return error ? { status: null, stdout: '', stderr: error.message } : { status, stdout, stderr };
}

/**
 * What a command prints to its standard output.
 *
 * @throws Error with all that it printed where it fails
 */
export function outputOf(command: string, args: readonly string[], options?: CommandOptions): string {
  const { status, stdout, stderr } = run(command, args, options);
  if (status !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  }
  return stdout;
}
