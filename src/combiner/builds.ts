import { createCoverageMap, type CoverageMap, type FileCoverageData } from 'istanbul-lib-coverage';
import type { ConvertedFile } from './convert-script';

/** A file in one build, and the time of the newest object that told of it. */
export type DatedFile = ConvertedFile & {
  readonly lambdaFunctions: readonly string[];
  /** ISO 8601; empty for a script of the cloud assembly that no object told of. */
  readonly newest: string;
};

/** What a file of a report is of. */
export interface ReportedBuild {
  /** As the report names the file. */
  readonly path: string;
  /** SHA-256 of its text. */
  readonly sha256: string;
  /** Names of the functions that ran it. */
  readonly lambdaFunctions: readonly string[];
  /** Time of the newest object that told of it, ISO 8601; not there for a file of the cloud assembly that none told of. */
  readonly newest?: string;
}

/** Something that was deployed: content at a path, and the functions that ran it, each with the time of its newest object. */
export interface Deployed {
  readonly path: string;
  /** SHA-256 of the content. */
  readonly sha256: string;
  readonly lambdaFunctions: ReadonlyMap<string, string>;
}

/** Content counts while it is the newest at its path for at least one function; what older builds ran is not mixed in. */
export function newestBuilds<T extends Deployed>(builds: readonly T[]): { newest: T[]; older: T[] } {
  const newest = new Map<string, { sha256: string; time: string }>();
  for (const { sha256, path, lambdaFunctions } of builds) {
    for (const [name, time] of lambdaFunctions) {
      const key = `${name}\0${path}`;
      if ((newest.get(key)?.time ?? '') < time) {
        newest.set(key, { sha256, time });
      }
    }
  }
  const isCurrent = ({ sha256, path, lambdaFunctions }: T) =>
    [...lambdaFunctions.keys()].some((name) => newest.get(`${name}\0${path}`)?.sha256 === sha256);
  return { newest: builds.filter(isCurrent), older: builds.filter((build) => !isCurrent(build)) };
}

/** The parts of a converted file that say where it comes from. */
export function dated({ lambdaFunctions }: Pick<Deployed, 'lambdaFunctions'>): Pick<DatedFile, 'lambdaFunctions' | 'newest'> {
  return { lambdaFunctions: [...lambdaFunctions.keys()].sort(), newest: [...lambdaFunctions.values()].sort().at(-1) ?? '' };
}

export function nameOf({ lambdaFunctions, path }: Pick<Deployed, 'lambdaFunctions' | 'path'>): string {
  return [[...lambdaFunctions.keys()].sort().join(', '), path].filter((part) => part !== '').join(': ');
}

export function olderBuild(build: Pick<Deployed, 'lambdaFunctions' | 'path'>): string {
  return `${nameOf(build)}: an older build, deployed before the newest; it is left out`;
}

/** Files as a report has them. */
interface AddedUp {
  readonly coverage: CoverageMap;
  readonly texts: Map<string, string>;
  readonly reported: ReportedBuild[];
  /** How each file is named, by its path and its build. */
  readonly names: Map<string, string>;
}

/** What tells a file from others before they are named. */
export function buildKey({ path, build }: Pick<DatedFile, 'path' | 'build'>): string {
  return `${build} ${path}`;
}

/**
 * The same original file of several scripts adds up; builds of it that differ keep their coverage under names of their own. A build
 * that is only in the cloud assembly counts where nothing else is known of its file: it may not have been deployed yet.
 */
export function addUp(files: readonly DatedFile[]): AddedUp {
  const builds = new Map<string, Map<string, DatedFile[]>>();
  const ran = new Set(files.filter(({ newest }) => newest !== '').map(({ path }) => path));
  for (const file of files) {
    const ofPath = builds.get(file.path) ?? new Map<string, DatedFile[]>();
    if (file.newest !== '' || !ran.has(file.path) || ofPath.has(file.build)) {
      builds.set(file.path, ofPath.set(file.build, [...(ofPath.get(file.build) ?? []), file]));
    }
  }
  const coverage = createCoverageMap({});
  const texts = new Map<string, string>();
  const reported: ReportedBuild[] = [];
  const names = new Map<string, string>();
  for (const path of [...builds.keys()].sort()) {
    const ofPath = [...builds.get(path)!.values()].sort((a, b) => compare(a[0]!.build, b[0]!.build));
    ofPath.forEach((same) => {
      const name = ofPath.length === 1 ? path : nameOfBuild(same, ofPath);
      names.set(buildKey(same[0]!), name);
      const text = same.find((file) => file.text !== undefined)?.text;
      if (text !== undefined) {
        texts.set(name, text);
      }
      for (const file of same) {
        coverage.addFileCoverage({ ...file.coverage, path: name } as FileCoverageData);
      }
      reported.push(reportedBuild(name, same));
    });
  }
  return { coverage, texts, reported, names };
}

function reportedBuild(path: string, same: readonly DatedFile[]): ReportedBuild {
  const newest = same.map((file) => file.newest).sort().at(-1)!;
  const lambdaFunctions = [...new Set(same.flatMap((file) => file.lambdaFunctions))].sort();
  return { path, sha256: same[0]!.build, lambdaFunctions, ...(newest !== '' && { newest }) };
}

/** A name that does not depend on when functions ran: by the first function that holds the build, else by its hash. */
function nameOfBuild(same: readonly DatedFile[], ofPath: ReadonlyArray<readonly DatedFile[]>): string {
  const first = (files: readonly DatedFile[]) => files.flatMap(({ lambdaFunctions }) => lambdaFunctions).sort()[0];
  const owner = first(same);
  const isAlone = ofPath.filter((other) => first(other) === owner).length === 1;
  return owner !== undefined && isAlone ? `${owner}/${same[0]!.path}` : `${same[0]!.path}@${same[0]!.build.slice(0, 8)}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
