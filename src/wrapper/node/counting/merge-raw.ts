/// <reference path="../../../contract/v8-coverage.d.ts" />
import { mergeFunctionCovs } from '@bcoe/v8-coverage';
import { decodeCounterValues, encodeCounterValues, MOST_COUNTERS } from '../../../contract/counter-values';
import type { CountedScript, FunctionCoverage, InstrumentedFile, RawCoverage, ScriptCoverage } from '../../../contract/raw-coverage';

/** One object of each kind, UTC day and phase that says what all of them say together, with the metadata of the newest. */
export function mergeRaw(raws: readonly RawCoverage[]): RawCoverage[] {
  const alike = groups(raws, ({ kind, metadata }) => `${kind} ${metadata.timestamp.slice(0, 10)} ${metadata.phase}`);
  return [...alike.values()].map((same) => {
    const newest = same.reduce((a, b) => (b.metadata.timestamp > a.metadata.timestamp ? b : a));
    const omitted = [...groups(same.flatMap((raw) => raw.omitted), ({ url, reason }) => `${url} ${reason}`).values()].map(([first]) => first!);
    return { ...newest, omitted, result: MERGES[newest.kind](same.flatMap((raw) => raw.result as readonly never[])) } as RawCoverage;
  });
}

/** By the kind, which the results are of. */
const MERGES: Record<RawCoverage['kind'], (results: readonly never[]) => RawCoverage['result']> = {
  v8: mergeScripts,
  istanbul: mergeFiles,
  counters: mergeCounted,
  python: (results) => results, // comes from another wrapper
};

function mergeCounted(scripts: readonly CountedScript[]): CountedScript[] {
  return [...groups(scripts, ({ table, flags }) => `${table} ${flags === undefined}`).values()].map((same) => {
    const { table, flags } = same[0]!;
    const values: number[] = [];
    same.forEach((one) => decodeCounterValues(one.flags ?? one.counts!, flags === undefined, MOST_COUNTERS, (counter, value) => {
      values[counter] = (values[counter] ?? 0) + value;
    }));
    const text = encodeCounterValues(Array.from(values), flags === undefined);
    return flags === undefined ? { table, counts: text } : { table, flags: text };
  });
}

function mergeScripts(scripts: readonly ScriptCoverage[]): ScriptCoverage[] {
  return [...groups(scripts, ({ url, sha256, wrapperLength, sourceMap }) => `${url} ${sha256} ${wrapperLength} ${sourceMap}`).values()].map((same) => {
    const functions = groups(same.flatMap((script) => script.functions), ({ functionName, ranges: [whole] }) => `${whole!.startOffset} ${whole!.endOffset} ${functionName}`);
    return { ...same[0]!, functions: [...functions.values()].map(mergeFunctions) };
  });
}

/** Where one knows the blocks, a count of the whole function would say that all of them ran. */
function mergeFunctions(functions: readonly FunctionCoverage[]): FunctionCoverage {
  const exact = functions.filter(({ isBlockCoverage }) => isBlockCoverage);
  const merged = exact.length > 0 ? exact : functions;
  return merged.length === 1 ? merged[0]! : { ...mergeFunctionCovs(merged as never), isBlockCoverage: exact.length > 0 };
}

function mergeFiles(files: readonly InstrumentedFile[]): InstrumentedFile[] {
  return [...groups(files, ({ path, shape }) => `${shape} ${path}`).values()].map((same) => ({
    ...same[0]!,
    s: added(same.map(({ s }) => s), sum),
    f: added(same.map(({ f }) => f), sum),
    b: added(same.map(({ b }) => b), (a, b) => (a.length < b.length ? b : a).map((_, arm) => sum(a[arm] ?? 0, b[arm] ?? 0))),
  }));
}

function added<T>(records: ReadonlyArray<Readonly<Record<string, T>>>, add: (a: T, b: T) => T): Record<string, T> {
  const all = groups(records.flatMap((record) => Object.entries(record)), ([key]) => key);
  return Object.fromEntries([...all].map(([key, entries]) => [key, entries.map(([, value]) => value).reduce(add)]));
}

function sum(a: number, b: number): number {
  return a + b;
}

function groups<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const same = found.get(key(item));
    if (same) {
      same.push(item);
    } else {
      found.set(key(item), [item]);
    }
  }
  return found;
}
