import { createHash } from 'node:crypto';

/** Of a hash: with a million keys, that two of them are taken for one happens once in 37 million buckets. */
const BYTES = 8;
/** So many are added before they are sorted in. */
const MOST_ADDED = 500_000;
/** A file has no more: 8 MB. */
const MOST_IN_FILE = 1_000_000;

/** Keys of objects, as hashes of 8 bytes, which is what a hundred million of them can be had in memory as. */
export class KnownKeys {
  /**
   * @param files in the order in which `toFiles` gave them
   * @throws Error if they are not what `toFiles` gave
   */
  public static fromFiles(files: readonly Buffer[]): KnownKeys {
    const wrong = files.find((file) => file.length % BYTES !== 0);
    if (wrong) {
      throw new Error(`${wrong.length} bytes are no list of hashes of ${BYTES} bytes`);
    }
    const bytes = Buffer.concat(files);
    return new KnownKeys(new BigUint64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)).sort());
  }

  private readonly added = new Set<bigint>();

  public constructor(private sorted = new BigUint64Array()) {}

  public get size(): number {
    return this.sorted.length + this.added.size;
  }

  public has(key: string): boolean {
    return this.hasHash(hashOf(key));
  }

  public add(key: string): void {
    this.addHash(hashOf(key));
  }

  public addAll(others: KnownKeys): void {
    others.hashes().forEach((hash) => this.addHash(hash));
  }

  /** How many of others are among these. */
  public countOf(others: KnownKeys): number {
    return others.hashes().reduce((count, hash) => count + Number(this.hasHash(hash)), 0);
  }

  /** Sorted, each hash in little-endian order of its bytes: the same keys give the same files. */
  public toFiles(): Buffer[] {
    const hashes = this.hashes();
    const files: Buffer[] = [];
    for (let at = 0; at < hashes.length; at += MOST_IN_FILE) {
      const some = hashes.slice(at, at + MOST_IN_FILE);
      files.push(Buffer.from(some.buffer, some.byteOffset, some.byteLength));
    }
    return files;
  }

  private hashes(): BigUint64Array<ArrayBuffer> {
    this.settle();
    return this.sorted;
  }

  private hasHash(hash: bigint): boolean {
    const { sorted } = this;
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (sorted[middle]! < hash) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return sorted[low] === hash || this.added.has(hash);
  }

  private addHash(hash: bigint): void {
    if (!this.hasHash(hash)) {
      this.added.add(hash);
    }
    if (this.added.size >= MOST_ADDED) {
      this.settle();
    }
  }

  private settle(): void {
    if (this.added.size > 0) {
      const all = new BigUint64Array(this.size);
      all.set(this.sorted);
      all.set(BigUint64Array.from(this.added), this.sorted.length);
      this.sorted = all.sort();
      this.added.clear();
    }
  }
}

function hashOf(key: string): bigint {
  return createHash('sha256').update(key).digest().readBigUInt64LE();
}
