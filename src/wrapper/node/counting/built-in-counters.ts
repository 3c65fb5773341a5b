import { join } from 'node:path';
import type { Source } from './scripts';
import { COUNTERS_SYMBOL, TABLE_FOLDER, type RegisteredCounters } from '../../../contract/counter-table';
import type { OmittedScript } from '../../../contract/raw-coverage';
import { existsSync } from '../platform';

// taken before the user's code runs, which may patch it
const { isArray } = Array;

/** What ran of a script with counters since the take before. */
export interface CountedValues {
  /** SHA-256 of its table. */
  readonly table: string;
  /** Whether it is told how often, and not only that a counter was passed. */
  readonly counts: boolean;
  /** In the order of the table. */
  readonly values: ReadonlyArray<number | undefined>;
}

export interface CountersTake {
  readonly scripts: CountedValues[];
  /** The tables of scripts that are new with this take. */
  readonly sources: Source[];
  /** Scripts whose table is not there, each told once. */
  readonly omitted: OmittedScript[];
}

const SYMBOL = Symbol.for(COUNTERS_SYMBOL);

/** Counters that were built into the function's code when the app was synthesized. Nothing of it throws. */
export class BuiltInCounters {
  private readonly told = new Set<string>();
  private readonly missing = new Set<string>();

  public constructor(private readonly taskRoot: string) {}

  /** The values since the take before. A script is told of where it is new, though nothing of it ran; afterwards where something of it ran. */
  public take(): CountersTake {
    const scripts = new Map<string, CountedValues>();
    const taken: CountersTake = { scripts: [], sources: [], omitted: [] };
    const registered: unknown = (globalThis as { [SYMBOL]?: unknown })[SYMBOL];
    for (const one of isArray(registered) ? registered as RegisteredCounters[] : []) {
      try {
        const [table, read, counts] = one;
        const values = read();
        if (this.isThere(table, taken)) {
          const known = scripts.get(table);
          scripts.set(table, { table, counts, values: known ? added(known.values, values) : values });
        }
      } catch {
        // not one of ours
      }
    }
    scripts.forEach((script) => {
      if (!this.told.has(script.table) || script.values.some(Boolean)) {
        this.told.add(script.table);
        taken.scripts.push(script);
      }
    });
    return taken;
  }

  private isThere(table: string, { sources, omitted }: CountersTake): boolean {
    if (this.told.has(table)) {
      return true;
    }
    if (this.missing.has(table)) {
      return false;
    }
    const file = join(this.taskRoot, TABLE_FOLDER, `${table}.json`);
    if (existsSync(file)) {
      if (!sources.some(({ sha256 }) => sha256 === table)) {
        sources.push({ sha256: table, file });
      }
      return true;
    }
    this.missing.add(table);
    omitted.push({ url: `${TABLE_FOLDER}/${table}.json`, reason: 'is not in the package, so what its script ran cannot be told' });
    return false;
  }
}

/** A script that is loaded twice has its counters twice. */
function added(some: ReadonlyArray<number | undefined>, others: ReadonlyArray<number | undefined>): Array<number | undefined> {
  return some.map((value, counter) => (value ?? 0) + (others[counter] ?? 0));
}
