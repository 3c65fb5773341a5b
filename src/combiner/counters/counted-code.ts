import { countedFiles } from './counted-files';
import { decodeCounterTable } from './decode-counter-table';
import type { CounterTable } from '../../contract/counter-table';
import { isVendored } from '../../conversion/original-path';
import { boundedPathFilter } from '../../patterns/bounded-path-filter';
import { nameOf, type Deployed } from '../builds';
import type { ConvertedFile } from '../convert-script';
import { verified, type ContentFinder } from '../kept-content';
import type { MergedCounters } from '../merging/counter-merge';

/** A script with counters, and what ran of it. */
export interface CountedBuild extends Deployed, Omit<MergedCounters, 'table'> {
  readonly table: CounterTable;
}

/** Reads the tables of what was merged. @returns what could not be read as a line each */
export async function readCountedCode(find: ContentFinder, merged: readonly MergedCounters[]): Promise<{ builds: CountedBuild[]; errors: string[] }> {
  const builds: CountedBuild[] = [];
  const errors: string[] = [];
  for (const script of merged) {
    try {
      const json = await verified(find, script.table);
      if (json === undefined) {
        throw new Error(`the table ${script.table} of its counters was not kept; it is sent once per content, with the first invocation after a deployment`);
      }
      const table = decodeCounterTable(json);
      if (script.values.length > table.size) {
        throw new Error(`it has values of ${script.values.length} counters, and its table ${script.table} has ${table.size}`);
      }
      errors.push(...table.problems.map((problem) => `${nameOf({ lambdaFunctions: script.lambdaFunctions, path: table.script })}: ${problem}`));
      builds.push({ ...script, table, path: table.script, sha256: table.sha256 });
    } catch (error) {
      errors.push(`${nameOf({ lambdaFunctions: script.lambdaFunctions, path: '' })}: ${(error as Error).message}`);
    }
  }
  return { builds, errors };
}

/**
 * The original files of a script by its own counters.
 *
 * @throws Error if its patterns take too long
 */
export function filesOf({ table, values, include, exclude, branchCoverage }: CountedBuild): ConvertedFile[] {
  const wanted = boundedPathFilter(include, exclude);
  return countedFiles(table, values, branchCoverage).filter(({ path }) => wanted(path) && !isVendored(path));
}
