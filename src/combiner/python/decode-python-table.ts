import { PYTHON_TABLE_VERSION, type PythonTable, type PythonTableIdentity } from '../../contract/python-table';
import { sha256 } from '../../conversion/sha256';

/** A table that was read, and what its identity says of it. */
export interface DecodedPythonTable {
  readonly table: PythonTable;
  /** SHA-256 of the text. */
  readonly textHash: string;
}

/**
 * Reads a table; what is in a bucket may have been written by anybody.
 *
 * @param name the SHA-256 that it is kept under
 * @throws Error that says what is wrong with it
 */
export function decodePythonTable(json: string, name: string): DecodedPythonTable {
  const table = JSON.parse(json) as PythonTable;
  if (table.version !== PYTHON_TABLE_VERSION) {
    throw new Error(`its table ${name} has version ${JSON.stringify(table.version)}, and this release reads ${PYTHON_TABLE_VERSION}; update cdk-lambda-coverage`);
  }
  if (typeof table.identity !== 'string' || sha256(table.identity) !== name) {
    throw new Error(`the kept table ${name} is that of another file`);
  }
  const [kind, , textHash] = JSON.parse(table.identity) as PythonTableIdentity;
  if (kind !== 'python-table' || typeof table.text !== 'string' || sha256(table.text) !== textHash) {
    throw new Error(`the kept table ${name} has the text of another file`);
  }
  const lines = table.text.split('\n').length;
  const isLine = (value: unknown) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= lines;
  const isExit = (value: unknown) => Number.isInteger(value) && Math.abs(value as number) <= lines;
  const isBranch = ([line, exits, destinations]: readonly [number, number, readonly number[]]) =>
    isLine(line) && Number.isInteger(exits) && isListOf(destinations, isExit);
  const isWhole = isListOf(table.statements, isLine) && isListOf(table.excluded, isLine)
    && isListOf(table.multiline, (range) => isListOf(range, isLine) && range.length === 2)
    && (table.branches === undefined || isListOf(table.branches, isBranch))
    && (table.noBranch === undefined || isListOf(table.noBranch, isLine))
    && (table.jumps === undefined || isListOf(table.jumps, (jump) => isListOf(jump, isExit) && (jump.length === 2 || jump.length === 4)))
    && isListOf(table.functions, ([title, first, last, own]) => typeof title === 'string' && isLine(first) && isLine(last) && isListOf(own, isLine));
  if (!isWhole) {
    throw new Error(`the kept table ${name} is damaged`);
  }
  return { table, textHash };
}

function isListOf<T>(value: readonly T[], is: (item: T) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => item !== null && is(item));
}
