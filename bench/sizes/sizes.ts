import * as path from 'node:path';
import { filesOf } from '../../test/package/packed-package';
import { zippedParts, type Part } from '../../test/package/parts';

/** Bytes of what is bundled, zipped. */
export type Sizes = Readonly<Record<Part, number>>;

/** Of what `npm run bundle` has made. */
export function measureSizes(): Sizes {
  return zippedParts(filesOf(path.join(__dirname, '..', '..', 'assets')));
}
