import { mergeFunctionCovs } from '@bcoe/v8-coverage';
import type { FunctionCoverage, RawCoverageMetadata, ScriptCoverage, V8RawCoverage } from '../contract/raw-coverage';

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

type Group = Omit<MergedScript, 'functions' | 'lambdaFunctions' | 'sourceMap'> & {
  sourceMap?: string;
  /** Time of the object that named the source map. */
  newest: string;
  lambdaFunctions: Map<string, string>;
  /** By the range of the function: merging one by one what has the same range is all that V8's form needs. */
  functions: Map<string, FunctionCoverage>;
  pending: FunctionCoverage[];
};

/** So many functions wait at most to be merged: merging costs by the batch, memory by what waits. */
const BATCH = 20_000;

/**
 * Merges raw objects script by script, by content. Adding up counts and then converting is the same as converting each
 * object and adding up, at a fraction of the cost. Memory grows with the scripts, not with the objects.
 */
export class RawMerge {
  private readonly groups = new Map<string, Group>();
  private waiting = 0;

  public add(raw: V8RawCoverage): void {
    for (const script of raw.result) {
      const group = this.group(script, raw.metadata);
      const { functionName, timestamp } = raw.metadata;
      if ((group.lambdaFunctions.get(functionName) ?? '') < timestamp) {
        group.lambdaFunctions.set(functionName, timestamp);
      }
      // a change of comments or types leaves the script as it is and changes its map: what ran adds up, told by the newest
      if (newer(timestamp, script.sourceMap, group)) {
        group.newest = timestamp;
        group.sourceMap = script.sourceMap;
      }
      script.functions.forEach((coverage) => group.pending.push(coverage));
      this.waiting += script.functions.length;
      if (this.waiting >= BATCH) {
        this.groups.forEach(mergePending);
        this.waiting = 0;
      }
    }
  }

  /** In the order of their content's hash, so that the order of the objects does not show. */
  public scripts(): MergedScript[] {
    const keys = [...this.groups.keys()].sort();
    return keys.map((key) => {
      const { functions, pending: _, newest: __, ...script } = mergePending(this.groups.get(key)!);
      return { ...script, functions: [...functions.values()].sort(byRange) };
    });
  }

  private group(script: ScriptCoverage, { include, exclude, branchCoverage }: RawCoverageMetadata): Group {
    const { sha256, path, wrapperLength } = script;
    const key = JSON.stringify([sha256, path, wrapperLength, include, exclude, branchCoverage]);
    let group = this.groups.get(key);
    if (!group) {
      group = {
        sha256, path, wrapperLength, include, exclude, branchCoverage, newest: '', lambdaFunctions: new Map(), functions: new Map(), pending: [],
      };
      this.groups.set(key, group);
    }
    return group;
  }
}

/** Of two objects of the same time the map with the greater hash, so that the order in which they are read does not show. */
function newer(timestamp: string, sourceMap: string | undefined, group: Group): boolean {
  return timestamp > group.newest || (timestamp === group.newest && (sourceMap ?? '') > (group.sourceMap ?? ''));
}

function mergePending(group: Group): Group {
  const byFunction = new Map<string, FunctionCoverage[]>();
  for (const coverage of group.pending) {
    const key = rangeKey(coverage);
    const same = byFunction.get(key);
    if (same) {
      same.push(coverage);
    } else {
      byFunction.set(key, [coverage]);
    }
  }
  for (const [key, coverages] of byFunction) {
    const merged = group.functions.get(key);
    const all = merged ? [merged, ...coverages] : coverages;
    // Where one knows the blocks, a count of the whole function would say that all of them ran.
    const exact = all.some(({ isBlockCoverage }) => isBlockCoverage) ? all.filter(({ isBlockCoverage }) => isBlockCoverage) : all;
    // The library calls what it has merged block coverage, whatever it was made of.
    group.functions.set(key, exact.length === 1 ? exact[0]! : { ...mergeFunctionCovs(exact), isBlockCoverage: exact[0]!.isBlockCoverage });
  }
  group.pending = [];
  return group;
}

/** Name and range: V8 gives initializers of a class the range of the class. */
function rangeKey({ functionName, ranges }: FunctionCoverage): string {
  return `${ranges[0]!.startOffset};${ranges[0]!.endOffset};${functionName}`;
}

function byRange(a: FunctionCoverage, b: FunctionCoverage): number {
  return a.ranges[0]!.startOffset - b.ranges[0]!.startOffset || b.ranges[0]!.endOffset - a.ranges[0]!.endOffset;
}
