import { FlattenMap, type TraceMap } from '@jridgewell/trace-mapping';
import { unpacked } from './reading/compressed';
import { sha256 as sha256Of } from './sha256';
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
  if (json) {
    return { text, ...parseMap(json) };
  }
  const mapProblem = problemWithoutMap(text, script.sourceMap);
  return { text, ...(mapProblem !== undefined && { mapProblem }) };
}

/** What bundlers write into each script that they make of several files. */
const BUNDLED = /\b(?:__commonJS|__toCommonJS|__esm|__webpack_require__|__webpack_modules__|__toESM)\b|^\/\/ node_modules\//m;

/** Why a script that was made of others has no map. @returns nothing for one that people may have written */
function problemWithoutMap(text: string, kept: string | undefined): string | undefined {
  const reference = sourceMapReference(text);
  if (kept !== undefined) {
    return `its source map ${kept} was not kept, so it is reported as it is`;
  }
  if (reference !== undefined) {
    return `its source map ${shown(reference)} was not deployed, so it is reported as it is; give the cloud assembly with --app, or deploy the map`;
  }
  return BUNDLED.test(text) ? 'it is a bundle without a source map, so it is reported as it is; bundle with source maps' : undefined;
}

function shown(reference: string): string {
  return reference.length > 80 ? `${reference.slice(0, 80)}…` : reference;
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
  const actual = sha256Of(content);
  if (actual !== sha256) {
    throw new Error(`the kept source ${sha256} has other content (its SHA-256 is ${actual})`);
  }
  return content.toString('utf8');
}
