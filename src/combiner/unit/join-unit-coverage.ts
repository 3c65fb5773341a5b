import { createCoverageMap, type BranchMapping, type CoverageMap, type CoverageMapData, type FileCoverageData, type Range } from 'istanbul-lib-coverage';
import { isSameShape, project } from './projection';
import type { ToldFile } from './told-coverage';
import type { UnitCoverage } from './unit-coverage';
import { UnitPaths } from './unit-paths';
import { mapValues } from '../../conversion/map-values';
import { OriginalSource } from '../../conversion/original-source';
import { sha256 } from '../../conversion/sha256';
import type { ReportedBuild } from '../builds';
import type { Combined } from '../combine';
import type { Repository } from '../repository';
import { isSameText } from '../same-text';

/** What unit tests ran and what ran in Lambda, each by itself; both have the same files with the same counters. */
export interface Origins {
  readonly unit: CoverageMap;
  readonly lambda: CoverageMap;
}

/** So many files are named. */
const MAX_NAMES = 3;

/**
 * Adds what unit tests ran to what ran in Lambda. Where Lambda tells of a file, its counters are those of what is deployed, so that the
 * totals do not depend on the tools that the tests run with.
 *
 * @throws Error if unit coverage is of another tree
 */
export function joinUnitCoverage<T extends Combined>(
  combined: T, units: readonly UnitCoverage[], repository: Repository,
): T & { readonly origins: Origins } {
  const errors: string[] = [];
  const known = new Set(combined.coverage.files());
  const told = new Map<string, ToldFile[]>();
  for (const unit of units) {
    errors.push(...unit.problems.map((problem) => `${unit.location}: ${problem}`));
    for (const [path, files] of filesByPath(unit, { known, repository, errors })) {
      told.set(path, [...told.get(path) ?? [], ...files]);
    }
  }
  const lambda = createCoverageMap({});
  const unit = createCoverageMap({});
  const texts = new Map(combined.texts);
  const builds = new Map(combined.builds.map((build) => [build.path, build]));
  for (const path of [...new Set([...known, ...told.keys()])].sort()) {
    const deployed = known.has(path) ? combined.coverage.fileCoverageFor(path).data : undefined;
    const files = current(told.get(path) ?? [], { path, deployed, deployedText: combined.texts.get(path), repository, errors });
    const text = texts.get(path) ?? files.find((file) => file.text !== undefined)?.text ?? repository.text(path);
    const shape = deployed ?? shapeOf(path, files, text);
    if (shape) {
      lambda.addFileCoverage(deployed ?? nothingRan(shape));
      unit.addFileCoverage(nothingRan(shape));
      files.forEach((file) => unit.addFileCoverage(project(file.told, shape)));
      if (text !== undefined) {
        texts.set(path, text);
      }
      builds.set(path, builds.get(path) ?? { path, sha256: sha256(text ?? JSON.stringify(shape)), lambdaFunctions: [] });
    }
  }
  // a map keeps what it is given first, and adds to it
  const coverage = createCoverageMap(JSON.parse(JSON.stringify(lambda)) as CoverageMapData);
  coverage.merge(unit);
  const inOrder = coverage.files().sort().map((path): ReportedBuild => builds.get(path)!);
  return { ...combined, coverage, texts, builds: inOrder, errors: [...combined.errors, ...errors], origins: { unit, lambda } };
}

interface Surroundings {
  readonly known: ReadonlySet<string>;
  readonly repository: Repository;
  readonly errors: string[];
}

