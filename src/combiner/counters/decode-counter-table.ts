import { COUNTER_TABLE_VERSION, type CodeRange, type CountedFile, type CounterTable, type CounterTerm } from '../../contract/counter-table';
import { reportedPath } from '../../conversion/original-path';

/**
 * Reads a table; what is in a bucket may have been written by anybody.
 *
 * @throws Error that says what is wrong with it
 */
export function decodeCounterTable(json: string): CounterTable {
  const table = JSON.parse(json) as CounterTable;
  if (table.version !== COUNTER_TABLE_VERSION) {
    throw new Error(`its table of counters has version ${JSON.stringify(table.version)}, and this release reads ${COUNTER_TABLE_VERSION}; update cdk-lambda-coverage`);
  }
  const isWhole = typeof table.script === 'string' && /^[0-9a-f]{64}$/.test(table.sha256) && Number.isSafeInteger(table.size) && Array.isArray(table.files)
    && table.files.every((file) => isFile(file, table.size)) && Array.isArray(table.problems) && table.problems.every((one) => typeof one === 'string');
  if (!isWhole) {
    throw new Error('its table of counters is damaged');
  }
  return table;
}

function isFile({ path, text, statementMap, fnMap, branchMap, s, f, b }: CountedFile, size: number): boolean {
  const isCounter = (term: unknown) => isTerm(term, size);
  return typeof path === 'string' && path !== '' && reportedPath(path) === path && !(path in Object.prototype) && typeof text === 'string'
    && isEach(statementMap, isRange) && isEach(s, isCounter) && sameKeys(statementMap, s)
    && isEach(fnMap, (fn) => typeof fn.name === 'string' && isRange(fn.decl) && isRange(fn.loc)) && isEach(f, isCounter) && sameKeys(fnMap, f)
    && isEach(branchMap, ({ type, loc, locations }) => typeof type === 'string' && isRange(loc) && Array.isArray(locations) && locations.every(isRange))
    && isEach(b, (arms) => Array.isArray(arms) && arms.every(isCounter)) && sameKeys(branchMap, b)
    && Object.keys(branchMap).every((id) => branchMap[id]!.locations.length === b[id]!.length);
}

function isTerm(term: unknown, size: number): boolean {
  if (Array.isArray(term)) {
    const [operation, ...terms] = term as unknown as [string, ...CounterTerm[]];
    return /^(?:max|sum|less)$/.test(operation) && terms.length > 0 && (operation !== 'less' || terms.length === 2) && terms.every((one) => isTerm(one, size));
  }
  return Number.isInteger(term) && (term as number) >= -1 && (term as number) < size;
}

function isRange(range: CodeRange | undefined): boolean {
  return [range?.start, range?.end].every((position) => typeof position === 'object' && position !== null
    && [position.line, position.column].every((value) => value === undefined || value === null || typeof value === 'number'));
}

function isEach<T>(record: Readonly<Record<string, T>>, is: (value: T) => boolean): boolean {
  return typeof record === 'object' && record !== null && !Array.isArray(record) && Object.values(record).every((value) => value !== null && is(value));
}

function sameKeys(some: object, others: object): boolean {
  return Object.keys(some).length === Object.keys(others).length && Object.keys(some).every((key) => Object.hasOwn(others, key));
}
