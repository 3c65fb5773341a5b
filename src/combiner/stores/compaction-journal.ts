import type { WritableStore } from './store';
import { compactionKey } from '../../contract/object-keys';

interface JournalContent {
  /** When the compaction began, ISO 8601. */
  readonly began: string;
  /** Keys of merged objects. */
  readonly written: readonly string[];
  /** Keys of the objects that they say the same as. */
  readonly replaced: readonly string[];
}

/** Says which objects are being replaced by which, so that nobody counts both, whenever it ends. */
export class CompactionJournal implements JournalContent {
  /** @returns nothing where no compaction is under way */
  public static async load(store: Pick<WritableStore, 'find' | 'prefix'>): Promise<CompactionJournal | undefined> {
    const content = await store.find(compactionKey(store.prefix));
    return content && new CompactionJournal(parsed(content));
  }

  public static async remove(store: WritableStore): Promise<void> {
    await store.remove([compactionKey(store.prefix)]);
  }

  public readonly began: string;
  public readonly written: readonly string[];
  public readonly replaced: readonly string[];

  public constructor({ began, written, replaced }: JournalContent) {
    this.began = began;
    this.written = written;
    this.replaced = replaced;
  }

  public async save(store: WritableStore): Promise<void> {
    const { began, written, replaced } = this;
    await store.write(compactionKey(store.prefix), Buffer.from(JSON.stringify({ began, written, replaced })), 'application/json');
  }

  /** Whether all that replaces is there. */
  public async isWritten(store: Pick<WritableStore, 'keys'>): Promise<boolean> {
    for (const key of this.written) {
      let isThere = false;
      for await (const found of store.keys(key)) {
        isThere ||= found === key;
      }
      if (!isThere) {
        return false;
      }
    }
    return true;
  }
}

/** What cannot be read says nothing: then nobody has removed anything by it. */
function parsed(content: Buffer): JournalContent {
  const nothing = { began: '', written: [], replaced: [] };
  try {
    const { began, written, replaced } = JSON.parse(content.toString('utf8')) as Partial<Record<keyof JournalContent, unknown>>;
    return typeof began === 'string' && isList(written) && isList(replaced) ? { began, written, replaced } : nothing;
  } catch {
    return nothing;
  }
}

function isList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
