import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Samples } from './interleaving';
import { isSameMachine, type Machine } from './machine';
import type { Measurement } from './measurement';

const FOLDER = path.join(__dirname, 'results');
const LATEST = path.join(FOLDER, 'latest.json');
const HISTORY = path.join(FOLDER, 'history');

/** The newest measurement of each metric, on one machine: bench/results/latest.json, which is committed. */
export interface Results {
  readonly machine: Machine;
  readonly measurements: readonly Measurement[];
}

export function latestResults(): Results | undefined {
  return existsSync(LATEST) ? JSON.parse(readFileSync(LATEST, 'utf8')) as Results : undefined;
}

/**
 * Puts new measurements in the place of older ones. Those of another machine go; a quick measurement does not replace a
 * full one.
 */
export function saveLatest({ machine, measurements }: Results): void {
  const latest = latestResults();
  const merged = new Map<string, Measurement>();
  const keep = (measurement: Measurement) => {
    const key = [measurement.row, measurement.metric, measurement.subject, measurement.node].join(' ');
    if (measurement.mode === 'full' || merged.get(key)?.mode !== 'full') {
      merged.set(key, measurement);
    }
  };
  if (latest && isSameMachine(latest.machine, machine)) {
    latest.measurements.forEach(keep);
  }
  measurements.forEach(keep);
  write(LATEST, { machine, measurements: [...merged.keys()].sort().map((key) => merged.get(key)!) });
}

interface Run extends Results {
  readonly samples: Readonly<Record<string, Samples>>;
}

/** Keeps a run with its samples, in a folder that is not committed. */
export function saveHistory(run: Run): string {
  const file = path.join(HISTORY, `${new Date().toISOString().replace(/[:.]/g, '-')}.json`);
  write(file, run);
  return file;
}

/** One measurement a line, so that a difference between two versions of the file can be read. */
function write(file: string, { measurements, ...others }: Results): void {
  const json = (value: unknown) => JSON.stringify(value, (_key, part: unknown) => (typeof part === 'number' ? Number(part.toPrecision(6)) : part));
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${json(others).slice(0, -1)},"measurements":[\n${measurements.map(json).join(',\n')}\n]}\n`);
}
