/** From raw objects to one Istanbul coverage map: merge by script, convert once per script, add up by original file. */
import { createCoverageMap, type CoverageMap, type FileCoverageData } from 'istanbul-lib-coverage';
import type { CloudAssembly } from './cloud-assembly';
import { convertScript, OriginalSources, type ConvertedFile } from './convert-script';
import { RawMerge, type MergedScript } from './raw-merge';
import { readObjects } from './read-objects';
import { scriptSource, type ContentFinder } from './script-source';
import type { CoverageStore } from './stores/store';

export interface Combined {
  readonly coverage: CoverageMap;
  /** The text of each file of the coverage map. */
  readonly texts: ReadonlyMap<string, string>;
  /** Names of the Lambda functions that coverage came from. */
  readonly lambdaFunctions: readonly string[];
  readonly filesProcessed: number;
  readonly filesSkipped: number;
  /** What could not be read or told: a line each, with the name of the object or the file. */
  readonly errors: readonly string[];
}

/** A file in one build, and the time of the newest object that told of it. */
type Dated = ConvertedFile & {
  readonly lambdaFunctions: readonly string[];
  /** ISO 8601; empty for a script of the cloud assembly that no object told of. */
  readonly newest: string;
};

/**
 * Combines all raw objects of a store.
 *
 * @param assembly where it is given, what never ran is there with 0, and maps that were not deployed are found
 * @throws StoreError if the store cannot be used
 */
export async function combine(store: CoverageStore, assembly?: CloudAssembly): Promise<Combined> {
  const merge = new RawMerge();
  const omitted = new Set<string>();
  const read = await readObjects(store, (raw) => {
    merge.add(raw);
    raw.omitted.forEach(({ url, reason }) => omitted.add(`${raw.metadata.functionName}: ${url} ${reason}`));
  });
  const errors = [...read.errors, ...omitted];
  for (const { name } of (assembly?.functions ?? []).filter((fn) => fn.scripts.length === 0)) {
    errors.push(`${name}: its code is not a folder of the cloud assembly, so what never ran of it is not in the report`);
  }
  const { scripts, older } = newestBuilds(merge.scripts());
  errors.push(...older);
  const ran = new Set(scripts.map(identity));
  const idle = (assembly?.functions ?? []).flatMap((fn) => fn.scripts).filter((script) => !ran.has(identity(script)));
  const find: ContentFinder = async (sha256) => assembly?.contents.get(sha256) ?? store.source(sha256);
  const originals = new OriginalSources();
  const files: Dated[] = [];
  for (const script of [...scripts.map((one) => withMap(one, assembly)), ...unique(idle)]) {
    try {
      const source = await scriptSource(find, script);
      if (!source) {
        throw new Error('its source was not kept; it is sent once per content, with the first invocation after a deployment');
      }
      const { files: converted, problems } = convertScript(script, source, originals);
      if (source.mapProblem) {
        errors.push(`${nameOf(script)}: ${source.mapProblem}`);
      }
      const lambdaFunctions = [...script.lambdaFunctions.keys()].sort();
      files.push(...converted.map((file) => ({ ...file, lambdaFunctions, newest: newestOf(script) })));
      errors.push(...problems.map((problem) => `${nameOf(script)}: ${problem}`));
    } catch (error) {
      errors.push(`${nameOf(script)}: ${(error as Error).message}`);
    }
  }
  const { coverage, texts } = addUp(files);
  const lambdaFunctions = [...new Set(scripts.flatMap((script) => [...script.lambdaFunctions.keys()]))].sort();
  return { coverage, texts, lambdaFunctions, filesProcessed: read.processed, filesSkipped: read.skipped, errors };
}

/**
 * Why there is nothing to report, though objects were there; with what is known of the cause.
 *
 * @returns nothing where there is something to report
 */
export function nothingToReport({ coverage, filesProcessed, filesSkipped, errors }: Combined): string | undefined {
  if (filesProcessed === 0) {
    return `none of the ${filesSkipped} objects could be read`;
  }
  return coverage.files().length > 0 ? undefined : `${filesProcessed} objects were read, but nothing can be reported of them${errors[0] ? `: ${errors[0]}` : ''}`;
}

