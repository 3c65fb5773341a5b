import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { isSameMachine, type Machine } from './machine';
import type { Mode } from './row';

/** A run of what is no row: it is kept in a file of its own in bench/results, which is committed. */
export interface SingleRun<T> {
  readonly machine: Machine;
  readonly mode: Mode;
  readonly at: string;
  readonly commit: string;
  readonly load: number;
  readonly results: T;
}

const fileOf = (name: string) => path.join(__dirname, 'results', `${name}.json`);

/** That of another machine counts for nothing. */
export function latestRun<T>(name: string, machine: Machine): SingleRun<T> | undefined {
  const file = fileOf(name);
  const run = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) as SingleRun<T> : undefined;
  return run && isSameMachine(run.machine, machine) ? run : undefined;
}

/** A quick run does not replace a full one of the same machine. */
export function saveRun<T>(name: string, run: SingleRun<T>): void {
  if (run.mode === 'full' || latestRun(name, run.machine)?.mode !== 'full') {
    mkdirSync(path.dirname(fileOf(name)), { recursive: true });
    writeFileSync(fileOf(name), `${JSON.stringify(run, (_key, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value), 1)}\n`);
  }
}

/** When, and of which commit. */
export function provenanceOf({ mode, at, commit, load }: SingleRun<unknown>): string {
  return `Measured: ${mode === 'quick' ? 'quick mode, ' : ''}${at.slice(0, 10)}, commit ${commit}, load ${load.toFixed(1)} at the start.`;
}
