import { FlattenMap, eachMapping, type SourceMapInput } from '@jridgewell/trace-mapping';
import { placeName, type ToldFile } from './told-coverage';
import { isVendored, sourcePath } from '../../conversion/original-path';
import { BlockCounts } from '../../conversion/v8/block-counts';
import type { MergedScript } from '../merging/raw-merge';

/** What Node.js notes of a script with a source map. The script itself it does not keep. */
export interface CachedMap {
  /** Length of each line of the script, without its end. */
  readonly lineLengths?: readonly number[];
  readonly data?: SourceMapInput | null;
}

/** Whether a text may be the script that a map was noted of. */
export function hasLinesOf({ lineLengths }: CachedMap, text: string): boolean {
  const lines = text.split(/\n|\u2028|\u2029/);
  return !lineLengths || (lines.length === lineLengths.length && lines.every((line, index) => line.length === lineLengths[index]));
}

/**
 * What ran of a script's original files, where the script itself is not known: the places that its map leads to, and the lines, each as often
 * as the part of it that ran most.
 *
 * @throws Error if the map cannot be read
 */
export function countsByMap(script: MergedScript, { lineLengths = [], data }: CachedMap): ToldFile[] {
  if (!data) {
    throw new Error('it was made in memory, and without a source map');
  }
  const starts = [0];
  lineLengths.forEach((length, line) => starts.push(starts[line]! + length + 1));
  const counts = new BlockCounts(script.functions, script.wrapperLength);
  const files = new Map<string, { readonly lines: Map<number, number>; readonly places: Map<string, number> }>();
  const map = new FlattenMap(data);
  eachMapping(map, ({ generatedLine, generatedColumn, source, originalLine, originalColumn }) => {
    if (source === null || originalLine === null) {
      return;
    }
    const path = sourcePath(script.path, map.sourceRoot, source);
    const { lines, places } = files.get(path) ?? { lines: new Map<number, number>(), places: new Map<string, number>() };
    files.set(path, { lines, places });
    const count = counts.at((starts[generatedLine - 1] ?? 0) + generatedColumn);
    const place = placeName({ line: originalLine, column: originalColumn });
    lines.set(originalLine, Math.max(lines.get(originalLine) ?? 0, count));
    places.set(place, Math.max(places.get(place) ?? 0, count));
  });
  return [...files].filter(([path]) => !isVendored(path)).map(([path, told]) => ({ path, told: { by: 'lines', coverage: { ...told, functions: [], branches: new Map() } } }));
}
