import { onLocalPython } from './local-python';
import { pathFilter } from '../../patterns/path-filter';
import type { PythonPackage } from '../cloud-assembly/cloud-assembly';
import type { MergedPython } from '../merging/python-merge';

const MODULE = 'coverage_wrapper._tables';

/** The files of functions in Python as if none of them had been imported. */
export interface PackageTables {
  readonly files: readonly MergedPython[];
  /** The tables, by the SHA-256 that each would be kept under. */
  readonly contents: ReadonlyMap<string, Buffer>;
  /** A line for each file that cannot be told of. */
  readonly unreadable: readonly string[];
}

interface Answer {
  readonly files: ReadonlyArray<{ readonly path: string; readonly table: string; readonly content: string }>;
  readonly unreadable: ReadonlyArray<{ readonly path: string; readonly reason: string }>;
}

/**
 * Lets the layer's coverage.py look at the files of packages, on the Python of this machine: preferably the functions' own version, since
 * versions differ a little in what they take for a statement.
 *
 * @throws Error that says what is missing on this machine
 */
export async function packageTables(packages: readonly PythonPackage[]): Promise<PackageTables> {
  const files: MergedPython[] = [];
  const contents = new Map<string, Buffer>();
  const unreadable: string[] = [];
  for (const version of new Set(packages.map((one) => one.version))) {
    const same = packages.filter((one) => one.version === version);
    const requests = same.map(({ folder, handler, branchCoverage }) => ({ folder, handler, branch: branchCoverage }));
    const answers = await onLocalPython<Answer[]>(MODULE, 'read them with', { version, input: JSON.stringify(requests) });
    same.forEach(({ include, exclude, branchCoverage }, index) => {
      const answer = answers[index]!;
      for (const { path, table, content } of answer.files) {
        contents.set(table, Buffer.from(content));
        files.push({ path, table, include, exclude, branchCoverage, arcs: new Set(), lines: new Set(), lambdaFunctions: new Map() });
      }
      const isWanted = pathFilter(include, exclude);
      unreadable.push(...answer.unreadable.filter(({ path }) => isWanted(path)).map(({ path, reason }) => `${path} ${reason}`));
    });
  }
  return { files, contents, unreadable };
}
