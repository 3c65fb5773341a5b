import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { CombiningResult } from './combining';
import type { Machine } from '../machine';
import type { Mode } from '../row';

const FILE = path.join(__dirname, '..', 'results', 'combining.json');

/** bench/results/combining.json, which is committed. */
export interface CombiningRun {
  readonly machine: Machine;
  readonly mode: Mode;
  readonly at: string;
  readonly commit: string;
  readonly load: number;
  readonly results: readonly CombiningResult[];
}

/** That of another machine counts for nothing. */
export function latestCombining(machine: Machine): CombiningRun | undefined {
  const run = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) as CombiningRun : undefined;
  return run && isDeepStrictEqual(run.machine, machine) ? run : undefined;
}

/** A quick run does not replace a full one of the same machine. */
export function saveCombining(run: CombiningRun): void {
  if (run.mode === 'full' || latestCombining(run.machine)?.mode !== 'full') {
    mkdirSync(path.dirname(FILE), { recursive: true });
    writeFileSync(FILE, `${JSON.stringify(run, (_key, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value), 1)}\n`);
  }
}
