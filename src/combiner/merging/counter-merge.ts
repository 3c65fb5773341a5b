import { isNewer, newestTimes, ofMerged, SAME_FUNCTION, type Alike } from './merged-metadata';
import { decodeCounterValues, encodeCounterValues, MOST_COUNTERS } from '../../contract/counter-values';
import { RAW_COVERAGE_VERSION, type CountersRawCoverage, type RawCoverageMetadata } from '../../contract/raw-coverage';

/** All that ran of one script with counters, from any number of raw objects. */
export interface MergedCounters {
  /** SHA-256 of its table. */
  readonly table: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly branchCoverage: boolean;
  /** In the order of the table; those that are missing are 0. */
  readonly values: ReadonlyArray<number | undefined>;
  /** The functions that ran it, each with the time of the newest object, ISO 8601. */
  readonly lambdaFunctions: ReadonlyMap<string, string>;
}

/** What one Lambda function ran of a script. */
interface Part {
  readonly table: string;
  /** Whether it was told how often, and not only that a counter was passed. */
  readonly counts: boolean;
  /** Of the newest object. */
  metadata: RawCoverageMetadata;
  readonly values: number[];
}

/**
 * Puts the values of counters together table by table: counts add up, of flags it is told that they were passed. Memory grows with the
 * scripts, not with the objects.
 */
export class CounterMerge {
  private readonly parts = new Map<string, Part>();

  public constructor(private readonly alike: Alike = SAME_FUNCTION) {}

  public add({ result, metadata }: CountersRawCoverage): void {
    const group = JSON.stringify(this.alike(metadata));
    for (const { table, flags, counts } of result) {
      const key = `${table} ${counts === undefined ? 'flags' : 'counts'} ${group}`;
      let part = this.parts.get(key);
      if (!part) {
        this.parts.set(key, (part = { table, counts: counts !== undefined, metadata, values: [] }));
      } else if (isNewer(metadata, part.metadata)) {
        part.metadata = metadata;
      }
      const { values } = part;
      decodeCounterValues(flags ?? counts!, part.counts, MOST_COUNTERS, (counter, value) => {
        while (values.length <= counter) {
          values.push(0);
        }
        values[counter] = part.counts ? sum(values[counter]!, value) : 1;
      });
    }
  }

  /** Raw objects that say the same: one for each script, in an order that does not depend on that of the objects. */
  public raws(): CountersRawCoverage[] {
    return this.sorted().map(({ table, counts, metadata, values }) => {
      const text = encodeCounterValues(values, counts);
      return {
        version: RAW_COVERAGE_VERSION, kind: 'counters', metadata: ofMerged(metadata), omitted: [], result: [counts ? { table, counts: text } : { table, flags: text }],
      };
    });
  }

  /** In an order that does not depend on that of the objects. */
  public scripts(): MergedCounters[] {
    const groups = new Map<string, Part[]>();
    for (const part of this.sorted()) {
      const { table, metadata: { include, exclude, branchCoverage } } = part;
      const key = JSON.stringify([table, part.counts, include, exclude, branchCoverage]);
      groups.set(key, [...groups.get(key) ?? [], part]);
    }
    return [...groups.values()].map((parts) => {
      const { table, counts, metadata: { include, exclude, branchCoverage } } = parts[0]!;
      const size = Math.max(...parts.map(({ values }) => values.length));
      const sums = Array.from({ length: size }, (_, counter) => parts.reduce((all, part) => sum(all, part.values[counter] ?? 0), 0));
      const values = counts ? sums : sums.map((value) => Math.min(value, 1));
      return { table, include, exclude, branchCoverage, values, lambdaFunctions: newestTimes(parts.map(({ metadata }) => metadata)) };
    });
  }

  private sorted(): Part[] {
    return [...this.parts.keys()].sort().map((key) => this.parts.get(key)!);
  }
}

/** No more than a raw object may hold. */
function sum(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
}
