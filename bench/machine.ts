import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as os from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { NODE_VERSIONS } from './row';
import { nodeBinary } from '../test/lambda/node-versions';

/** What numbers depend on, and are not to be compared across. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly os: string;
  /** Of this process, which also is the S3 and the Runtime API. */
  readonly harnessNode: string;
  readonly nodes: readonly string[];
}

export async function thisMachine(): Promise<Machine> {
  const binaries = await Promise.all(NODE_VERSIONS.map(async (version) => nodeBinary(version)));
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 1024 ** 3),
    os: `${distribution()}, ${os.type()} ${os.release()}, ${os.arch()}`,
    harnessNode: process.versions.node,
    nodes: binaries.map(({ path }) => execFileSync(path, ['--version'], { encoding: 'utf8' }).trim().slice(1)),
  };
}

/** Builds of one version of the kernel are no other machine. */
export function isSameMachine(one: Machine, other: Machine): boolean {
  const comparable = (machine: Machine) => ({ ...machine, os: machine.os.replace(/(Linux \d+\.\d+\.\d+)-[^,]+/, '$1') });
  return isDeepStrictEqual(comparable(one), comparable(other));
}

/** The commit that is measured, with a plus where files were changed since. */
export function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: __dirname, encoding: 'utf8' }).trim();
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', ':/src') === '' ? '' : '+');
  } catch {
    return 'unknown';
  }
}

function distribution(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))![1]!;
  } catch {
    return os.platform();
  }
}
