import { Checkpoint } from './checkpoint';
import { KnownKeys } from './known-keys';
import { mergeObjects } from '../combine';
import type { MergedCoverage } from '../merging/merged-coverage';
import type { ReadOptions, ReadResult } from '../reading/read-objects';
import { CompactionJournal } from '../stores/compaction-journal';
import type { WritableStore } from '../stores/store';

export interface IncrementOptions extends Pick<ReadOptions, 'hasTime'> {
  /** Whether everything is read again. @default false */
  readonly afresh?: boolean;
}

export interface Increment {
  readonly merged: MergedCoverage;
  readonly read: ReadResult;
  readonly checkpoint: Checkpoint;
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
  const { checkpoint, problem } = afresh ? await Checkpoint.empty(store) : await Checkpoint.load(store);
  const seen = new KnownKeys();
  const journal = await CompactionJournal.load(store);
  // a compaction that has not come to its end has not told the checkpoint
  const standIns = new Set(journal?.replaced.every((key) => checkpoint.has(key)) ? journal.written : []);
  const isKnown = (key: string) => {
    const known = checkpoint.has(key) || standIns.has(key);
    if (known) {
      seen.add(key);
    }
    return known;
  };
  const before = checkpoint.size;
  const read = await mergeObjects(store, checkpoint.merged, { isKnown, ...(hasTime && { hasTime }) }, (key) => {
    checkpoint.add(key);
    seen.add(key);
  });
  if (before > 0 && read.known === 0 && read.complete) {
    return mergeIncrementally(store, { ...(hasTime && { hasTime }), afresh: true });
  }
  if (read.complete) {
    checkpoint.keepKeys(seen);
  }
  if (read.processed > 0 || standIns.size > 0 || checkpoint.size !== before) {
    await checkpoint.save();
  }
  return { merged: checkpoint.merged, checkpoint, read: { ...read, errors: [...(problem === undefined ? [] : [problem]), ...read.errors] } };
}
