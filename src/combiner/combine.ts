/** From merged raw coverage to one Istanbul coverage map: convert once per script, add up by original file. */
import type { CoverageMap } from 'istanbul-lib-coverage';
import { addUp, dated, nameOf, newestBuilds, olderBuild, type DatedFile, type ReportedBuild } from './builds';
import type { CloudAssembly, PythonPackage } from './cloud-assembly/cloud-assembly';
import { convertScript } from './convert-script';
import { filesOf, readCountedCode, type CountedBuild } from './counters/counted-code';
import { collectGarbage } from './garbage';
import { InstrumentedCode } from './instrumented/instrumented-code';
import { scriptSource, type ContentFinder } from './kept-content';
import { mergeObjects } from './merging/merge-objects';
import { MergedCoverage } from './merging/merged-coverage';
import type { Alike } from './merging/merged-metadata';
import type { MergedScript } from './merging/raw-merge';
import { packageTables } from './python/package-tables';
import { pythonFiles, readPythonCode, type PythonBuild } from './python/python-code';
import type { ReadOptions } from './reading/read-objects';
import type { Repository } from './repository';
import type { CoverageStore } from './stores/store';
import { OriginalSources } from '../conversion/original-sources';

export interface CombineOptions {
  /** Where it is given, what never ran is there with 0, and maps that were not deployed are found. */
  readonly assembly?: CloudAssembly | undefined;
  /** Where it is given, the paths of instrumented files are relative to it, and their texts are found. */
  readonly repository?: Repository | undefined;
  /** Keeps builds that are not deployed any more, each by itself, instead of leaving them out. @default false */
  readonly allBuilds?: boolean | undefined;
  /** Whether what never ran is left out, though there is an assembly. @default false */
  readonly onlyWhatRan?: boolean | undefined;
}

/** What of a store is combined, and how. */
export interface CombineStoreOptions extends CombineOptions, Pick<ReadOptions, 'selection' | 'onProgress'> {
  /** What objects have to agree in to be merged into one. @default - what a report without parts asks for */
  readonly alike?: Alike | undefined;
}

export interface Combined {
  readonly coverage: CoverageMap;
  /** The text of each file of the coverage map; of instrumented files it is not always at hand. */
  readonly texts: ReadonlyMap<string, string>;
  /** The files that were added up, by the script that each comes from. */
  readonly files: readonly DatedFile[];
  /** Which build each file of the coverage map is of, in the order of their names. */
  readonly builds: readonly ReportedBuild[];
  /** The names of the files in the coverage map, by {@link buildKey}. */
  readonly names: ReadonlyMap<string, string>;
  /** Names of the Lambda functions that coverage came from. */
  readonly lambdaFunctions: readonly string[];
  /** What could not be read or told: a line each, with the name of the object or the file. */
  readonly errors: readonly string[];
}

/** What a store was combined to, and what was read for it. */
export interface CombinedStore extends Combined {
  readonly merged: MergedCoverage;
  readonly filesProcessed: number;
  readonly filesSkipped: number;
}

/**
 * Combines all raw objects of a store.
 *
 * @throws StoreError if the store cannot be used
 */
export async function combine(store: CoverageStore, options: CombineStoreOptions = {}): Promise<CombinedStore> {
  const { selection, onProgress, alike } = options;
  const merged = new MergedCoverage(alike);
  const read = await mergeObjects(store, merged, { ...(selection && { selection }), ...(onProgress && { onProgress }) });
  const combined = await convertMerged(merged, (sha256) => store.source(sha256), options);
  return { ...combined, merged, filesProcessed: read.processed, filesSkipped: read.skipped, errors: [...read.errors, ...combined.errors] };
}

