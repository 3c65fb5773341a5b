import { isNewer, newestTimes, ofMerged, SAME_FUNCTION, type Alike } from './merged-metadata';
import { RAW_COVERAGE_VERSION, type InstrumentedFile, type IstanbulRawCoverage, type RawCoverageMetadata } from '../../contract/raw-coverage';

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

interface Counters {
  readonly s: Map<string, number>;
  readonly f: Map<string, number>;
  readonly b: Map<string, readonly number[]>;
}

/** What one Lambda function ran of a file. */
interface Part extends Counters {
  readonly path: string;
  readonly shape: string;
  /** Of the newest object. */
  metadata: RawCoverageMetadata;
}

/** Adds up counters shape by shape. Memory grows with the files, not with the objects. */
export class InstrumentedMerge {
  private readonly parts = new Map<string, Part>();

  public constructor(private readonly alike: Alike = SAME_FUNCTION) {}

  public add({ result, metadata }: IstanbulRawCoverage): void {
    for (const { path, shape, s, f, b } of result) {
      const key = JSON.stringify([shape, path, ...this.alike(metadata)]);
      let part = this.parts.get(key);
      if (!part) {
        this.parts.set(key, (part = { path, shape, metadata, ...noCounters() }));
      } else if (isNewer(metadata, part.metadata)) {
        part.metadata = metadata;
      }
      addUp(part, { s: Object.entries(s), f: Object.entries(f), b: Object.entries(b) });
    }
  }

  /** Raw objects that say the same: one for each file, in an order that does not depend on that of the objects. */
  public raws(): IstanbulRawCoverage[] {
    return this.sorted().map(({ path, shape, metadata, s, f, b }) => {
      const file: InstrumentedFile = { path, shape, s: Object.fromEntries(s), f: Object.fromEntries(f), b: Object.fromEntries(b) };
      return { version: RAW_COVERAGE_VERSION, kind: 'istanbul', metadata: ofMerged(metadata), omitted: [], result: [file] };
    });
  }

  /** In an order that does not depend on that of the objects. */
  public files(): MergedInstrumentation[] {
    const groups = new Map<string, Part[]>();
    for (const part of this.sorted()) {
      const { path, shape, metadata: { include, exclude, branchCoverage } } = part;
      const key = JSON.stringify([shape, path, include, exclude, branchCoverage]);
      groups.set(key, [...groups.get(key) ?? [], part]);
    }
    return [...groups.values()].map((parts) => {
      const { path, shape, metadata: { include, exclude, branchCoverage } } = parts[0]!;
      const counters = noCounters();
      parts.forEach((part) => addUp(counters, part));
      return { path, shape, include, exclude, branchCoverage, ...counters, lambdaFunctions: newestTimes(parts.map(({ metadata }) => metadata)) };
    });
  }

  private sorted(): Part[] {
    return [...this.parts.keys()].sort().map((key) => this.parts.get(key)!);
  }
}

type Entries<T> = Iterable<readonly [string, T]>;

function noCounters(): Counters {
  return { s: new Map(), f: new Map(), b: new Map() };
}

/** No more than a raw object may hold. */
function sum(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
}

function addUp(sums: Counters, { s, f, b }: { s: Entries<number>; f: Entries<number>; b: Entries<readonly number[]> }): void {
  for (const [id, count] of s) {
    sums.s.set(id, sum(sums.s.get(id) ?? 0, count));
  }
  for (const [id, count] of f) {
    sums.f.set(id, sum(sums.f.get(id) ?? 0, count));
  }
  for (const [id, arms] of b) {
    sums.b.set(id, sumOfArms(sums.b.get(id) ?? [], arms));
  }
}

function sumOfArms(one: readonly number[], other: readonly number[]): number[] {
  const [longer, shorter] = one.length < other.length ? [other, one] : [one, other];
  return longer.map((count, arm) => sum(count, shorter[arm] ?? 0));
}
