import { unpacked } from './compressed';
import { EarlierStarts } from './earlier-starts';
import { decodeUnpacked, MAX_UNPACKED } from './raw-file';
import { Selector, type Selection } from './selection';
import { SharedFunctions } from './shared-functions';
import type { RawCoverage } from '../../contract/raw-coverage';
import { noCoverage, StoreError, type CoverageStore } from '../stores/store';

/** So many objects are fetched and unpacked while another one is merged: S3 takes 50 times as long for one as merging it does, */
const AHEAD = 32;
/** and no more are asked for while so many bytes wait. */
const BYTES_AHEAD = 16 * 1024 * 1024;
/** What is unpacked has ten times as many bytes: objects are that have so many packed, all together; or one. */
const UNPACKED_BYTES_AHEAD = 512 * 1024;
/** Larger objects are refused before they are read. */
const MAX_PACKED = 32 * 1024 * 1024;

export interface ReadOptions {
  /** So many objects are on their way at once. @default 32 */
  readonly ahead?: number;
  /** Objects that are known already, by their keys. */
  readonly isKnown?: (key: string) => boolean;
  /** Asked before each object: whether there is time for it. */
  readonly hasTime?: () => boolean;
  /** What is wanted of the coverage. @default - all */
  readonly selection?: Selection;
  /** Called now and then, with the numbers of objects that were read and that are known to be there. */
  readonly onProgress?: (read: number, found: number) => void;
}

export interface ReadResult {
  readonly processed: number;
  readonly skipped: number;
  /** Objects that were known already. */
  readonly known: number;
  /** Objects of which nothing is wanted. */
  readonly notSelected: number;
  /** Whether all objects were read; else there was no time. */
  readonly complete: boolean;
  /** One line for each object that was skipped, with its key and the reason. */
  readonly errors: readonly string[];
}

/** An object on its way. */
interface Fetched {
  readonly key: string;
  readonly content: Promise<Buffer>;
  /** In bytes, once it has come. */
  size?: number;
  text?: Promise<Buffer>;
}

/**
 * Hands over the raw objects of a store in the order of their keys, some fetched ahead. One that cannot be read is counted
 * and named, stays where it is, and the rest goes on.
 *
 * @param use is called with all that an object holds, or not at all
 * @throws StoreError if the store itself cannot be used
 */
export async function readObjects(
  store: CoverageStore, use: (raws: readonly RawCoverage[], key: string) => void,
  { ahead: most = AHEAD, isKnown = () => false, hasTime = () => true, selection, onProgress = () => undefined }: ReadOptions = {},
): Promise<ReadResult> {
  const errors: string[] = [];
  let processed = 0;
  let known = 0;
  let notSelected = 0;
  let found = 0;
  let complete = true;
  const selector = selection && new Selector(selection);
  const starts = selector && new EarlierStarts(selector);
  let waiting = 0;
  const ahead: Fetched[] = [];
  const shared = new SharedFunctions();
  const fetch = (key: string): Fetched => {
    const content = store.read(key, MAX_PACKED).then((bytes) => {
      waiting += bytes.length;
      one.size = bytes.length;
      return bytes;
    });
    content.catch(() => undefined); // it is waited for in its turn
    const one: Fetched = { key, content };
    return one;
  };
  const unpackAhead = () => {
    let bytes = 0;
    for (const one of ahead) {
      bytes += one.size ?? UNPACKED_BYTES_AHEAD;
      if (one !== ahead[0] && bytes > UNPACKED_BYTES_AHEAD) {
        break;
      }
      one.text ??= one.content.then((content) => unpacked(content, MAX_UNPACKED));
      one.text.catch(() => undefined);
    }
  };
  const next = async () => {
    unpackAhead();
    const { key, content, text } = ahead.shift()!;
    try {
      const raws = decodeUnpacked(await text!, shared);
      const wanted = starts ? starts.wanted(raws, key) : raws;
      if (!selector || wanted.length > 0) {
        use(wanted, key);
        processed++;
      } else {
        notSelected++;
      }
    } catch (error) {
      errors.push(`${key}: ${(error as Error).message}`);
    }
    onProgress(processed + notSelected + errors.length, found);
    waiting -= (await content.catch(() => undefined))?.length ?? 0;
  };
  for await (const key of store.rawKeys()) {
    if (isKnown(key)) {
      known++;
      continue;
    }
    if (selector && !selector.mayHold(key)) {
      starts!.seen(key);
      notSelected++;
      continue;
    }
    found++;
    if (!hasTime()) {
      complete = false;
      break;
    }
    ahead.push(fetch(key));
    while (ahead.length >= most || (waiting > BYTES_AHEAD && ahead.length > 0)) {
      await next();
    }
  }
  while (ahead.length > 0) {
    await next();
  }
  for (const key of starts?.toRead ?? []) {
    found++;
    notSelected--;
    ahead.push(fetch(key));
    await next();
  }
  starts?.read.forEach(({ raws, key }) => {
    use(raws, key);
    notSelected--;
    processed++;
  });
  if (processed + known + errors.length === 0 && complete) {
    if (notSelected > 0) {
      throw new StoreError(`none of the ${notSelected} objects in ${store.location} is of the time, function, run and phase that are asked for`);
    }
    throw noCoverage(store);
  }
  return { processed, skipped: errors.length, known, notSelected, complete, errors };
}
