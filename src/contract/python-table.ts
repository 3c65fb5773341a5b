/**
 * What coverage.py knows of a Python file without running it. The wrapper puts it into the bucket once for each content, version of Python
 * and version of coverage.py, under the SHA-256 of its identity, a JSON list of these: that is known before coverage.py has looked at the file.
 *
 * Written by `coverage_wrapper/_counting/table.py`.
 */
export const PYTHON_TABLE_VERSION = 1;

/** The parts of an identity: its kind and version, SHA-256 of the text, Python such as `3.12`, coverage.py, and whether branches are measured. */
export type PythonTableIdentity = readonly ['python-table', typeof PYTHON_TABLE_VERSION, string, string, string, boolean];

/** Lines have numbers from 1; a negative one is the exit of what begins there. */
export interface PythonTable {
  readonly version: typeof PYTHON_TABLE_VERSION;
  readonly identity: string;
  /** As coverage.py reads it: with line feeds only, and one at the end. */
  readonly text: string;
  /** The lines that statements begin in. */
  readonly statements: readonly number[];
  /** Lines that a comment or a pattern excludes. */
  readonly excluded: readonly number[];
  /** First and last line of each statement that has several. */
  readonly multiline: ReadonlyArray<readonly [first: number, last: number]>;
  /** Where lines with several exits can go to, and how many of these count; none where branches are not measured. */
  readonly branches?: ReadonlyArray<readonly [line: number, exits: number, destinations: readonly number[]]>;
  /** Those of these lines whose branches all count as taken. */
  readonly noBranch?: readonly number[];
  /** Arcs that Python makes where a `with` statement ends, and the arc that stands for each; nothing where none does. */
  readonly jumps?: ReadonlyArray<readonly [from: number, to: number, ...arc: readonly number[]]>;
  /** Name, first and last line, and own statements of each function that has any. */
  readonly functions: ReadonlyArray<readonly [name: string, first: number, last: number, statements: readonly number[]]>;
}
