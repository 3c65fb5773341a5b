import { keysOf } from './batches';
import type { MergeItem } from '../../contract/distributed-run';
import { partialsPrefix } from '../../contract/object-keys';
import { KeptCoverage } from '../incremental/kept-coverage';
import { mergeObjects } from '../merging/merge-objects';
import { usable, type WritableStore } from '../stores/store';

const INDEX = '/index.json';
/** Ten functions that do so at a time ask S3 for as much as it answers below one prefix: 5,500 requests a second of some 30 ms. */
const AHEAD = 16;

/** The folder of a partial: merged coverage, and the keys of the objects that it holds. */
export function partialFolder({ prefix }: WritableStore, id: string): string {
  return `${partialsPrefix(prefix)}${id}/`;
}

/** The ids of the partials that are whole. */
export async function partialIds(store: WritableStore): Promise<Set<string>> {
  const folder = partialsPrefix(store.prefix);
  const ids = new Set<string>();
  for await (const key of store.keys(folder)) {
    if (key.endsWith(INDEX)) {
      ids.add(key.slice(folder.length, -INDEX.length));
    }
  }
  return ids;
}

/**
 * Merges what an item lists into a partial. Done twice it comes to the same; what could not be read, or for want of time was not, is not
 * among what the partial says to hold.
 *
 * @param hasTime asked before each object: whether there is time for it
 * @throws StoreError if the store cannot be used
 * @throws Error if a partial that is listed is damaged
 */
export async function mergeItem(store: WritableStore, item: MergeItem, hasTime: () => boolean): Promise<void> {
  const folder = partialFolder(store, item.id);
  // a damaged one is made anew
  if ((await usable(KeptCoverage.loadKeys(store, folder))).value) {
    return;
  }
  const partial = KeptCoverage.empty(store, folder);
  const errors = item.partials
    ? await mergePartials(store, item.partials, partial)
    : (await mergeObjects(only(store, keysOf(item)), partial.merged, { ahead: AHEAD, hasTime }, (key) => partial.keys.add(key))).errors;
  await partial.save(errors);
}

async function mergePartials(store: WritableStore, ids: readonly string[], into: KeptCoverage): Promise<string[]> {
  const errors: string[] = [];
  for (const id of ids) {
    const part = await KeptCoverage.loadKeys(store, partialFolder(store, id));
    if (!part) {
      continue; // another run has merged and removed it, which the report finds out
    }
    if (into.keys.countOf(part.keys) > 0) {
      throw new Error(`the partial ${partialFolder(store, id)} holds objects that another one holds as well`);
    }
    for await (const raw of part.raws()) {
      into.merged.add(raw);
    }
    into.keys.addAll(part.keys);
    errors.push(...part.errors);
  }
  return errors;
}

/** A store that has no other raw objects than these. */
function only(store: WritableStore, keys: readonly string[]): Pick<WritableStore, 'location' | 'rawKeys' | 'read' | 'source'> {
  return {
    location: store.location,
    async* rawKeys() {
      yield* keys;
    },
    read: (key, limit) => store.read(key, limit),
    source: (sha256) => store.source(sha256),
  };
}
