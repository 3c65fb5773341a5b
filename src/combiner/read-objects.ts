import { unpacked } from './compressed';
import { checkNesting } from './nested-ranges';
import { decodeRawCoverage, type RawCoverage } from '../contract/raw-coverage';
import { StoreError, type CoverageStore } from './stores/store';

/** So many objects are fetched at a time. */
const CONCURRENCY = 16;

/** A first take of a bundle has about as many bytes as the bundle; that many may be in memory {@link CONCURRENCY} times. */
const MAX_UNPACKED = 64 * 1024 * 1024;

export interface ReadResult {
  readonly processed: number;
  readonly skipped: number;
  /** One line for each object that was skipped, with its key and the reason. */
  readonly errors: readonly string[];
}

/**
 * Hands over the raw objects of a store in the order of their keys, some fetched ahead. One that cannot be read is counted
 * and named, stays where it is, and the rest goes on.
 *
 * @throws StoreError if the store itself cannot be used
 */
export async function readObjects(store: CoverageStore, use: (raw: RawCoverage) => void): Promise<ReadResult> {
  const errors: string[] = [];
  let processed = 0;
  const ahead: Array<{ key: string; raw: Promise<RawCoverage> }> = [];
  const next = async () => {
    const { key, raw } = ahead.shift()!;
    try {
      use(await raw);
      processed++;
    } catch (error) {
      errors.push(`${key}: ${(error as Error).message}`);
    }
  };
  for await (const key of store.rawKeys()) {
    const raw = fetch(store, key);
    raw.catch(() => undefined); // it is waited for in its turn
    ahead.push({ key, raw });
    if (ahead.length >= CONCURRENCY) {
      await next();
    }
  }
  while (ahead.length > 0) {
    await next();
  }
  if (processed === 0 && errors.length === 0) {
    throw new StoreError(`no coverage in ${store.location}: no object ending in .coverage is there; `
      + 'invoke an attached function, wait some seconds, and check the prefix');
  }
  return { processed, skipped: errors.length, errors };
}

async function fetch(store: CoverageStore, key: string): Promise<RawCoverage> {
  const raw = decodeRawCoverage((await unpacked(await store.read(key), MAX_UNPACKED)).toString('utf8'));
  if (raw.kind === 'v8') {
    checkNesting(raw);
  }
  return raw;
}
