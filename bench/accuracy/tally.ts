import * as path from 'node:path';
import { createCoverageMap, type CoverageMapData, type FileCoverageData } from 'istanbul-lib-coverage';

export const KINDS = ['lines', 'statements', 'branches', 'functions'] as const;
export type Kind = typeof KINDS[number];

/** How the counters of a tool go with those of Istanbul. */
export interface Tally {
  /** Counters that Istanbul has. */
  total: number;
  /** Those of them that the tool says the other thing of: hit, where it was not, or not hit. */
  wrong: number;
  /** Those that the tool has not, at their place. */
  missing: number;
  /** Counters of the tool that Istanbul has not. */
  extra: number;
}

export type Tallies = Record<Kind, Tally>;

export function noTallies(): Tallies {
  return Object.fromEntries(KINDS.map((kind) => [kind, { total: 0, wrong: 0, missing: 0, extra: 0 }])) as Tallies;
}

/**
 * Adds how a conversion goes with the truth. Counters are told by their places, since tools number them as they like; files by their
 * paths below a folder. A file that the tool does not have is missing.
 */
export function addTo(tallies: Tallies, actual: CoverageMapData, truth: CoverageMapData, folder: string): void {
  const byPath = new Map(Object.entries(actual).map(([file, data]) => [relative(file, folder), data as FileCoverageData]));
  for (const [file, data] of Object.entries(truth)) {
    const found = byPath.get(file);
    const expected = countersOf(data as FileCoverageData);
    const counted = found ? countersOf(found) : undefined;
    for (const kind of KINDS) {
      const tally = tallies[kind];
      for (const [place, hit] of expected[kind]) {
        const own = counted?.[kind].get(place);
        tally.total++;
        tally.missing += Number(own === undefined);
        tally.wrong += Number(own !== undefined && own !== hit);
      }
      tally.extra += [...counted?.[kind].keys() ?? []].filter((place) => !expected[kind].has(place)).length;
    }
  }
}

function countersOf(data: FileCoverageData): Record<Kind, Map<string, boolean>> {
  const file = createCoverageMap({ [data.path]: data }).fileCoverageFor(data.path);
  const at = ({ line, column }: { line?: number; column?: number }) => `${line}:${column}`;
  return {
    lines: new Map(Object.entries(file.getLineCoverage()).map(([line, count]) => [line, count > 0])),
    statements: either(Object.entries(data.statementMap).map(([id, { start }]) => [at(start), data.s[id]! > 0])),
    branches: either(Object.entries(data.branchMap).flatMap(([id, { type, loc, locations }]) =>
      locations.map((_, arm): [string, boolean] => [`${type} ${at(loc.start)} ${arm}`, data.b[id]![arm]! > 0]))),
    functions: either(Object.entries(data.fnMap).map(([id, { decl, loc }]) => [at((decl ?? loc).start), data.f[id]! > 0])),
  };
}

/** Some tools have several counters at one place. */
function either(counters: ReadonlyArray<readonly [string, boolean]>): Map<string, boolean> {
  const merged = new Map<string, boolean>();
  counters.forEach(([place, hit]) => merged.set(place, hit || merged.get(place) === true));
  return merged;
}

function relative(file: string, folder: string): string {
  const inside = path.isAbsolute(file) ? path.relative(folder, file) : file;
  return inside.replaceAll(path.sep, '/').replace(/^(\.\.\/)+/, '');
}
