import { createCoverageMap, type CoverageMapData, type FileCoverageData } from 'istanbul-lib-coverage';

/** A counter of a file, by a name that says where it is, and whether it was hit. */
export type Counters = ReadonlyMap<string, boolean>;

/** All statements, branches, functions and lines of a coverage map, hit or not hit. */
export function counters(data: CoverageMapData): Counters {
  const found = new Map<string, boolean>();
  const map = createCoverageMap(data);
  for (const file of map.files()) {
    const coverage = map.fileCoverageFor(file);
    const { statementMap, fnMap, branchMap, s, f, b } = coverage.data as FileCoverageData;
    for (const [id, { start }] of Object.entries(statementMap)) found.set(`${file} statement ${id} at ${start.line}:${start.column}`, s[id]! > 0);
    for (const [id, { name, loc }] of Object.entries(fnMap)) found.set(`${file} function ${id} ${name} at ${loc.start.line}`, f[id]! > 0);
    for (const [id, { type, loc, locations }] of Object.entries(branchMap)) {
      locations.forEach((_, arm) => found.set(`${file} branch ${id} ${type} arm ${arm} at ${loc.start.line}:${loc.start.column}`, b[id]![arm]! > 0));
    }
    for (const [line, count] of Object.entries(coverage.getLineCoverage())) found.set(`${file} line ${line}`, count > 0);
  }
  return found;
}

/** The counters that two maps disagree on, those that only one of them has included. */
export function differences(actual: Counters, truth: Counters): string[] {
  const names = [...new Set([...truth.keys(), ...actual.keys()])];
  const show = (hit: boolean | undefined) => (hit === undefined ? 'not there' : hit ? 'hit' : 'not hit');
  return names
    .filter((name) => actual.get(name) !== truth.get(name))
    .map((name) => `${name}: ${show(actual.get(name))}, by Istanbul ${show(truth.get(name))}`)
    .sort();
}
