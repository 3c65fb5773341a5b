import type { CoverageMap } from 'istanbul-lib-coverage';
import { reachOf, sumOfReach, type Reach } from './reach';
import type { Origins } from '../unit/join-unit-coverage';

const COLUMNS = [['only unit', 'onlyUnit'], ['only Lambda', 'onlyLambda'], ['both', 'both'], ['neither', 'neither']] as const;

/** A table of the lines by what reaches them, beside Istanbul's table of percentages. */
export function reachTable(coverage: CoverageMap, origins: Origins, columns: number): string {
  const files = [...coverage.files()].sort().map((path) => [path, reachOf(origins, path)] as const);
  const rows: Array<readonly [string, Reach]> = [['All files', sumOfReach(files.map(([, reach]) => reach))], ...files.map(([path, reach]) => [` ${path}`, reach] as const)];
  const numbers = COLUMNS.reduce((sum, [heading]) => sum + heading.length + 3, 1);
  const width = Math.max(10, Math.min(Math.max(...rows.map(([name]) => name.length)), columns - numbers));
  const line = ['-'.repeat(width + 1), ...COLUMNS.map(([heading]) => '-'.repeat(heading.length + 2))].join('|');
  const header = ['Lines by'.padEnd(width + 1), ...COLUMNS.map(([heading]) => ` ${heading} `)].join('|');
  return [
    line, header, line,
    ...rows.map(([name, reach]) => [`${shortened(name, width)} `, ...COLUMNS.map(([heading, key]) => ` ${String(reach[key]).padStart(heading.length)} `)].join('|')),
    line,
  ].map((one) => one.trimEnd()).join('\n');
}

/** The end of a path says most. */
function shortened(name: string, width: number): string {
  return name.length <= width ? name.padEnd(width) : ` ...${name.slice(4 - width)}`;
}
