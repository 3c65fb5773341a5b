import { decodePythonTable, type DecodedPythonTable } from './decode-python-table';
import { pythonFile } from './python-file';
import { reportedPath } from '../../conversion/original-path';
import { boundedPathFilter } from '../../patterns/bounded-path-filter';
import { dated, nameOf, type DatedFile, type Deployed } from '../builds';
import type { ContentFinder } from '../kept-content';
import type { MergedPython } from '../merging/python-merge';
import { unpacked } from '../reading/compressed';

/** A Python file by one of its tables, and what ran of it. */
export interface PythonBuild extends Deployed, Omit<MergedPython, 'table'>, Pick<DecodedPythonTable, 'table'> {}

/** Reads the tables of what was merged. @returns what could not be read as a line each */
export async function readPythonCode(find: ContentFinder, merged: readonly MergedPython[]): Promise<{ builds: PythonBuild[]; errors: string[] }> {
  const builds: PythonBuild[] = [];
  const errors: string[] = [];
  for (const file of merged) {
    try {
      const stored = await find(file.table);
      if (stored === undefined) {
        throw new Error('its table was not kept; it is sent once per content, with the first invocation after a deployment');
      }
      const { table, textHash } = decodePythonTable((await unpacked(stored)).toString('utf8'), file.table);
      builds.push({ ...file, table, sha256: textHash });
    } catch (error) {
      errors.push(`${nameOf(file)}: ${(error as Error).message}`);
    }
  }
  return { builds, errors };
}

/**
 * The files of a report; what versions of Python make of the same text is one file.
 *
 * @param errors gets what could not be told
 */
export function pythonFiles(builds: readonly PythonBuild[], errors: string[]): DatedFile[] {
  const groups = new Map<string, PythonBuild[]>();
  for (const build of builds) {
    const { path, sha256, include, exclude, branchCoverage } = build;
    const key = JSON.stringify([path, sha256, include, exclude, branchCoverage]);
    groups.set(key, [...groups.get(key) ?? [], build]);
  }
  // a file without statements, as `__init__.py` often is, has nothing that could be reached
  const isReported = ([build]: readonly PythonBuild[]) => {
    const { path, include, exclude, table } = build!;
    try {
      return table.statements.length > 0 && boundedPathFilter(include, exclude)(path);
    } catch (error) {
      errors.push(`${nameOf(build!)}: ${(error as Error).message}`);
      return false;
    }
  };
  return [...groups.values()].filter(isReported).map((same) => {
    const { sha256, table: { text }, branchCoverage } = same[0]!;
    const path = reportedPath(same[0]!.path);
    const times = new Map<string, string>();
    same.flatMap(({ lambdaFunctions }) => [...lambdaFunctions]).forEach(([name, time]) => times.set(name, [times.get(name) ?? '', time].sort()[1]!));
    return { path, build: sha256, text, coverage: pythonFile(path, same, branchCoverage), ...dated({ lambdaFunctions: times }) };
  });
}
