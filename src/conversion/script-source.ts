import { FlattenMap, type TraceMap } from '@jridgewell/trace-mapping';
import { sourceMapReference } from '../contract/source-map-comment';

/** A script's text and its source map, if it has one. */
export interface ScriptSource {
  readonly text: string;
  readonly map?: TraceMap;
  /** Why there is no map though there should be one. */
  readonly mapProblem?: string;
}

/**
 * A script with its source map.
 *
 * @param mapJson the map that belongs to the script and is not in it
 * @param mapName what that is named where it is not at hand, though it should be
 */
export function scriptWithMap(text: string, mapJson: string | undefined, mapName?: string): ScriptSource {
  const json = inlineMap(text) ?? mapJson;
  if (json) {
    return { text, ...parseMap(json) };
  }
  const mapProblem = problemWithoutMap(text, mapName);
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
