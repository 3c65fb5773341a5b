import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { KnownKeys } from './known-keys';
import { rawFiles } from './raw-files';
import type { RawCoverage } from '../../contract/raw-coverage';
import { sha256 } from '../../conversion/sha256';
import { MergedCoverage } from '../merging/merged-coverage';
import { unpacked } from '../reading/compressed';
import { decodeUnpacked } from '../reading/raw-file';
import type { WritableStore } from '../stores/store';

const VERSION = 2;
/** Of what a function had at a path: a report tells of the newest, and a deployment may be taken back. */
const MOST_BUILDS = 10;
const INDEX = 'index.json';

interface Index {
  readonly version: typeof VERSION;
  /** Another one each time, so that what was written since can be told. */
  readonly revision: string;
  /** SHA-256 of the texts of the parts. */
  readonly parts: readonly string[];
  /** SHA-256 of the files of the keys. */
  readonly keys: readonly string[];
  /** A line for each object that could not be read. */
  readonly errors?: readonly string[];
}

/**
 * Merged coverage in a folder of the bucket, with the keys of the objects that it holds: files, each under the hash of its content, and an
 * index that is written after them. A run that ends in between, or beside another one, leaves an index that is whole.
 */
export class KeptCoverage {
  /** One that holds nothing, for a folder that has none, or one of the same objects. */
  public static empty(store: WritableStore, folder: string): KeptCoverage {
    return new KeptCoverage(store, folder, new KnownKeys());
  }

  /** One that holds nothing, and takes the place of the one that there is when it is saved. */
  public static async replacing(store: WritableStore, folder: string): Promise<KeptCoverage> {
    const kept = this.empty(store, folder);
    kept.replaced = filesOf(await readIndex(store, folder).catch(() => undefined));
    return kept;
  }

  /** The keys that it holds, without the coverage itself: {@link KeptCoverage.raws} reads that. Throws as {@link KeptCoverage.load}. */
  public static async loadKeys(store: WritableStore, folder: string): Promise<KeptCoverage | undefined> {
    const index = await readIndex(store, folder);
    if (!index) {
      return undefined;
    }
    const keys: Buffer[] = [];
    for (const name of index.keys) {
      keys.push(await readFile(store, folder, name, async (content) => content));
    }
    return new KeptCoverage(store, folder, KnownKeys.fromFiles(keys), index);
  }

  /**
   * @returns nothing where there is none
   * @throws StoreError if the store cannot be used
   * @throws Error if what there is cannot be used
   */
  public static async load(store: WritableStore, folder: string): Promise<KeptCoverage | undefined> {
    const kept = await this.loadKeys(store, folder);
    for await (const raw of kept?.raws() ?? []) {
      kept!.merged.add(raw);
    }
    return kept;
  }

  public readonly merged = new MergedCoverage();
  /** Files in the folder that go when it is saved, unless they are in it again. */
  private replaced: readonly string[];

  private constructor(
    private readonly store: WritableStore, private readonly folder: string, private known: KnownKeys, private index?: Index,
  ) {
    this.replaced = filesOf(index);
  }

  /** Of the objects that it holds. */
  public get keys(): KnownKeys {
    return this.known;
  }

  /** Of what was loaded; empty where nothing was. */
  public get revision(): string {
    return this.index?.revision ?? '';
  }

  /** A line for each object that was to be in it and could not be read. */
  public get errors(): readonly string[] {
    return this.index?.errors ?? [];
  }

  /** Forgets the keys of all objects but these. */
  public keepKeys(keys: KnownKeys): void {
    this.known = keys;
  }

  /**
   * What is in the folder.
   *
   * @throws Error if a part is missing or has other content
   */
  public async* raws(): AsyncIterable<RawCoverage> {
    for (const part of this.index?.parts ?? []) {
      yield* decodeUnpacked(await readFile(this.store, this.folder, part, unpacked));
    }
  }

  /**
   * @param errors a line for each object that could not be read
   * @throws StoreError if it cannot be written
   */
  public async save(errors: readonly string[] = []): Promise<void> {
    const { store, folder, replaced } = this;
    const there = filesOf(this.index);
    const write = async (content: Buffer | string, encode: (content: Buffer | string) => Buffer, type: string) => {
      const name = sha256(content);
      if (!there.includes(name)) {
        await store.write(folder + name, encode(content), type);
      }
      return name;
    };
    const parts: string[] = [];
    for (const text of rawFiles(newestBuilds(this.merged.raws()))) {
      parts.push(await write(text, gzipSync, 'application/gzip'));
    }
    const keys: string[] = [];
    for (const file of this.known.toFiles()) {
      keys.push(await write(file, (content) => content as Buffer, 'application/octet-stream'));
    }
    this.index = { version: VERSION, revision: randomUUID(), parts, keys, ...(errors.length > 0 && { errors }) };
    await store.write(folder + INDEX, Buffer.from(JSON.stringify(this.index)), 'application/json');
    this.replaced = filesOf(this.index);
    await store.remove(replaced.filter((name) => !this.replaced.includes(name)).map((name) => folder + name));
  }
}

function filesOf(index: Index | undefined): string[] {
  return index ? [...index.parts, ...index.keys] : [];
}

async function readIndex(store: WritableStore, folder: string): Promise<Index | undefined> {
  const content = await store.find(folder + INDEX);
  const index = content && JSON.parse(content.toString('utf8')) as Index | null;
  if (index && index.version !== VERSION) {
    throw new Error(`it has version ${JSON.stringify(index.version)}, and this release reads ${VERSION}`);
  }
  if (index && !(typeof index.revision === 'string' && areHashes(index.parts) && areHashes(index.keys) && (index.errors === undefined || Array.isArray(index.errors)))) {
    throw new Error('it has another form than this release writes');
  }
  return index ?? undefined;
}

function areHashes(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && /^[0-9a-f]{64}$/.test(name));
}

async function readFile(store: WritableStore, folder: string, name: string, decode: (content: Buffer) => Promise<Buffer>): Promise<Buffer> {
  const content = await store.find(folder + name);
  if (!content) {
    throw new Error(`its part ${folder}${name} is missing`);
  }
  const decoded = await decode(content);
  if (sha256(decoded) !== name) {
    throw new Error(`its part ${folder}${name} has other content than its name says`);
  }
  return decoded;
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
