import { isNewer, newestTimes, ofMerged, SAME_FUNCTION, type Alike } from './merged-metadata';
import { MAX_PYTHON_LINE, RAW_COVERAGE_VERSION, type PythonRawCoverage, type RawCoverageMetadata } from '../../contract/raw-coverage';

/** What was passed of a Python file, by one table, from any number of raw objects. */
export interface MergedPython {
  /** Below the task root. */
  readonly path: string;
  /** SHA-256 of the identity of its table. */
  readonly table: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly branchCoverage: boolean;
  /** As `from,to`; nothing where branches were not measured. */
  readonly arcs: ReadonlySet<string>;
  readonly lines: ReadonlySet<number>;
  /** The functions that ran it, each with the time of the newest object, ISO 8601. */
  readonly lambdaFunctions: ReadonlyMap<string, string>;
}

/** What one Lambda function passed of a file. */
interface Part {
  readonly path: string;
  readonly table: string;
  /** Of the newest object. */
  metadata: RawCoverageMetadata;
  /** Both ends as one number. */
  readonly arcs: Set<number>;
  readonly lines: Set<number>;
}

/** Ends up to that make a number of 32 bits, which a set finds several times as fast. */
const SMALL = 2 ** 15;
const LARGE = 2 ** 33;
const OFFSET = MAX_PYTHON_LINE + 1;
const RANGE = 2 * OFFSET;

/** Puts arcs and lines together, table by table. Memory grows with the files, not with the objects. */
export class PythonMerge {
  private readonly parts = new Map<string, Part>();

  public constructor(private readonly alike: Alike = SAME_FUNCTION) {}

  public add({ result, metadata }: PythonRawCoverage): void {
    const group = JSON.stringify(this.alike(metadata));
    for (const { path, table, arcs = [], lines = [] } of result) {
      const key = JSON.stringify([table, path, group]);
      let part = this.parts.get(key);
      if (!part) {
        this.parts.set(key, (part = { path, table, metadata, arcs: new Set(), lines: new Set() }));
      } else if (isNewer(metadata, part.metadata)) {
        part.metadata = metadata;
      }
      for (let index = 0; index < arcs.length; index += 2) {
        part.arcs.add(arcOf(arcs[index]!, arcs[index + 1]!));
      }
      for (const line of lines) {
        part.lines.add(line);
      }
    }
  }

  /** Raw objects that say the same: one for each file and way of measuring, in an order that does not depend on that of the objects. */
  public raws(): PythonRawCoverage[] {
    return this.sorted().flatMap(({ path, table, metadata, arcs, lines }) => {
      const pairs = [...arcs].map(endsOf).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      const files = [
        ...(pairs.length > 0 || lines.size === 0 ? [{ path, table, arcs: pairs.flat() }] : []),
        ...(lines.size > 0 ? [{ path, table, lines: [...lines].sort((a, b) => a - b) }] : []),
      ];
      return [{ version: RAW_COVERAGE_VERSION, kind: 'python', metadata: ofMerged(metadata), omitted: [], result: files }];
    });
  }

  /** In an order that does not depend on that of the objects. */
  public files(): MergedPython[] {
    const groups = new Map<string, Part[]>();
    for (const part of this.sorted()) {
      const { path, table, metadata: { include, exclude, branchCoverage } } = part;
      const key = JSON.stringify([table, path, include, exclude, branchCoverage]);
      groups.set(key, [...groups.get(key) ?? [], part]);
    }
    return [...groups.values()].map((parts) => {
      const { path, table, metadata: { include, exclude, branchCoverage } } = parts[0]!;
      return {
        path,
        table,
        include,
        exclude,
        branchCoverage,
        arcs: new Set(parts.flatMap(({ arcs }) => [...arcs]).map((arc) => endsOf(arc).join(','))),
        lines: new Set(parts.flatMap(({ lines }) => [...lines])),
        lambdaFunctions: newestTimes(parts.map(({ metadata }) => metadata)),
      };
    });
  }

  private sorted(): Part[] {
    return [...this.parts.keys()].sort().map((key) => this.parts.get(key)!);
  }
}

function arcOf(from: number, to: number): number {
  const isSmall = from < SMALL && from >= -SMALL && to < SMALL && to >= -SMALL;
  return isSmall ? from * 2 * SMALL + to : (from + OFFSET) * RANGE + to + OFFSET + LARGE;
}

function endsOf(arc: number): [from: number, to: number] {
  if (arc < LARGE) {
    const from = Math.floor((arc + SMALL) / (2 * SMALL));
    return [from, arc - from * 2 * SMALL];
  }
  const large = arc - LARGE;
  return [Math.floor(large / RANGE) - OFFSET, (large % RANGE) - OFFSET];
}
