import { createHash } from 'node:crypto';
import { FlattenMap, type TraceMap } from '@jridgewell/trace-mapping';
import { unpacked } from './compressed';
import { sourceMapReference } from '../contract/source-map-comment';

/** A script's text and its source map, if it has one. */
export interface ScriptSource {
  readonly text: string;
  readonly map?: TraceMap;
  /** Why there is no map though there should be one. */
  readonly mapProblem?: string;
}

/** Finds a script or a source map by the SHA-256 of its content. */
export type ContentFinder = (sha256: string) => Promise<Buffer | undefined>;

/**
 * Reads a script and its map. Content is believed only when it has the hash that names it.
 *
 * @returns nothing where the script is not to be found
 * @throws Error if the content is damaged or is not what its name says
 */
export async function scriptSource(
  find: ContentFinder, script: { readonly sha256: string; readonly sourceMap?: string | undefined },
): Promise<ScriptSource | undefined> {
  const text = await verified(find, script.sha256);
  if (text === undefined) {
    return undefined;
  }
  const json = inlineMap(text) ?? (script.sourceMap && await verified(find, script.sourceMap));
  return json ? { text, ...parseMap(json) } : { text };
}

/** The source map that a script carries in its last comment. */
export function inlineMap(text: string): string | undefined {
  const reference = sourceMapReference(text);
  const data = reference?.startsWith('data:application/json') ? reference.indexOf(',') : -1;
  if (reference === undefined || data < 0) {
    return undefined;
  }
  const content = reference.slice(data + 1);
  return reference.slice(0, data).endsWith(';base64') ? Buffer.from(content, 'base64').toString('utf8') : decodeURIComponent(content);
}

/** Maps with sections, as some bundlers write them, become flat ones. */
function parseMap(json: string): Pick<ScriptSource, 'map' | 'mapProblem'> {
  try {
    return { map: new FlattenMap(json.replace(/^\)\]\}'[^\n]*\n/, '')) };
  } catch (error) {
    return { mapProblem: `its source map cannot be read (${(error as Error).message}), so the script is reported as it is` };
  }
}

/**
 * The text of kept content.
 *
 * @returns nothing where it is not to be found
 * @throws Error if it is damaged or is not what its name says
 */
export async function verified(find: ContentFinder, sha256: string): Promise<string | undefined> {
  const stored = await find(sha256);
  if (stored === undefined) {
    return undefined;
  }
  const content = await unpacked(stored);
  const actual = createHash('sha256').update(content).digest('hex');
  if (actual !== sha256) {
    throw new Error(`the kept source ${sha256} has other content (its SHA-256 is ${actual})`);
  }
  return content.toString('utf8');
}
