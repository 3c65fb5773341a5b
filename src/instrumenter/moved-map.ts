import { decode, encode, type SourceMapMappings } from '@jridgewell/sourcemap-codec';
import { encodedMap, FlattenMap } from '@jridgewell/trace-mapping';
import type { Insertions } from './insertions';
import { sourceMapReference } from '../contract/source-map-comment';
import type { LineOffsets } from '../conversion/line-offsets';
import { inlineMap } from '../conversion/script-source';

/**
 * The text with insertions in it, and its source map moved along: since each stays in its line, and nothing is taken out, that is exact.
 *
 * @param map where it is a file beside the text
 */
export function movedMap(text: string, map: string | undefined, insertions: Insertions, lines: LineOffsets): { text: string; map?: string } {
  const inline = inlineMap(text);
  if (inline === undefined) {
    return { text: insertions.inserted(text), ...(map !== undefined && { map: moved(map, insertions, lines) }) };
  }
  const reference = sourceMapReference(text)!;
  const instrumented = insertions.inserted(text);
  const at = instrumented.lastIndexOf(reference);
  const data = Buffer.from(moved(inline, insertions, lines)).toString('base64');
  return { text: `${instrumented.slice(0, at)}data:application/json;base64,${data}${instrumented.slice(at + reference.length)}` };
}

interface RawMap {
  readonly mappings?: string;
  readonly sections?: unknown;
}

function moved(json: string, insertions: Insertions, lines: LineOffsets): string {
  let map: RawMap;
  let mappings: SourceMapMappings;
  try {
    const raw = JSON.parse(json.replace(/^\)\]\}'[^\n]*\n/, '')) as RawMap;
    map = raw.sections === undefined ? raw : encodedMap(new FlattenMap(raw as never)) as RawMap;
    mappings = decode(map.mappings!);
  } catch {
    return json; // it could not be read before, either
  }
  const by = insertions.mover();
  mappings.forEach((segments, line) => {
    const start = lines.offset(line, 0);
    const before = start === undefined ? 0 : by(start - 1);
    segments.forEach((segment) => {
      segment[0] += start === undefined ? 0 : by(start + segment[0]) - before;
    });
  });
  return JSON.stringify({ ...map, mappings: encode(mappings) });
}
