import type { MergeItem } from '../../contract/distributed-run';
import { parseRawCoverageKey } from '../../contract/object-keys';
import { sha256 } from '../../conversion/sha256';
import type { ListedObject } from '../stores/store';

/** Together they unpack to ten times as many bytes, part of which is in memory at once. */
const MOST_BYTES = 32 * 1024 * 1024;
/** Step Functions hands over 256 KiB at most. */
const MOST_BYTES_OF_KEYS = 200_000;

interface Batch {
  readonly keys: string[];
  bytes: number;
  bytesOfKeys: number;
}

/**
 * Parts a listing into batches: those of one Lambda function together, since they mostly ran the same scripts and come to one small
 * partial. What is left of functions that fill no batch shares some.
 */
export class Batches {
  private readonly full: Batch[] = [];
  private readonly open = new Map<string, Batch>();
  private count = 0;

  /** @param batchSize most objects in a batch */
  public constructor(private readonly batchSize: number) {}

  /** How many objects were added. */
  public get objects(): number {
    return this.count;
  }

  /** How many batches there are, at most. */
  public get size(): number {
    return this.full.length + this.open.size;
  }

  public add(object: ListedObject): void {
    this.count++;
    // keys that were not written by our wrapper do not name a function that can be told from the rest
    const name = parseRawCoverageKey(object.key)?.functionName ?? '';
    this.addTo(name, { keys: [object.key], bytes: object.size, bytesOfKeys: Buffer.byteLength(JSON.stringify(object.key)) });
  }

  /** What was added, in an order and in parts that depend on nothing else. */
  public items(): MergeItem[] {
    const rest = [...this.open.keys()].sort().map((name) => this.open.get(name)!);
    this.open.clear();
    rest.forEach((batch) => this.addTo('', batch));
    const all = [...this.full, ...this.open.values()];
    return all.map(({ keys }) => ({ id: sha256(keys.join('\n')), objects: byBegin(keys) }));
  }

  private addTo(name: string, { keys, bytes, bytesOfKeys }: Batch): void {
    let batch = this.open.get(name);
    const isFull = batch && (batch.keys.length + keys.length > this.batchSize || batch.bytes + bytes > MOST_BYTES
      || batch.bytesOfKeys + bytesOfKeys > MOST_BYTES_OF_KEYS);
    if (batch && isFull) {
      this.full.push(batch);
      batch = undefined;
    }
    if (!batch) {
      this.open.set(name, (batch = { keys: [], bytes: 0, bytesOfKeys: 0 }));
    }
    keys.forEach((key) => batch.keys.push(key));
    batch.bytes += bytes;
    batch.bytesOfKeys += bytesOfKeys;
  }
}

/** The keys of a batch, of which {@link keysOf} is the inverse. */
function byBegin(keys: readonly string[]): Record<string, string[]> {
  const begins = new Map<string, string[]>();
  for (const key of keys) {
    const { functionName } = parseRawCoverageKey(key) ?? { functionName: '' };
    const begin = key.slice(0, key.lastIndexOf('/') + 1 + functionName.length);
    const rest = begins.get(begin) ?? [];
    rest.push(key.slice(begin.length));
    begins.set(begin, rest);
  }
  return Object.fromEntries(begins);
}

/** The keys of the raw objects of an item. */
export function keysOf({ objects = {} }: MergeItem): string[] {
  return Object.entries(objects).flatMap(([begin, rests]) => rests.map((rest) => begin + rest));
}
