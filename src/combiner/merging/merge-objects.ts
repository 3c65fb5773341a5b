import type { MergedCoverage } from './merged-coverage';
import { readObjects, type ReadOptions, type ReadResult } from '../reading/read-objects';
import type { CoverageStore } from '../stores/store';

/**
 * Merges the raw objects of a store.
 *
 * @param onRead called with the key of each object that was merged
 * @throws StoreError if the store cannot be used
 */
export async function mergeObjects(
  store: CoverageStore, merged: MergedCoverage, options: ReadOptions = {}, onRead: (key: string) => void = () => undefined,
): Promise<ReadResult> {
  return readObjects(store, (raws, key) => {
    raws.forEach((raw) => merged.add(raw));
    onRead(key);
  }, options);
}
