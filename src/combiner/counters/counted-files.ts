import type { FileCoverageData } from 'istanbul-lib-coverage';
import type { CounterTable, CounterTerm } from '../../contract/counter-table';
import { mapValues } from '../../conversion/map-values';
import { sha256 } from '../../conversion/sha256';
import type { ConvertedFile } from '../convert-script';

/**
 * What the counters of a script tell of its original files.
 *
 * @param values of the counters, in the order of the table; those that are missing are 0
 */
export function countedFiles({ files }: CounterTable, values: ReadonlyArray<number | undefined>, branchCoverage: boolean): ConvertedFile[] {
  const count = (term: CounterTerm): number => {
    if (typeof term === 'number') {
      return term < 0 ? 0 : values[term] ?? 0;
    }
    const [operation, ...terms] = term;
    const counts = terms.map(count);
    switch (operation) {
      case 'max': return Math.max(...counts);
      case 'sum': return Math.min(counts.reduce((sum, one) => sum + one, 0), Number.MAX_SAFE_INTEGER);
      case 'less': return Math.max(0, counts[0]! - counts[1]!);
    }
  };
  return files.map(({ path, text, statementMap, fnMap, branchMap, s, f, b }) => {
    const coverage = {
      path,
      statementMap,
      fnMap,
      branchMap: branchCoverage ? branchMap : {},
      s: mapValues(s, count),
      f: mapValues(f, count),
      b: branchCoverage ? mapValues(b, (arms) => arms.map(count)) : {},
    } as unknown as FileCoverageData;
    return { path, build: sha256(text), text, coverage };
  });
}
