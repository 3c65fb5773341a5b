/** A small program whose coverage two ways of measuring have to agree on. */
export interface Program {
  readonly name: string;
  /** @default 'js' */
  readonly language?: 'ts' | 'js';
  /** Cannot be CommonJS. @default false */
  readonly moduleOnly?: boolean;
  /** A module that exports `handler`. */
  readonly source: string;
  /** Files that the source imports, which are copied beside it: folders or files by the names that they get there. @default - none */
  readonly imports?: Readonly<Record<string, string>>;
  /** What the handler is called with, in one process, in order; an error of the handler is part of the program. */
  readonly events: readonly unknown[];
  /** Counters that V8 does not tell as Istanbul does, each as the comparison prints it without the file's name; in every build. */
  readonly differs?: readonly Difference[];
}

export interface Difference {
  /** Beginning of the line. */
  readonly counter: string;
  /** What about V8 or the bundler makes it so. */
  readonly reason: string;
  /** @default - all builds */
  readonly builds?: readonly string[];
}
