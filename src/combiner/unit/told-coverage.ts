import type { FileCoverageData, Location } from 'istanbul-lib-coverage';

/** What a tool says of a file: with statements, branches and functions of its own, or by lines. */
export type ToldCoverage =
  | { readonly by: 'statements'; readonly coverage: FileCoverageData }
  | { readonly by: 'lines'; readonly coverage: LineCoverage };

/** Hits by lines, which count from 1. */
export interface LineCoverage {
  readonly lines: ReadonlyMap<number, number>;
  readonly functions: readonly LineFunction[];
  /** Of each line the branches that begin there, in order: the hits of their arms. */
  readonly branches: ReadonlyMap<number, ReadonlyArray<readonly number[]>>;
  /** Where more is known than by lines: hits of places, by their names. */
  readonly places?: ReadonlyMap<string, number>;
}

/** @param location the line counts from 1, the column from 0 */
export function placeName({ line, column }: Location): string {
  return `${line}:${column}`;
}

export interface LineFunction {
  readonly name: string;
  readonly line: number;
  readonly hits: number;
}

/** A file as a tool names it, mostly by an absolute path of the machine that it ran on. */
export interface ToldFile {
  readonly path: string;
  readonly told: ToldCoverage;
  /** Where the tool tells it, or it had to be read. */
  readonly text?: string;
}
