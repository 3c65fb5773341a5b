import { createHash } from 'node:crypto';
import { TraceMap } from '@jridgewell/trace-mapping';
import { unpacked } from './compressed';

/** A script's text and its source map, if it has one. */
export interface ScriptSource {
  readonly text: string;
  readonly map?: TraceMap;
}

/** Finds a script or a source map by the SHA-256 of its content. */
export type ContentFinder = (sha256: string) => Promise<Buffer | undefined>;

/**
 * Reads a script and its map. Content is believed only when it has the hash that names it.
 *
 * @returns nothing where the script is not to be found
 * @throws Error if the content is damaged, is not what its name says, or its map cannot be read
 */
export async function scriptSource(
  find: ContentFinder, script: { readonly sha256: string; readonly sourceMap?: string | undefined },
): Promise<ScriptSource | undefined> {
  const text = await verified(find, script.sha256);
  if (text === undefined) {
    return undefined;
  }
  const json = inlineMap(text) ?? (script.sourceMap && await verified(find, script.sourceMap));
  return json ? { text, map: parseMap(json) } : { text };
}

const INLINE_MAP = 'sourceMappingURL=data:application/json';

/** The source map that a script carries in its last comment. */
export function inlineMap(text: string): string | undefined {
  const comment = text.lastIndexOf(INLINE_MAP);
  const data = text.indexOf(',', comment);
  if (comment < 0 || data < 0) {
    return undefined;
  }
  const content = /^\S*/.exec(text.slice(data + 1))![0];
  return text.slice(comment, data).endsWith(';base64') ? Buffer.from(content, 'base64').toString('utf8') : decodeURIComponent(content);
}

function parseMap(json: string): TraceMap {
  try {
    return new TraceMap(json.replace(/^\)\]\}'[^\n]*\n/, ''));
  } catch (error) {
    throw new Error(`its source map cannot be read: ${(error as Error).message}`);
  }
}

async function verified(find: ContentFinder, sha256: string): Promise<string | undefined> {
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
