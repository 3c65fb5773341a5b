/** What the page of a single-file report is given: the counters of each file, and how often they were passed, by whom. */

/** Lines count from 1, columns from 0; the end is the first place behind. */
export type Place = readonly [line: number, column: number, endLine: number, endColumn: number];

export interface PageData {
  readonly title: string;
  /** When the report was made, ISO 8601. */
  readonly made: string;
  /** Whether unit tests are in it. */
  readonly hasUnit: boolean;
  readonly parts: readonly PagePart[];
  readonly files: readonly PageFile[];
}

/** A part of what ran in Lambda. */
export interface PagePart {
  readonly lambdaFunction: string;
  readonly run?: string;
  readonly phase?: 'init' | 'invocation';
}

export interface PageFile {
  readonly path: string;
  /** Nothing where it is not at hand. */
  readonly text?: string;
  /** Names of the functions that have it. */
  readonly lambdaFunctions: readonly string[];
  readonly statements: readonly Place[];
  readonly functions: ReadonlyArray<readonly [name: string, place: Place]>;
  /** An arm that is not in the source has no place. */
  readonly branches: ReadonlyArray<readonly [type: string, line: number, arms: ReadonlyArray<Place | null>]>;
  /** Counts of statements, functions and arms, one after the other, as `encodeCounts` writes them. */
  readonly lambda: string;
  readonly unit?: string;
  /** By the positions of parts. */
  readonly parts: Readonly<Record<number, string>>;
}

/** `1,,2` for 1, 0 and 2; zeros at the end are left out. */
export function encodeCounts(counts: readonly number[]): string {
  return counts.map((count) => (count === 0 ? '' : String(count))).join(',').replace(/,+$/, '');
}

/** @param length how many there are */
export function decodeCounts(text: string, length: number): number[] {
  const counts = new Array<number>(length).fill(0);
  text.split(',').forEach((count, index) => {
    if (count !== '') {
      counts[index] = Number(count);
    }
  });
  return counts;
}
