import { KnownKeys } from './known-keys';
import { CompactionJournal } from '../stores/compaction-journal';
import type { WritableStore } from '../stores/store';

/** Tells the objects of a bucket that were merged before, and keeps which of them are still there. */
export class KnownObjects {
  /** @param keys of the objects that were merged before */
  public static async of(store: WritableStore, keys: KnownKeys): Promise<KnownObjects> {
    const journal = await CompactionJournal.load(store);
    // a compaction that has not come to its end has not told the checkpoint
    return new KnownObjects(keys, new Set(journal?.replaced.every((key) => keys.has(key)) ? journal.written : []));
  }

  /** Those that were asked for. */
  public readonly seen = new KnownKeys();

  private constructor(private readonly keys: KnownKeys, private readonly standIns: ReadonlySet<string>) {}

  /** Whether some stand for others that were merged before, which the kept keys do not tell. */
  public get haveStandIns(): boolean {
    return this.standIns.size > 0;
  }

  public has(key: string): boolean {
    const known = this.keys.has(key) || this.standIns.has(key);
    if (known) {
      this.seen.add(key);
    }
    return known;
  }
}
