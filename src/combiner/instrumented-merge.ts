import type { InstrumentedFile, IstanbulRawCoverage, RawCoverageMetadata } from '../contract/raw-coverage';

/** All that ran of one instrumented file, from any number of raw objects. */
export interface MergedInstrumentation {
  /** As the instrumenter names it. */
  readonly path: string;
  /** SHA-256 of its kept shape: its build. */
  readonly shape: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly branchCoverage: boolean;
  /** By the ids of the shape. */
  readonly s: ReadonlyMap<string, number>;
  readonly f: ReadonlyMap<string, number>;
  readonly b: ReadonlyMap<string, readonly number[]>;
  /** The functions that ran it, each with the time of the newest object, ISO 8601. */
  readonly lambdaFunctions: ReadonlyMap<string, string>;
}

type Group = Omit<MergedInstrumentation, 's' | 'f' | 'b' | 'lambdaFunctions'> & {
  readonly s: Map<string, number>;
  readonly f: Map<string, number>;
  readonly b: Map<string, number[]>;
  readonly lambdaFunctions: Map<string, string>;
};

/** Adds up counters shape by shape. Memory grows with the files, not with the objects. */
export class InstrumentedMerge {
  private readonly groups = new Map<string, Group>();

  public add({ result, metadata }: IstanbulRawCoverage): void {
    for (const file of result) {
      const { s, f, b, lambdaFunctions } = this.group(file, metadata);
      Object.entries(file.s).forEach(([id, count]) => s.set(id, (s.get(id) ?? 0) + count));
      Object.entries(file.f).forEach(([id, count]) => f.set(id, (f.get(id) ?? 0) + count));
      Object.entries(file.b).forEach(([id, arms]) => b.set(id, sum(b.get(id) ?? [], arms)));
      if ((lambdaFunctions.get(metadata.functionName) ?? '') < metadata.timestamp) {
        lambdaFunctions.set(metadata.functionName, metadata.timestamp);
      }
    }
  }

  /** In an order that does not depend on that of the objects. */
  public files(): MergedInstrumentation[] {
    return [...this.groups.keys()].sort().map((key) => this.groups.get(key)!);
  }

  private group({ path, shape }: InstrumentedFile, { include, exclude, branchCoverage }: RawCoverageMetadata): Group {
    const key = JSON.stringify([shape, path, include, exclude, branchCoverage]);
    let group = this.groups.get(key);
    if (!group) {
      group = { path, shape, include, exclude, branchCoverage, s: new Map(), f: new Map(), b: new Map(), lambdaFunctions: new Map() };
      this.groups.set(key, group);
    }
    return group;
  }
}

function sum(one: readonly number[], other: readonly number[]): number[] {
  const [longer, shorter] = one.length < other.length ? [other, one] : [one, other];
  return longer.map((count, arm) => count + (shorter[arm] ?? 0));
}
