import * as path from 'node:path';
import { filesOf } from '../../test/package/packed-package';
import { PARTS, zippedParts, type Part } from '../../test/package/parts';

/** Bytes of what is bundled, zipped; there is no Python layer where there was no Python to make it. */
export type Sizes = Readonly<Partial<Record<Part, number>>>;

/** Of what `npm run bundle` has made. */
export function measureSizes(): Sizes {
  const assets = filesOf(path.join(__dirname, '..', '..', 'assets'));
  const isThere = ([part]: [string, number]) => assets.some((file) => file.path.startsWith(PARTS[part as Part]));
  return Object.fromEntries(Object.entries(zippedParts(assets)).filter(isThere));
}