/** A script counts while it is the newest at its path for at least one function; what older builds ran is not mixed in. */
function newestBuilds(scripts: readonly MergedScript[]): { scripts: MergedScript[]; older: string[] } {
  const newest = new Map<string, { sha256: string; time: string }>();
  for (const { sha256, path, lambdaFunctions } of scripts) {
    for (const [name, time] of lambdaFunctions) {
      const key = `${name}\0${path}`;
      if ((newest.get(key)?.time ?? '') < time) {
        newest.set(key, { sha256, time });
      }
    }
  }
  const current = (script: MergedScript) =>
    [...script.lambdaFunctions.keys()].some((name) => newest.get(`${name}\0${script.path}`)?.sha256 === script.sha256);
  return {
    scripts: scripts.filter(current),
    older: scripts.filter((script) => !current(script)).map((script) => `${nameOf(script)}: an older build, deployed before the newest; it is left out`),
  };
}

/**
 * The same original file of several scripts adds up; builds of it that differ keep their coverage under names of their own. A build
 * that is only in the cloud assembly counts where nothing else is known of its file: it may not have been deployed yet.
 */
function addUp(files: readonly Dated[]): { coverage: CoverageMap; texts: Map<string, string> } {
  const builds = new Map<string, Map<string, Dated[]>>();
  const ran = new Set(files.filter(({ newest }) => newest !== '').map(({ path }) => path));
  for (const file of files) {
    const ofPath = builds.get(file.path) ?? new Map<string, Dated[]>();
    if (file.newest !== '' || !ran.has(file.path) || ofPath.has(file.build)) {
      builds.set(file.path, ofPath.set(file.build, [...(ofPath.get(file.build) ?? []), file]));
    }
  }
  const coverage = createCoverageMap({});
  const texts = new Map<string, string>();
  for (const path of [...builds.keys()].sort()) {
    const ofPath = [...builds.get(path)!.values()].sort((a, b) => compare(a[0]!.build, b[0]!.build));
    ofPath.forEach((same) => {
      const name = ofPath.length === 1 ? path : nameOfBuild(same, ofPath);
      texts.set(name, same[0]!.text);
      for (const file of same) {
        coverage.addFileCoverage({ ...file.coverage, path: name } as FileCoverageData);
      }
    });
  }
  return { coverage, texts };
}

/** A name that does not depend on when functions ran: by the first function that holds the build, else by its hash. */
function nameOfBuild(same: readonly Dated[], ofPath: ReadonlyArray<readonly Dated[]>): string {
  const first = (files: readonly Dated[]) => files.flatMap(({ lambdaFunctions }) => lambdaFunctions).sort()[0];
  const owner = first(same);
  const isAlone = ofPath.filter((other) => first(other) === owner).length === 1;
  return owner !== undefined && isAlone ? `${owner}/${same[0]!.path}` : `${same[0]!.path}@${same[0]!.build.slice(0, 8)}`;
}

/** A map that was not deployed is in the cloud assembly, beside the script of the same content. */
function withMap(script: MergedScript, assembly: CloudAssembly | undefined): MergedScript {
  const same = script.sourceMap ? undefined : assembly?.functions.flatMap((fn) => fn.scripts).find(({ sha256 }) => sha256 === script.sha256);
  return same?.sourceMap ? { ...script, sourceMap: same.sourceMap } : script;
}

function unique(scripts: readonly MergedScript[]): MergedScript[] {
  return [...new Map(scripts.map((script) => [identity(script), script])).values()];
}

/** Scripts of the same content at two paths are two files; and what two functions want to see of one may differ. */
function identity({ sha256, path, include, exclude, branchCoverage }: MergedScript): string {
  return JSON.stringify([sha256, path, include, exclude, branchCoverage]);
}

function newestOf({ lambdaFunctions }: MergedScript): string {
  return [...lambdaFunctions.values()].sort().at(-1) ?? '';
}

function nameOf({ lambdaFunctions, path }: MergedScript): string {
  return [[...lambdaFunctions.keys()].sort().join(', '), path].filter((part) => part !== '').join(': ');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
