import { keysOf } from './batches';
import { partialFolder, partialIds } from './partial';
import { loadManifest, loadPlan, loadSeen, newPlan, planFolder, planKey, savePlan, type Plan } from './plan';
import { partialsPrefix } from '../../contract/object-keys';
import type { RawCoverage } from '../../contract/raw-coverage';
import { emptyCheckpoint, loadCheckpoint, loadCheckpointKeys } from '../incremental/checkpoint';
import { KeptCoverage } from '../incremental/kept-coverage';
import type { KnownKeys } from '../incremental/known-keys';
import type { Increment } from '../incremental/merge-incrementally';
import { usable, type WritableStore } from '../stores/store';

/**
 * Merges the partials of a distributed run with what was merged before, and keeps the result for the next time. Objects that are in no
 * partial, because a part of the run has failed, are left to the next run. What another run has merged meanwhile is not added again.
 *
 * Done twice it comes to the same.
 *
 * @throws StoreError if the store cannot be used
 * @throws Error if there is no such plan, or the checkpoint it was made for is damaged
 */
export async function mergePlanned(store: WritableStore, name: string): Promise<Increment> {
  const plan = await loadPlan(store, name);
  if (!plan) {
    throw new Error(`there is no plan '${name}' in ${planFolder(store, name)}; the planner of the state machine makes it, and plans expire after some days`);
  }
  const isReplaced = plan.afresh && !plan.merged && (await isUnchanged(store, plan) || await isAllThere(store, plan));
  const { checkpoint, problem } = isReplaced ? await emptyCheckpoint(store) : await loadCheckpoint(store);
  if (problem !== undefined) {
    await checkpoint.save();
    throw new Error(`${problem} by the next run`);
  }
  if (plan.merged) {
    return { merged: checkpoint.merged, checkpoint, read: plan.merged };
  }
  const { keys } = checkpoint;
  const seen = await loadSeen(store, name);
  const errors = [...plan.errors];
  if (plan.afresh && !isReplaced) {
    errors.push('another run has ended meanwhile, with what this one had merged, so its checkpoint stays; where not all of it was to, start once more, afresh');
  }
  const unreadable: string[] = [];
  let processed = 0;
  let isWhole = plan.failed === 0;
  for (const id of plan.current) {
    const { value: partial, problem: damage } = await usable(read(store, id, keys));
    if (partial) {
      partial.raws.forEach((raw) => checkpoint.merged.add(raw));
      keys.addAll(partial.keys);
      seen.addAll(partial.keys);
      processed += partial.keys.size;
      unreadable.push(...partial.errors);
    } else {
      isWhole = false;
      if (damage !== undefined) {
        errors.push(`the partial ${partialFolder(store, id)} cannot be used: ${damage}`);
      } else if (plan.adopted.includes(id)) {
        errors.push(`the partial ${partialFolder(store, id)} of an earlier run was merged by another one, or is gone; then the next run reads its objects again`);
      }
    }
  }
  // also where batches had no time for all, or reductions found partials gone
  isWhole &&= processed + unreadable.length >= plan.objects + plan.adoptedThere;
  const { left, merged } = isWhole ? { left: [], merged: processed } : await compared(store, plan, keys, unreadable);
  // what is new in it since the run began was not looked for
  if (plan.checkpoint === checkpoint.revision) {
    checkpoint.keepKeys(seen);
  }
  await checkpoint.save();
  const result = {
    processed: merged,
    known: plan.known,
    skipped: unreadable.length,
    notSelected: 0,
    complete: left.length === 0,
    errors: [...errors, ...unreadable, ...left],
  };
  // partials may go from now on
  await savePlan(store, { ...plan, merged: result });
  return { merged: checkpoint.merged, checkpoint, read: result };
}

/**
 * Removes what a run has left behind, once it has been reported, but for what it came to: if the answer is lost, Step Functions asks for the
 * report again.
 */
export async function closePlan(store: WritableStore, name: string): Promise<void> {
  const plan = await loadPlan(store, name);
  const used = new Set(plan?.used.map((id) => partialFolder(store, id)));
  await removeBelow(store, partialsPrefix(store.prefix), (key) => used.has(key.slice(0, key.lastIndexOf('/') + 1)));
  await removeBelow(store, planFolder(store, name), (key) => key !== planKey(store, name));
  if (plan?.merged) {
    await savePlan(store, { ...newPlan(name, plan.afresh), merged: plan.merged });
  }
}

/** Whether no other run has kept anything since this one began. */
async function isUnchanged(store: WritableStore, plan: Plan): Promise<boolean> {
  const { checkpoint } = await loadCheckpointKeys(store);
  return plan.checkpoint === checkpoint.revision;
}

/** Whether nothing has failed, and no other run has taken over, reported and removed partials of this one. */
async function isAllThere(store: WritableStore, { current, failed }: Plan): Promise<boolean> {
  const there = await partialIds(store);
  return failed === 0 && current.every((id) => there.has(id));
}

interface ReadPartial {
  readonly keys: KnownKeys;
  readonly errors: readonly string[];
  /** Nothing of what was merged already. */
  readonly raws: readonly RawCoverage[];
}

/**
 * @param merged what was merged before
 * @returns nothing where it is gone, or a part of it was merged by another run, since it cannot be taken apart
 * @throws Error if it is damaged
 */
async function read(store: WritableStore, id: string, merged: KnownKeys): Promise<ReadPartial | undefined> {
  const partial = await KeptCoverage.loadKeys(store, partialFolder(store, id));
  const again = partial ? merged.countOf(partial.keys) : 0;
  if (!partial || (again > 0 && again < partial.keys.size)) {
    return undefined;
  }
  const raws: RawCoverage[] = [];
  if (again === 0) {
    for await (const raw of partial.raws()) {
      raws.push(raw);
    }
  }
  return { keys: partial.keys, errors: partial.errors, raws };
}

/** What of a plan was merged, by this run or by another one, and what was not: a line for each batch. */
async function compared(
  store: WritableStore, plan: Plan, merged: KnownKeys, unreadable: readonly string[],
): Promise<{ readonly left: readonly string[]; readonly merged: number }> {
  const left: string[] = [];
  let count = plan.adoptedThere;
  for (let round = 1; round <= plan.round; round++) {
    for (const keys of (await loadManifest(store, plan.answer.plan, round)).map(keysOf)) {
      const missing = keys.filter((key) => !merged.has(key));
      const lost = missing.filter((key) => !unreadable.some((line) => line.startsWith(`${key}: `)));
      count += keys.length - missing.length;
      if (lost.length > 0) {
        left.push(`${lost.length} objects from ${lost[0]} to ${lost.at(-1)} could not be merged; the next run reads them again`);
      }
    }
  }
  return { left, merged: count };
}

async function removeBelow(store: WritableStore, folder: string, isGone: (key: string) => boolean): Promise<void> {
  const keys: string[] = [];
  for await (const key of store.keys(folder)) {
    if (isGone(key)) {
      keys.push(key);
    }
  }
  await store.remove(keys);
}