function filesByPath(unit: UnitCoverage, { known, repository, errors }: Surroundings): Map<string, ToldFile[]> {
  const paths = new UnitPaths(unit, known, repository);
  const found = new Map<string, ToldFile[]>();
  const missing: string[] = [];
  for (const file of unit.files) {
    const path = paths.reported(file.path);
    if (path === undefined) {
      missing.push(file.path);
    } else {
      found.set(path, [...found.get(path) ?? [], file]);
    }
  }
  if (unit.files.length === 0) {
    errors.push(`${unit.location}: it tells of no file in ${repository.folder}; run the tests there, or name the repository with --root`);
  } else if (found.size === 0) {
    throw new Error(`the unit coverage '${unit.location}' is of another tree: none of its ${unit.files.length} files is in ${repository.folder}, `
      + `such as '${missing[0]}'; name the repository with --root`);
  } else if (missing.length > 0) {
    const more = missing.length > MAX_NAMES ? ` and ${missing.length - MAX_NAMES} more` : '';
    errors.push(`${unit.location}: ${missing.slice(0, MAX_NAMES).join(', ')}${more}: not in ${repository.folder}, so left out; run the unit tests again if files were moved`);
  }
  return found;
}

/** The coverage that is of the text that is deployed. A tool says where its counters are, which tells texts apart; one that counts lines does not. */
function current(
  files: readonly ToldFile[],
  { path, deployed, deployedText, repository, errors }: {
    path: string; deployed: FileCoverageData | undefined; deployedText: string | undefined; repository: Repository; errors: string[];
  },
): readonly ToldFile[] {
  const text = repository.text(path);
  if (!deployed || deployedText === undefined || text === undefined || isSameText(text, deployedText)) {
    return files;
  }
  const same = files.filter(({ told }) => told.by === 'statements' && isSameShape(told.coverage, deployed));
  if (same.length < files.length) {
    errors.push(`${path}: what is deployed differs from what is in ${repository.folder}, so what unit tests ran of it is left out; deploy it, or check out what is deployed`);
  }
  return same;
}

/** The counters of a file that Lambda tells nothing of. */
function shapeOf(path: string, files: readonly ToldFile[], text: string | undefined): FileCoverageData | undefined {
  const withPlaces = files.find(({ told }) => told.by === 'statements');
  if (withPlaces?.told.by === 'statements') {
    return { ...withPlaces.told.coverage, path };
  }
  try {
    // what is no JavaScript may look like some
    return text === undefined || path.endsWith('.py') ? shapeOfLines(path, files) : new OriginalSource(path, text).shape;
  } catch {
    return shapeOfLines(path, files);
  }
}

/** Of a file that cannot be parsed: a statement for each line that was told of, and the functions and branches that begin there. */
function shapeOfLines(path: string, files: readonly ToldFile[]): FileCoverageData {
  const told = files.flatMap((file) => (file.told.by === 'lines' ? [file.told.coverage] : []));
  const inLine = (line: number): Range => ({ start: { line, column: 0 }, end: { line, column: Number.MAX_SAFE_INTEGER } });
  const lines = [...new Set(told.flatMap((one) => [...one.lines.keys()]))].sort((a, b) => a - b);
  const functions = new Map(told.flatMap((one) => one.functions.map(({ name, line }) => [`${line} ${name}`, { name, line, decl: inLine(line), loc: inLine(line) }] as const)));
  const branches = new Map(told.flatMap((one) => [...one.branches].map(([line, blocks]) => [line, blocks] as const)));
  const branchMap = [...branches].sort(([a], [b]) => a - b).flatMap(([line, blocks]) =>
    blocks.map((arms): BranchMapping => ({ type: 'branch', line, loc: inLine(line), locations: arms.map(() => inLine(line)) })));
  return {
    path,
    statementMap: numbered(lines.map(inLine)),
    fnMap: numbered([...functions.values()].sort((a, b) => a.line - b.line)),
    branchMap: numbered(branchMap),
    s: numbered(lines.map(() => 0)),
    f: numbered([...functions].map(() => 0)),
    b: numbered(branchMap.map(({ locations }) => locations.map(() => 0))),
  };
}

function numbered<T>(list: readonly T[]): Record<string, T> {
  return Object.fromEntries(list.entries());
}

function nothingRan(shape: FileCoverageData): FileCoverageData {
  const { path, statementMap, fnMap, branchMap } = shape;
  const none = () => 0;
  return {
    path, statementMap, fnMap, branchMap, s: mapValues(shape.s, none), f: mapValues(shape.f, none), b: mapValues(shape.b, (arms) => arms.map(none)),
  };
}
