import { decodedMappings, type TraceMap } from '@jridgewell/trace-mapping';
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

/** How the mappings of a source go with its text. */
interface Fit {
  total: number;
  outside: number;
  insideWord: number;
}

/** By a source map. */
export class SourceMapPositions implements MappedPositions {
  private readonly bySource = new Map<number, Map<number, number[]>>();
  private readonly offsets: number[] = [];
  private readonly places: OriginalPlace[] = [];
  private readonly fits = new Map<number, Fit>();
  /** Where what was bundled begins; before it are helpers of the bundler. */
  private begin = Number.MAX_SAFE_INTEGER;

  /**
   * @param script its lines
   * @param originals lines of the original files by their index in the map; positions of the others are left out
   */
  public constructor(map: TraceMap, script: LineOffsets, originals: ReadonlyMap<number, LineOffsets>) {
    decodedMappings(map).forEach((segments, line) => {
      for (const [column, source, originalLine, originalColumn] of segments) {
        const lines = source === undefined ? undefined : originals.get(source);
        if (lines) {
          const fit = this.fits.get(source!) ?? { total: 0, outside: 0, insideWord: 0 };
          fit.total++;
          fit.outside += Number(!script.has(line, column) || !lines.has(originalLine!, originalColumn!));
          fit.insideWord += Number(lines.isInsideWord(originalLine!, originalColumn!));
          this.fits.set(source!, fit);
        }
        const offset = script.offset(line, column);
        if (source !== undefined) {
          this.begin = Math.min(this.begin, offset ?? this.begin);
        }
        const original = lines?.offset(originalLine!, originalColumn!);
        const last = this.places.at(-1);
        // esbuild repeats the mapping before at the beginning of each line
        const repeated = column === 0 && last?.source === source && last?.offset === original;
        if (offset !== undefined && source !== undefined && original !== undefined && !repeated) {
          // Tokens may be mapped by the white space or the comment before them, which is not in the block that they begin: in the script by
          // esbuild, in both by the TypeScript compiler.
          this.add(script.nextToken(offset), { source, offset: lines!.nextToken(original) });
        }
      }
    });
  }

  /**
   * Whether the map is of another script, or of other texts of its sources.
   *
   * @param sources those whose text is from the map
   */
  public isForeign(sources: readonly number[]): boolean {
    const sum = (part: keyof Fit) => sources.reduce((all, source) => all + (this.fits.get(source)?.[part] ?? 0), 0);
    return sum('outside') > sum('total') * MOST_OUTSIDE;
  }

  /** Whether the text that is given for a source is another one than the map was made of: words would be mapped by their middle. */
  public isOtherText(source: number): boolean {
    const { total, outside, insideWord } = this.fits.get(source) ?? { total: 0, outside: 0, insideWord: 0 };
    return outside + insideWord > total * MOST_OUTSIDE;
  }

  /** Whether a part of the script may have to do with the originals. */
  public hasOwn(start: number, end: number): boolean {
    return end <= this.begin || this.firstOriginal(start, end) !== undefined;
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
