/** A small program whose coverage two ways of measuring have to agree on. */
export interface Program {
  readonly name: string;
  /** @default 'js' */
  readonly language?: 'ts' | 'js';
  /** Cannot be CommonJS. @default false */
  readonly moduleOnly?: boolean;
  /** A module that exports `handler`. */
  readonly source: string;
  /** What Istanbul gets instead of the source: the same code in the same lines, with its own hints. @default - the source */
  readonly sourceForIstanbul?: string;
  /** Files that the source imports, which are copied beside it: folders or files by the names that they get there. @default - none */
  readonly imports?: Readonly<Record<string, string>>;
  /** What the handler is called with, in one process, in order; an error of the handler is part of the program. */
  readonly events: readonly unknown[];
  /** Counters that do not come out as with Istanbul where V8 counts, and why. Whoever finds a way to tell one takes it off. @default - none */
  readonly differs?: readonly Difference[];
  /** The same with counters that are built in. @default - none */
  readonly differsBuiltIn?: readonly Difference[];
}

export interface Difference {
  /** How the line begins that the comparison prints, without the file's name. */
  readonly counter: string;
  /** What of V8 or of the bundler makes it so. */
  readonly reason: string;
  /** In which builds; a part of their names. @default - all builds */
  readonly builds?: string;
}
