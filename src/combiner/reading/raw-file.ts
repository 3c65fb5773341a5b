import { unpacked } from './compressed';
import type { SharedFunctions } from './shared-functions';
import { decodeRawCoverageFile, type RawCoverage } from '../../contract/raw-coverage';
import { checkNesting } from '../merging/nested-ranges';

/** A file that unpacks to more is refused. A first take of a bundle has about a third as many bytes as the bundle. */
export const MAX_UNPACKED = 64 * 1024 * 1024;

/**
 * The raw objects of a file, as it was stored.
 *
 * @throws Error that says what is wrong with it
 */
export async function decodeRawFile(content: Buffer): Promise<RawCoverage[]> {
  return decodeUnpacked(await unpacked(content, MAX_UNPACKED));
}

/**
 * @param shared what was read before, where many are read
 * @throws Error that says what is wrong with it
 */
export function decodeUnpacked(content: Buffer, shared?: SharedFunctions): RawCoverage[] {
  const known = shared?.decode(content);
  if (known) {
    return [known];
  }
  const raws = decodeRawCoverageFile(content.toString('utf8'));
  for (const raw of raws) {
    if (raw.kind === 'v8') {
      checkNesting(raw);
    }
  }
  return raws;
}
