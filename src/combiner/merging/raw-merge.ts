import { MergedFunctions } from './merged-functions';
import { isNewer, newestTimes, ofMerged, SAME_FUNCTION, type Alike } from './merged-metadata';
import { RAW_COVERAGE_VERSION, type FunctionCoverage, type RawCoverageMetadata, type ScriptCoverage, type V8RawCoverage } from '../../contract/raw-coverage';

/** All that ran of one script, from any number of raw objects. */
export interface MergedScript {
  readonly sha256: string;
  readonly sourceMap?: string;
  readonly path: string;
  readonly wrapperLength: number;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly branchCoverage: boolean;
  readonly functions: readonly FunctionCoverage[];
  /** The functions that ran it, each with the time of the newest object, ISO 8601. */
  readonly lambdaFunctions: ReadonlyMap<string, string>;
}

/** What one Lambda function ran of a script. */
interface Part {
  /** Of the newest object, which also tells the source map. */
  metadata: RawCoverageMetadata;
  script: Omit<ScriptCoverage, 'functions'>;
  readonly functions: MergedFunctions;
}

/**
 * Merges raw objects script by script, by content. Adding up counts and then converting is the same as converting each
 * object and adding up, at a fraction of the cost. Memory grows with the scripts, not with the objects.
 */
export class RawMerge {
  private readonly parts = new Map<string, Part>();

  public constructor(private readonly alike: Alike = SAME_FUNCTION) {}

  public add({ result, metadata }: V8RawCoverage): void {
    for (const { functions, ...script } of result) {
      const key = JSON.stringify([script.sha256, script.path, script.wrapperLength, ...this.alike(metadata)]);
      let part = this.parts.get(key);
      if (!part) {
        this.parts.set(key, (part = { metadata, script, functions: new MergedFunctions() }));
      } else if (tellsNewerMap(metadata, script, part)) {
        // a change of comments or types leaves the script as it is and changes its map: what ran adds up, told by the newest
        Object.assign(part, { metadata, script });
      }
      part.functions.add(functions);
    }
  }

  /** Raw objects that say the same: one for each script, in an order that does not depend on that of the objects. */
  public raws(): V8RawCoverage[] {
    return this.sorted().map(({ metadata, script, functions }) => (
      { version: RAW_COVERAGE_VERSION, kind: 'v8', metadata: ofMerged(metadata), omitted: [], result: [{ ...script, functions: functions.coverage() }] }
    ));
  }

  /** In the order of their content's hash, so that the order of the objects does not show. */
  public scripts(): MergedScript[] {
    const groups = new Map<string, Part[]>();
    for (const part of this.sorted()) {
      const { script: { sha256, path, wrapperLength }, metadata: { include, exclude, branchCoverage } } = part;
      const key = JSON.stringify([sha256, path, wrapperLength, include, exclude, branchCoverage]);
      groups.set(key, [...groups.get(key) ?? [], part]);
    }
    return [...groups.values()].map(mergedScript);
  }

  private sorted(): Part[] {
    return [...this.parts.keys()].sort().map((key) => this.parts.get(key)!);
  }
}

function mergedScript(parts: readonly Part[]): MergedScript {
  const { metadata: { include, exclude, branchCoverage }, script: { url: _, ...script } } = parts.reduce((newest, part) =>
    (tellsNewerMap(part.metadata, part.script, newest) ? part : newest));
  let { functions } = parts[0]!;
  if (parts.length > 1) {
    functions = new MergedFunctions();
    parts.forEach((part) => functions.add(part.functions.coverage()));
  }
  const lambdaFunctions = newestTimes(parts.map(({ metadata }) => metadata));
  return { ...script, include, exclude, branchCoverage, functions: functions.coverage(), lambdaFunctions };
}

/** Of two objects of the same time the map with the greater hash, so that the order in which they are read does not show. */
function tellsNewerMap(metadata: RawCoverageMetadata, { sourceMap = '' }: Part['script'], part: Part): boolean {
  const other = part.script.sourceMap ?? '';
  return metadata.timestamp === part.metadata.timestamp && sourceMap !== other ? sourceMap > other : isNewer(metadata, part.metadata);
}
