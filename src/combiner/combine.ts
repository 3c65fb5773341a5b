/** From raw objects to one Istanbul coverage map: merge by script, convert once per script, add up by original file. */
import type { CoverageMap } from 'istanbul-lib-coverage';
import { addUp, dated, nameOf, newestBuilds, olderBuild, type DatedFile } from './builds';
import type { CloudAssembly } from './cloud-assembly';
import { convertScript, OriginalSources } from './convert-script';
import { InstrumentedCode } from './instrumented-code';
import { InstrumentedMerge } from './instrumented-merge';
import { RawMerge, type MergedScript } from './raw-merge';
import { readObjects } from './read-objects';
import type { Repository } from './repository';
import { scriptSource, type ContentFinder } from './script-source';
import type { CoverageStore } from './stores/store';

export interface Combined {
  readonly coverage: CoverageMap;
  /** The text of each file of the coverage map; of instrumented files it is not always at hand. */
  readonly texts: ReadonlyMap<string, string>;
  /** Names of the Lambda functions that coverage came from. */
  readonly lambdaFunctions: readonly string[];
  readonly filesProcessed: number;
  readonly filesSkipped: number;
  /** What could not be read or told: a line each, with the name of the object or the file. */
  readonly errors: readonly string[];
}

/**
 * Combines all raw objects of a store.
 *
 * @param assembly where it is given, what never ran is there with 0, and maps that were not deployed are found
 * @param repository where it is given, the paths of instrumented files are relative to it, and their texts are found
 * @throws StoreError if the store cannot be used
 */
export async function combine(store: CoverageStore, assembly?: CloudAssembly, repository?: Repository): Promise<Combined> {
  const merge = new RawMerge();
  const instrumentedMerge = new InstrumentedMerge();
  const omitted = new Set<string>();
  const read = await readObjects(store, (raw) => {
    if (raw.kind === 'v8') {
      merge.add(raw);
    } else {
      instrumentedMerge.add(raw);
    }
    raw.omitted.forEach(({ url, reason }) => omitted.add(`${raw.metadata.functionName}: ${url} ${reason}`));
  });
  const errors = [...read.errors, ...omitted];
  for (const { name } of (assembly?.functions ?? []).filter((fn) => fn.scripts.length === 0)) {
    errors.push(`${name}: its code is not a folder of the cloud assembly, so what never ran of it is not in the report`);
  }
  const { newest: scripts, older } = newestBuilds(merge.scripts());
  errors.push(...older.map(olderBuild));
  const ran = new Set(scripts.map(identity));
  const idle = (assembly?.functions ?? []).flatMap((fn) => fn.scripts).filter((script) => !ran.has(identity(script)));
  const find: ContentFinder = async (sha256) => assembly?.contents.get(sha256) ?? store.source(sha256);
  const instrumented = await InstrumentedCode.read(find, instrumentedMerge.files(), repository);
  const originals = new OriginalSources();
  const files: DatedFile[] = [];
  for (const script of [...scripts.map((one) => withMap(one, assembly)), ...unique(idle)]) {
    try {
      const source = await scriptSource(find, script);
      if (!source) {
        throw new Error('its source was not kept; it is sent once per content, with the first invocation after a deployment');
      }
      const { files: converted, problems } = convertScript(script, source, originals, instrumented.in(script, source));
      if (source.mapProblem) {
        errors.push(`${nameOf(script)}: ${source.mapProblem}`);
      }
      files.push(...converted.map((file) => ({ ...file, ...dated(script) })));
      errors.push(...problems.map((problem) => `${nameOf(script)}: ${problem}`));
    } catch (error) {
      errors.push(`${nameOf(script)}: ${(error as Error).message}`);
    }
  }
  for (const script of older.filter((one) => instrumented.mayBeIn(one))) {
    const source = await scriptSource(find, script).catch(() => undefined); // it is left out, whatever is wrong with it
    if (source) {
      instrumented.wasIn(script, source);
    }
  }
  const counted = await instrumented.files(files);
  errors.push(...instrumented.errors);
  const { coverage, texts } = addUp([...files, ...counted]);
  const lambdaFunctions = [...new Set([...scripts, ...instrumentedMerge.files()].flatMap((one) => [...one.lambdaFunctions.keys()]))].sort();
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
