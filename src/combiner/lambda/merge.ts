/** What the children of a distributed combiner's map run: merges a batch into a partial. */
import { bucketOf, timeLeft, type Context } from './invocation';
import type { MergeItem } from '../../contract/distributed-run';
import { mergeItem } from '../distributed/partial';

/** Reading ends when so much of the time is left, as a part of it: writing needs it. */
const PART_FOR_WRITING = 0.25;

/** @throws Error if the bucket is not named, or cannot be read or written, or a partial cannot be used */
export async function handler(item: MergeItem, context: Context = {}): Promise<void> {
  await mergeItem(bucketOf(process.env).store, item, timeLeft(context, PART_FOR_WRITING));
}
