/**
 * What the counters in a script mean that was instrumented when the app was synthesized: which counters of Istanbul's each of them tells.
 * It is a file of the function's package beside the script, and the wrapper puts it into the bucket once per content, as it does with
 * sources.
 */
export const COUNTER_TABLE_VERSION = 1;

/** The folder of a package that tables are in, below its root; each is named by the SHA-256 of its content, with `.json`. */
export const TABLE_FOLDER = '.cdk-lambda-coverage';

/** Where the scripts of a process put their counters: a list on `globalThis`, under `Symbol.for` of this name. */
export const COUNTERS_SYMBOL = 'cdk-lambda-coverage.counters';

/**
 * The counters of a script: the name of its table, how many there are, and what returns the values since it was called last: of flags 1 or
 * undefined, of counts numbers, in the order of the table.
 */
export type RegisteredCounters = readonly [table: string, take: () => ReadonlyArray<number | undefined>];

/** A counter by its position; -1 for what never runs; or what several of them say together. */
export type CounterTerm = number | readonly ['max' | 'sum' | 'less', ...CounterTerm[]];

export interface CounterTable {
  readonly version: typeof COUNTER_TABLE_VERSION;
  /** Path of the script below the root of its package. */
  readonly script: string;
  /** How many counters the script has. */
  readonly size: number;
  /** Whether they tell how often something ran, or only that it did. */
  readonly counts: boolean;
  readonly files: readonly CountedFile[];
}

/** As Istanbul has them; an `else` that is not there has empty positions. */
export interface CodeRange {
  readonly start: { readonly line?: number; readonly column?: number };
  readonly end: { readonly line?: number; readonly column?: number };
}

/** An original file of the script, with the maps of Istanbul's coverage object. */
export interface CountedFile {
  readonly statementMap: Readonly<Record<string, CodeRange>>;
  readonly fnMap: Readonly<Record<string, { readonly name: string; readonly decl: CodeRange; readonly loc: CodeRange; readonly line: number }>>;
  readonly branchMap: Readonly<Record<string, {
    readonly type: string; readonly loc: CodeRange; readonly locations: readonly CodeRange[]; readonly line: number;
  }>>;
  /** As a report names it. */
  readonly path: string;
  readonly text: string;
  /** By the ids of the maps. */
  readonly s: Readonly<Record<string, CounterTerm>>;
  readonly f: Readonly<Record<string, CounterTerm>>;
  readonly b: Readonly<Record<string, readonly CounterTerm[]>>;
}
