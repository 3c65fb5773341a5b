import type { LineCoverage, ToldFile } from './told-coverage';
import { onLocalPython } from '../python/local-python';

/** What `coverage json` writes, as far as it is read here; of its second format and later, which coverage.py has since 6.0. */
export interface CoveragePyJson {
  readonly meta: { readonly format: number };
  readonly files: Readonly<Record<string, CoveragePyFile>>;
}

interface CoveragePyFile {
  readonly executed_lines: readonly number[];
  readonly missing_lines: readonly number[];
  /** From a line to a line, or to the exit of what begins in a line, which is negative; where branches were measured. */
  readonly executed_branches?: ReadonlyArray<readonly [number, number]>;
  readonly missing_branches?: ReadonlyArray<readonly [number, number]>;
  /** By their names, since 7.6; what is in none has an empty one. */
  readonly functions?: Readonly<Record<string, { readonly executed_lines: readonly number[]; readonly start_line?: number }>>;
}

const SQLITE = 'SQLite format 3\0';
const MODULE = 'coverage_wrapper._combining.json_report';

/** Whether a file is what coverage.py keeps its data in, such as `.coverage`. */
export function isCoveragePyData(content: Buffer): boolean {
  return content.subarray(0, SQLITE.length).toString('latin1') === SQLITE;
}

/**
 * The files of coverage.py's own data, by its JSON report: that takes Python, and the sources where they were.
 *
 * @param file absolute path
 * @param cwd the folder that the tests ran in, whose configuration of coverage.py counts
 * @throws Error where it cannot be read, or there is no Python
 */
export async function coveragePyDataFiles(file: string, cwd: string): Promise<ToldFile[]> {
  const purpose = 'read data of coverage.py with (or give what `coverage json` writes)';
  const { report, error } = await onLocalPython<{ report?: CoveragePyJson; error?: string }>(MODULE, purpose, { args: [file], cwd });
  if (report === undefined) {
    throw new Error(error);
  }
  return coveragePyFiles(report);
}

/** Whether a value can be what `coverage json` writes. */
export function isCoveragePyJson(value: unknown): value is CoveragePyJson {
  const { meta, files } = (value ?? {}) as Partial<CoveragePyJson>;
  return typeof meta?.format === 'number' && typeof files === 'object' && files !== null;
}

/** @throws Error if a file is damaged */
export function coveragePyFiles({ files }: CoveragePyJson): ToldFile[] {
  return Object.entries(files).map(([path, file]) => {
    if (![file.executed_lines, file.missing_lines].every((lines) => Array.isArray(lines) && lines.every(Number.isInteger))) {
      throw new Error(`the coverage of '${path}' is damaged: its executed_lines or missing_lines are no lists of lines`);
    }
    return { path, told: { by: 'lines', coverage: lineCoverage(file) } };
  });
}

function lineCoverage(file: CoveragePyFile): LineCoverage {
  const { executed_lines, missing_lines, executed_branches = [], missing_branches = [], functions = {} } = file;
  const arms = [...executed_branches.map((arc) => [...arc, 1] as const), ...missing_branches.map((arc) => [...arc, 0] as const)];
  const branches = new Map<number, number[][]>();
  // an exit comes after the lines that can be gone to, as where Lambda tells of a file
  for (const [line, , hits] of arms.sort(([, a], [, b]) => Number(a < 0) - Number(b < 0) || a - b)) {
    branches.set(line, [[...branches.get(line)?.[0] ?? [], hits]]);
  }
  return {
    lines: new Map([...executed_lines.map((line) => [line, 1] as const), ...missing_lines.map((line) => [line, 0] as const)]),
    functions: Object.entries(functions).filter(([name, fn]) => name !== '' && fn.start_line !== undefined)
      .map(([name, fn]) => ({ name, line: fn.start_line!, hits: Number(fn.executed_lines.length > 0) })),
    branches,
  };
}
