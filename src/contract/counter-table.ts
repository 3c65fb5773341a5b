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

/** What a script does that has counters, in its text. No script matches for having bundled this module, or another one that names the symbol. */
export const REGISTERS_COUNTERS = /\[Symbol\.for\("cdk-lambda-coverage\.counters"\)\]\|\|=\[\]\)\.push\(\["[\da-f]{64}"/;

/**
 * The counters of a script: the name of its table, what returns the values since it was called last, in the order of the table, and whether
 * they are counts; else they are 1 or undefined.
 */
export type RegisteredCounters = readonly [table: string, take: () => ReadonlyArray<number | undefined>, counts: boolean];

/** A counter by its position; -1 for what never runs; or what several of them say together. */
export type CounterTerm = number | readonly ['max' | 'sum' | 'less', ...CounterTerm[]];

export interface CounterTable {
  readonly version: typeof COUNTER_TABLE_VERSION;
  /** Path of the script below the root of its package. */
  readonly script: string;
  /** SHA-256 of the script as it was before, in hexadecimal: what it is a build of. */
  readonly sha256: string;
  /** How many counters the script has. */
  readonly size: number;
  /** Whether they tell how often something ran, or only that it did. */
  readonly counts: boolean;
  readonly files: readonly CountedFile[];
  /** What could not be told of the script when it was instrumented, for the user. */
  readonly problems: readonly string[];
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
