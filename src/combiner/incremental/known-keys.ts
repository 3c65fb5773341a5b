import { createHash } from 'node:crypto';

/** Of a hash: with a million keys, that two of them are taken for one happens once in 37 million buckets. */
const BYTES = 8;

/** Keys of objects, as hashes: a million of them are 11 MB in the checkpoint. */
export class KnownKeys {
  /** @throws Error if it is not what `toBase64` gave */
  public static fromBase64(text: string): KnownKeys {
    const bytes = Buffer.from(text, 'base64');
    if (bytes.length % BYTES !== 0) {
      throw new Error(`${bytes.length} bytes are no list of hashes of ${BYTES} bytes`);
    }
    const keys = new KnownKeys();
    for (let at = 0; at < bytes.length; at += BYTES) {
      keys.hashes.add(bytes.readBigUInt64BE(at));
    }
    return keys;
  }

  private readonly hashes = new Set<bigint>();

  public get size(): number {
    return this.hashes.size;
  }

  public has(key: string): boolean {
    return this.hashes.has(hashOf(key));
  }

  public add(key: string): void {
    this.hashes.add(hashOf(key));
  }

  /** Sorted, so that the same keys give the same text. */
  public toBase64(): string {
    const sorted = BigUint64Array.from(this.hashes).sort();
    const bytes = Buffer.alloc(sorted.length * BYTES);
    sorted.forEach((hash, index) => bytes.writeBigUInt64BE(hash, index * BYTES));
    return bytes.toString('base64');
  }
}

function hashOf(key: string): bigint {
  return createHash('sha256').update(key).digest().readBigUInt64BE();
}
