import type { FileCoverageData } from 'istanbul-lib-coverage';
import type { ToldFile } from './told-coverage';
import { mappedCoverage, parseInputMap } from '../mapped-coverage';

/** Whether a value can be Istanbul's coverage map: files by their paths, each with counters; it may be empty. */
export function isIstanbulJson(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && Object.values(value).every((file) => isRecord(file) && isRecord(fileCoverage(file).statementMap));
}

/**
 * The files of Istanbul's coverage map. What nyc keeps while it runs is of the code that it instrumented, with the source map of that.
 *
 * @throws Error if a file is damaged
 */
export async function istanbulFiles(coverageMap: Readonly<Record<string, unknown>>): Promise<ToldFile[]> {
  const files = await Promise.all(Object.entries(coverageMap).map(async ([name, value]): Promise<ToldFile[]> => {
    const coverage = fileCoverage(value as object) as unknown as FileCoverageData;
    const path = typeof coverage.path === 'string' ? coverage.path : name;
    const problem = problemOf(coverage);
    if (problem !== undefined) {
      throw new Error(`the coverage of '${path}' is damaged: ${problem}`);
    }
    const { inputSourceMap } = coverage as { inputSourceMap?: unknown };
    const map = isRecord(inputSourceMap) ? parseInputMap(inputSourceMap) : undefined;
    if (typeof map === 'string') {
      throw new Error(`the source map of '${path}' cannot be read: ${map}`);
    }
    const originals = map ? await mappedCoverage(path, coverage, map) : [{ path, coverage }];
    return originals.map(({ coverage: counted, ...file }) => ({ ...file, told: { by: 'statements', coverage: counted } }));
  }));
  return files.flat();
}

/** Some tools have the counters one level deeper, as istanbul-lib-coverage has them in memory. */
function fileCoverage(file: object): Readonly<Record<string, unknown>> {
  const { data } = file as { data?: unknown };
  return (isRecord(data) ? data : file) as Readonly<Record<string, unknown>>;
}

function problemOf({ statementMap, fnMap, branchMap, s, f, b }: FileCoverageData): string | undefined {
  if (![statementMap, fnMap, branchMap, s, f, b].every(isRecord)) {
    return 'it lacks one of statementMap, fnMap, branchMap, s, f and b';
  }
  const statement = Object.entries(statementMap).find(([id, range]) => !hasStart(range) || !isCount(s[id]));
  if (statement) {
    return `statement ${statement[0]} has no place or no count`;
  }
  const fn = Object.entries(fnMap).find(([id, one]) => !hasStart(one.loc) || !isCount(f[id]));
  if (fn) {
    return `function ${fn[0]} has no place or no count`;
  }
  const branch = Object.entries(branchMap).find(([id, { loc, locations }]) => {
    const arms: unknown = b[id];
    const isPlaced = Array.isArray(locations) && (hasStart(loc) || hasStart(locations[0]));
    return !isPlaced || !Array.isArray(arms) || arms.length !== locations.length || !arms.every(isCount);
  });
  return branch && `branch ${branch[0]} has no place, or not a count for each arm`;
}

function hasStart(range: { readonly start?: { readonly line?: unknown } } | undefined): boolean {
  return Number.isSafeInteger(range?.start?.line);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
