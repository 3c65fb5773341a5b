import { gzipSync } from 'node:zlib';
import { KnownKeys } from './known-keys';
import { rawFiles } from './raw-files';
import { checkpointPrefix } from '../../contract/object-keys';
import type { RawCoverage } from '../../contract/raw-coverage';
import { sha256 } from '../../conversion/sha256';
import { MergedCoverage } from '../merging/merged-coverage';
import { unpacked } from '../reading/compressed';
import { decodeUnpacked } from '../reading/raw-file';
import { StoreError, type WritableStore } from '../stores/store';

const VERSION = 1;
/** Of what a function had at a path: a report tells of the newest, and a deployment may be taken back. */
const MOST_BUILDS = 10;

interface Index {
  readonly version: typeof VERSION;
  /** SHA-256 of the texts of the parts. */
  readonly parts: readonly string[];
  readonly keys: string;
}

/**
 * What has been merged, kept in the bucket, so that the next run reads only what is new: parts, each under the hash of its content,
 * and an index that is written after them. A run that ends in between, or beside another one, leaves an index that is whole.
 */
export class Checkpoint {
  /** One that holds nothing, and replaces the one that there is when it is saved. */
  public static async empty(store: WritableStore): Promise<{ checkpoint: Checkpoint; problem?: string }> {
    const index = await readIndex(store).catch(() => undefined);
    return { checkpoint: new Checkpoint(store, new KnownKeys(), index?.parts) };
  }

  /** @returns an empty one where there is none, or none that can be used, with the reason */
  public static async load(store: WritableStore): Promise<{ checkpoint: Checkpoint; problem?: string }> {
    const folder = checkpointPrefix(store.prefix);
    try {
      const index = await readIndex(store);
      if (!index) {
        return { checkpoint: new Checkpoint(store) };
      }
      const { parts, keys } = index;
      const checkpoint = new Checkpoint(store, KnownKeys.fromBase64(keys), parts);
      for (const part of parts) {
        (await readPart(store, folder + part, part)).forEach((raw) => checkpoint.merged.add(raw));
      }
      return { checkpoint };
    } catch (error) {
      if (error instanceof StoreError) {
        throw error;
      }
      return {
        checkpoint: new Checkpoint(store),
        problem: `the checkpoint ${indexKey(folder)} cannot be used (${(error as Error).message}), so all objects are read again`,
      };
    }
  }

  public readonly merged = new MergedCoverage();

  private constructor(private readonly store: WritableStore, private keys = new KnownKeys(), private parts: readonly string[] = []) {}

  /** How many objects it holds. */
  public get size(): number {
    return this.keys.size;
  }

  public has(key: string): boolean {
    return this.keys.has(key);
  }

  /** Says that an object is in what was merged. */
  public add(key: string): void {
    this.keys.add(key);
  }

  /** Forgets the keys of all objects but these: the others are not in the bucket any more. */
  public keepKeys(keys: KnownKeys): void {
    this.keys = keys;
  }

  /** @throws StoreError if it cannot be written */
  public async save(): Promise<void> {
    const { store } = this;
    const folder = checkpointPrefix(store.prefix);
    const before = this.parts;
    const parts: string[] = [];
    for (const text of rawFiles(newestBuilds(this.merged.raws()))) {
      const name = sha256(text);
      parts.push(name);
      if (!before.includes(name)) {
        await store.write(folder + name, gzipSync(text), 'application/gzip');
      }
    }
    const index: Index = { version: VERSION, parts, keys: this.keys.toBase64() };
    await store.write(indexKey(folder), Buffer.from(JSON.stringify(index)), 'application/json');
    this.parts = parts;
    await store.remove(before.filter((name) => !parts.includes(name)).map((name) => folder + name));
  }
}

function indexKey(folder: string): string {
  return `${folder}index.json`;
}

async function readIndex(store: WritableStore): Promise<Index | undefined> {
  const content = await store.find(indexKey(checkpointPrefix(store.prefix)));
  const index = content && JSON.parse(content.toString('utf8')) as Index | null;
  if (index && index.version !== VERSION) {
    throw new Error(`it has version ${JSON.stringify(index.version)}, and this release reads ${VERSION}`);
  }
  if (index && !(Array.isArray(index.parts) && index.parts.every((part) => /^[0-9a-f]{64}$/.test(part)) && typeof index.keys === 'string')) {
    throw new Error('it has another form than this release writes');
  }
  return index ?? undefined;
}

async function readPart(store: WritableStore, key: string, name: string): Promise<RawCoverage[]> {
  const content = await store.find(key);
  if (!content) {
    throw new Error(`its part ${key} is missing`);
  }
  const text = await unpacked(content);
  if (sha256(text) !== name) {
    throw new Error(`its part ${key} has other content than its name says`);
  }
  return decodeUnpacked(text);
}

/** Every deployment adds builds, and a report never asks for those that were replaced long ago. */
function newestBuilds(raws: readonly RawCoverage[]): RawCoverage[] {
  const byPlace = new Map<string, string[]>();
  // the path of a script with counters is in its table only; what is kept of it is small
  const placeOf = ({ metadata: { functionName }, result: [first] }: RawCoverage) =>
    JSON.stringify([functionName, first && ('table' in first ? first.table : first.path)]);
  for (const raw of raws) {
    byPlace.set(placeOf(raw), [...byPlace.get(placeOf(raw)) ?? [], raw.metadata.timestamp]);
  }
  const oldest = new Map([...byPlace].map(([place, times]) => [place, times.sort().at(-MOST_BUILDS) ?? '']));
  return raws.filter((raw) => raw.metadata.timestamp >= oldest.get(placeOf(raw))!);
}