/** @param sources what the wrapper kept of scripts and their maps, by content */
export async function convertMerged(merged: MergedCoverage, sources: ContentFinder, options: CombineOptions = {}): Promise<Combined> {
  const { assembly, repository, allBuilds = false, onlyWhatRan = false } = options;
  const attached = onlyWhatRan ? [] : assembly?.functions ?? [];
  const errors = merged.omitted();
  for (const { name } of attached.filter((fn) => fn.scripts.length + fn.counters.length === 0 && !fn.python)) {
    errors.push(`${name}: its code is not a folder of the cloud assembly, so what never ran of it is not in the report`);
  }
  const find: ContentFinder = async (sha256) => assembly?.contents.get(sha256) ?? sources(sha256);
  const { builds: counted, errors: unreadable } = await readCountedCode(find, merged.counters.scripts());
  const { builds: python, errors: withoutTable } = await readPythonCode(find, merged.python.files());
  errors.push(...unreadable, ...withoutTable);
  const all: Build[] = [...merged.v8.scripts(), ...counted, ...python];
  const { newest, older } = allBuilds ? { newest: all, older: [] } : newestBuilds(all);
  errors.push(...older.map(olderBuild));
  const scripts = newest.filter(isOfV8);
  const ran = new Set(newest.map(identity));
  const isIdle = (script: Build) => !ran.has(identity(script));
  const idle = attached.flatMap((fn) => fn.scripts).filter(isIdle);
  const { builds: neverCounted, errors: damaged } = await readCountedCode(find, attached.flatMap((fn) => fn.counters));
  const neverImported = await idlePython(attached.flatMap((fn) => fn.python ?? []));
  errors.push(...damaged, ...neverImported.errors);
  const instrumentedFiles = merged.instrumented.files();
  const instrumented = await InstrumentedCode.read(find, instrumentedFiles, { repository, allBuilds });
  const originals = new OriginalSources();
  collectGarbage();
  const files: DatedFile[] = [];
  for (const script of [...scripts.map((one) => withMap(one, assembly)), ...unique(idle)]) {
    try {
      const source = await scriptSource(find, script);
      if (!source) {
        throw new Error('its source was not kept; it is sent once per content, with the first invocation after a deployment');
      }
      const { files: converted, problems } = convertScript(script, source, {
        originals, told: instrumented.in(script, source), ...(repository && { textOf: (path: string) => repository.text(path) }),
      });
      files.push(...converted.map((file) => ({ ...file, ...dated(script) })));
      errors.push(...problems.map((problem) => `${nameOf(script)}: ${problem}`));
    } catch (error) {
      errors.push(`${nameOf(script)}: ${(error as Error).message}`);
    }
    collectGarbage();
  }
  for (const build of [...newest.filter(isCounted), ...unique(neverCounted.filter(isIdle))]) {
    try {
      files.push(...filesOf(build).map((file) => ({ ...file, ...dated(build) })));
    } catch (error) {
      errors.push(`${nameOf(build)}: ${(error as Error).message}`);
    }
  }
  files.push(...pythonFiles([...newest.filter(isPython), ...unique(neverImported.builds.filter(isIdle))], errors));
  for (const script of older.filter(isOfV8).filter((one) => instrumented.mayBeIn(one))) {
    const source = await scriptSource(find, script).catch(() => undefined); // it is left out, whatever is wrong with it
    if (source) {
      instrumented.wasIn(script, source);
    }
  }
  const preInstrumented = await instrumented.files(files);
  errors.push(...instrumented.errors);
  const allFiles = [...files, ...preInstrumented];
  const { coverage, texts, reported: builds, names } = addUp(allFiles);
  const lambdaFunctions = [...new Set([...newest, ...instrumentedFiles].flatMap((one) => [...one.lambdaFunctions.keys()]))].sort();
  return { coverage, texts, files: allFiles, builds, names, lambdaFunctions, errors };
}

/**
 * Why there is nothing to report, though objects were there; with what is known of the cause.
 *
 * @returns nothing where there is something to report
 */
export function nothingToReport(
  { coverage, filesProcessed, filesSkipped, errors }: Pick<CombinedStore, 'coverage' | 'filesProcessed' | 'filesSkipped' | 'errors'>,
): string | undefined {
  if (filesProcessed === 0) {
    return `none of the ${filesSkipped} objects could be read`;
  }
  return coverage.files().length > 0 ? undefined : `${filesProcessed} objects were read, but nothing can be reported of them${errors[0] ? `: ${errors[0]}` : ''}`;
}

/** A map that was not deployed is in the cloud assembly, beside the script of the same content. */
function withMap(script: MergedScript, assembly: CloudAssembly | undefined): MergedScript {
  const same = script.sourceMap ? undefined : assembly?.functions.flatMap((fn) => fn.scripts).find(({ sha256 }) => sha256 === script.sha256);
  return same?.sourceMap ? { ...script, sourceMap: same.sourceMap } : script;
}

/** Files of functions in Python as if none had been imported; what cannot be told of them as a line each. */
async function idlePython(packages: readonly PythonPackage[]): Promise<Awaited<ReturnType<typeof readPythonCode>>> {
  if (packages.length === 0) {
    return { builds: [], errors: [] };
  }
  try {
    const { files, contents, unreadable } = await packageTables(packages);
    const { builds, errors } = await readPythonCode(async (sha256) => contents.get(sha256), files);
    return { builds, errors: [...unreadable, ...errors] };
  } catch (error) {
    return { builds: [], errors: [`files in Python that were never imported are not in the report: ${(error as Error).message}`] };
  }
}

type Build = MergedScript | CountedBuild | PythonBuild;

function isOfV8(build: Build): build is MergedScript {
  return 'functions' in build;
}

function isCounted(build: Build): build is CountedBuild {
  return 'values' in build;
}

function isPython(build: Build): build is PythonBuild {
  return 'arcs' in build;
}

function unique<T extends Build>(scripts: readonly T[]): T[] {
  return [...new Map(scripts.map((script) => [identity(script), script])).values()];
}

/** Scripts of the same content at two paths are two files; and what two functions want to see of one may differ. */
function identity({ sha256, path, include, exclude, branchCoverage }: Build): string {
  return JSON.stringify([sha256, path, include, exclude, branchCoverage]);
}
