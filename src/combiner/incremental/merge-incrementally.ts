import { emptyCheckpoint, loadCheckpoint } from './checkpoint';
import type { KeptCoverage } from './kept-coverage';
import { KnownObjects } from './known-objects';
import { mergeObjects } from '../merging/merge-objects';
import type { MergedCoverage } from '../merging/merged-coverage';
import type { ReadOptions, ReadResult } from '../reading/read-objects';
import type { WritableStore } from '../stores/store';

export interface IncrementOptions extends Pick<ReadOptions, 'hasTime'> {
  /** Whether everything is read again. @default false */
  readonly afresh?: boolean;
}

export interface Increment {
  readonly merged: MergedCoverage;
  readonly read: ReadResult;
  readonly checkpoint: KeptCoverage;
}

/**
 * Merges what is new in a bucket with what was merged before, and keeps the result for the next time. What cannot be read is not kept,
 * so it is named each time.
 *
 * Coverage whose objects have expired stays; where none of them is left, as when somebody has emptied the bucket, it begins anew.
 *
 * @throws StoreError if the store cannot be used
 */
export async function mergeIncrementally(store: WritableStore, { hasTime, afresh = false }: IncrementOptions = {}): Promise<Increment> {
  const { checkpoint, problem } = afresh ? await emptyCheckpoint(store) : await loadCheckpoint(store);
  const { keys } = checkpoint;
  const before = keys.size;
  const known = await KnownObjects.of(store, keys);
  const read = await mergeObjects(store, checkpoint.merged, { isKnown: (key) => known.has(key), ...(hasTime && { hasTime }) }, (key) => {
    keys.add(key);
    known.seen.add(key);
  });
  if (before > 0 && read.known === 0 && read.complete) {
    return mergeIncrementally(store, { ...(hasTime && { hasTime }), afresh: true });
  }
  if (read.complete) {
    checkpoint.keepKeys(known.seen);
  }
  if (read.processed > 0 || known.haveStandIns || checkpoint.keys.size !== before) {
    await checkpoint.save();
  }
  return { merged: checkpoint.merged, checkpoint, read: { ...read, errors: [...(problem === undefined ? [] : [problem]), ...read.errors] } };
}
