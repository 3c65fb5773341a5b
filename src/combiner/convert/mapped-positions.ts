import { decodedMappings, type TraceMap } from '@jridgewell/trace-mapping';
import type { GeneratedScript } from './generated-script';
import type { LineOffsets } from './line-offsets';

/** A place in an original file. */
export interface OriginalPlace {
  readonly source: number;
  readonly offset: number;
}

/** Which places of a script come from which places of its original files. All offsets are UTF-16 code units. */
export interface MappedPositions {
  /** The places in the script that are mapped to exactly this place of an original file. */
  generated(source: number, offset: number): readonly number[];
  /** The first place of an original file that is mapped within a range of the script. */
  firstOriginal(start: number, end: number): OriginalPlace | undefined;
}

/** A map with more of its places outside of its texts, as a part of all, is of other texts. Some tools are off by a few. */
const MOST_OUTSIDE = 0.05;

/** By a source map. */
export class SourceMapPositions implements MappedPositions {
  private readonly bySource = new Map<number, Map<number, number[]>>();
  private readonly offsets: number[] = [];
  private readonly places: OriginalPlace[] = [];
  private outside = 0;
  private total = 0;

  /**
   * @param originals lines of the original files by their index in the map; positions of the others are left out
   */
  public constructor(map: TraceMap, script: GeneratedScript, originals: ReadonlyMap<number, LineOffsets>) {
    decodedMappings(map).forEach((segments, line) => {
      for (const [column, source, originalLine, originalColumn] of segments) {
        const lines = source === undefined ? undefined : originals.get(source);
        if (lines) {
          this.total++;
          this.outside += Number(!script.lines.has(line, column) || !lines.has(originalLine!, originalColumn!));
        }
        const offset = script.lines.offset(line, column);
        const original = lines?.offset(originalLine!, originalColumn!);
        const last = this.places.at(-1);
        // esbuild repeats the mapping before at the beginning of each line
        const repeated = column === 0 && last?.source === source && last?.offset === original;
        if (offset !== undefined && source !== undefined && original !== undefined && !repeated) {
          // esbuild maps some tokens by the white space or the comment before them, which is not in the block that they begin
          this.add(script.nextToken(offset), { source, offset: original });
        }
      }
    });
  }

  /** Whether the map is of another script, or of other texts of its sources. */
  public get isForeign(): boolean {
    return this.outside > this.total * MOST_OUTSIDE;
  }

  public generated(source: number, offset: number): readonly number[] {
    return this.bySource.get(source)?.get(offset) ?? [];
  }

  public firstOriginal(start: number, end: number): OriginalPlace | undefined {
    let low = 0;
    let high = this.offsets.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.offsets[middle]! < start) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < this.offsets.length && this.offsets[low]! < end ? this.places[low] : undefined;
  }

  private add(offset: number, place: OriginalPlace): void {
    this.offsets.push(offset);
    this.places.push(place);
    let source = this.bySource.get(place.source);
    if (!source) {
      this.bySource.set(place.source, (source = new Map()));
    }
    const there = source.get(place.offset);
    if (there?.at(-1) === offset) {
      return;
    }
    if (there) {
      there.push(offset);
    } else {
      source.set(place.offset, [offset]);
    }
  }
}

/** A script that is its own original file. */
export class SamePositions implements MappedPositions {
  public generated(_source: number, offset: number): readonly number[] {
    return [offset];
  }

  public firstOriginal(start: number, end: number): OriginalPlace | undefined {
    return start < end ? { source: 0, offset: start } : undefined;
  }
}
