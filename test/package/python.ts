import { run } from './command';

/** Why there is no Python to install programs with, that old at least, or false. */
export function whyNoPython(oldest: string): string | false {
  const { status, stdout } = run('python3', ['-c', 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])']);
  if (status !== 0) {
    return 'there is no python3 with the modules venv and ensurepip';
  }
  const minor = (version: string) => Number(version.trim().split('.')[1]);
  return minor(stdout) < minor(oldest) && `python3 is ${stdout.trim()}, and ${oldest} is needed`;
}
