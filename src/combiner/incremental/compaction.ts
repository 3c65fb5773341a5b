import { gzipSync } from 'node:zlib';
import { mergeIncrementally } from './merge-incrementally';
import { rawFiles } from './raw-files';
import { compactionKey, formatExecutionId, parseRawCoverageKey, rawCoverageKey, uuidOfHash } from '../../contract/object-keys';
import type { RawCoverage } from '../../contract/raw-coverage';
import { sha256 } from '../../conversion/sha256';
import { MergedCoverage } from '../merging/merged-coverage';
import type { Alike } from '../merging/merged-metadata';
import { decodeRawFile } from '../reading/raw-file';
import { CompactionJournal } from '../stores/compaction-journal';
import { StoreError, type WritableStore } from '../stores/store';

/** A compaction that began so long ago has ended, one way or the other. */
const LONGEST = 15 * 60 * 1_000;

/** All but the request, the environment and the time: what reports may be split by stays apart. */
const SAME_DETAILS: Alike = ({ requestId: _, environmentId: __, sequence: ___, timestamp: ____, ...metadata }) =>
  Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));

export interface CompactionResult {
  readonly objectsReplaced: number;
  readonly objectsWritten: number;
  /** What could not be read, and so was left as it is: a line each. */
  readonly errors: readonly string[];
}

/**
 * Replaces the raw objects of days that are over by one or a few for each function, which say the same: a report of them is equal to the
 * hit count. The objects are removed when what replaces them has been written and read back.
 *
 * Ended in between, it is finished by the next one; until then reports read either what is replaced or what replaces it.
 *
 * @param now objects of this UTC day and later ones stay
 * @throws StoreError if the store cannot be used, or another compaction is under way
 */
export async function compact(store: WritableStore, now: Date): Promise<CompactionResult> {
  const earlier = await CompactionJournal.load(store);
  checkEnded(earlier, now, store);
  // while the journal is there, so that the checkpoint learns what stands for what
  const { read, checkpoint } = await mergeIncrementally(store);
  if (earlier) {
    await finish(earlier, store);
  }
  const errors = [...read.errors];
  let objectsReplaced = 0;
  let objectsWritten = 0;
  for (const [day, keys] of await finishedDays(store, (key) => checkpoint.keys.has(key), now)) {
    const merged = new MergedCoverage(SAME_DETAILS);
    for (const key of keys) {
      (await decodeRawFile(await store.read(key))).forEach((raw) => merged.add(raw));
    }
    const files = filesOf(merged.raws(), store.prefix, day);
    const replaced = keys.filter((key) => !files.has(key));
    if (files.size >= keys.length) {
      continue;
    }
    for (const [key, body] of files) {
      await decodeRawFile(body).catch((error: Error) => {
        throw new StoreError(`the objects of ${day} stay as they are, since what they come to could not be read as '${key}': ${error.message}`);
      });
    }
    const journal = new CompactionJournal({ began: now.toISOString(), written: [...files.keys()], replaced });
    await journal.save(store);
    for (const [key, body] of files) {
      await store.add(key, body, 'application/json');
      if (!(await store.read(key)).equals(body)) {
        throw new StoreError(`'${key}' was read back with other content than was written; the objects that it was to replace are still there`);
      }
    }
    [...files.keys()].forEach((key) => checkpoint.keys.add(key));
    await checkpoint.save();
    await store.remove(replaced);
    await CompactionJournal.remove(store);
    objectsReplaced += replaced.length;
    objectsWritten += files.size;
  }
  return { objectsReplaced, objectsWritten, errors };
}

/** @throws StoreError if it may still be under way */
function checkEnded(journal: CompactionJournal | undefined, now: Date, { prefix }: WritableStore): void {
  const age = journal ? now.getTime() - Date.parse(journal.began) : LONGEST;
  if (age >= 0 && age < LONGEST) {
    throw new StoreError(`another compaction began at ${journal!.began}; wait until it has ended, or remove '${compactionKey(prefix)}' if it was ended by force`);
  }
}

async function finish(journal: CompactionJournal, store: WritableStore): Promise<void> {
  const isWhole = await journal.isWritten(store);
  await store.remove(isWhole ? journal.replaced : journal.written);
  await CompactionJournal.remove(store);
}

/** The objects of each UTC day before that of a time. */
async function finishedDays(store: WritableStore, isKnown: (key: string) => boolean, now: Date): Promise<Map<string, string[]>> {
  const today = now.toISOString().slice(0, 10);
  const days = new Map<string, string[]>();
  for await (const key of store.rawKeys()) {
    const day = parseRawCoverageKey(key)?.day;
    if (day !== undefined && day < today && isKnown(key)) {
      days.set(day, [...days.get(day) ?? [], key]);
    }
  }
  return days;
}

/** By their keys, which are made of the content: the same objects are written under the same keys again. */
function filesOf(raws: readonly RawCoverage[], prefix: string, day: string): Map<string, Buffer> {
  const byFunction = new Map<string, RawCoverage[]>();
  for (const raw of raws) {
    const { functionName } = raw.metadata;
    byFunction.set(functionName, [...byFunction.get(functionName) ?? [], raw]);
  }
  return new Map([...byFunction].flatMap(([functionName, some]) => rawFiles(some).map((text, sequence): [string, Buffer] => {
    const execution = formatExecutionId({ requestId: uuidOfHash(sha256(text)), environmentId: '0'.repeat(12), sequence });
    return [rawCoverageKey(functionName, execution, prefix, new Date(`${day}T00:00:00Z`)), gzipSync(text)];
  })));
}
