import { unpacked } from './reading/compressed';
import { scriptWithMap, type ScriptSource } from '../conversion/script-source';
import { sha256 as sha256Of } from '../conversion/sha256';

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
  return text === undefined ? undefined : scriptWithMap(text, script.sourceMap && await verified(find, script.sourceMap), script.sourceMap);
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
