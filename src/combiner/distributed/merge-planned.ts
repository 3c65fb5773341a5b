import { keysOf } from './batches';
import { partialFolder } from './partial';
import { loadManifest, loadPlan, loadSeen, planFolder, savePlan, type Plan, type Planned } from './plan';
import type { RawCoverage } from '../../contract/raw-coverage';
import { emptyCheckpoint, loadCheckpoint } from '../incremental/checkpoint';
import { KeptCoverage } from '../incremental/kept-coverage';
import type { KnownKeys } from '../incremental/known-keys';
import type { Increment } from '../incremental/merge-incrementally';
import { StoreError, type WritableStore } from '../stores/store';

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
  const { checkpoint, problem } = plan.afresh && !plan.merged ? await emptyCheckpoint(store) : await loadCheckpoint(store);
  if (problem !== undefined) {
    await checkpoint.save();
    throw new Error(`${problem} by the next run`);
  }
  if (plan.merged) {
    return { merged: checkpoint.merged, checkpoint, read: plan.merged };
  }
  const { keys, revision } = checkpoint;
  const seen = await loadSeen(store, name);
  const errors = [...plan.errors];
  const ofObjects: string[] = [];
  let complete = true;
  let processed = 0;
  for (const id of plan.current) {
    const partial = await usable(store, id);
    if (typeof partial === 'string') {
      complete = false;
      errors.push(`${partial}; if no other run has merged what was in it, the next one reads it`);
      continue;
    }
    const again = keys.countOf(partial.keys);
    if (again > 0 && again < partial.keys.size) {
      complete = false;
      errors.push(`${partialFolder(store, id)}: ${again} of its ${partial.keys.size} objects were merged by another run, so the next one reads the others`);
      continue;
    }
    if (again === 0) {
      partial.raws.forEach((raw) => checkpoint.merged.add(raw));
      keys.addAll(partial.keys);
    }
    seen.addAll(partial.keys);
    processed += partial.keys.size;
    ofObjects.push(...partial.errors);
  }
  const failed = await notMerged(store, plan, keys);
  const unread = plan.listed && complete ? plan.objects + plan.adoptedThere - count(plan.missing) - processed - ofObjects.length : 0;
  // what is new in it since the run began was not looked for
  if (plan.checkpoint === revision) {
    checkpoint.keepKeys(seen);
  }
  await checkpoint.save();
  const read = {
    processed,
    known: plan.known,
    skipped: ofObjects.length,
    notSelected: 0,
    complete: complete && failed.length === 0 && unread <= 0,
    errors: [...errors, ...ofObjects, ...failed, ...(unread > 0 ? [`${unread} objects could not be read in the time that there was, so the next run reads them`] : [])],
  };
  // partials may go from now on
  await savePlan(store, { ...plan, merged: read });
  return { merged: checkpoint.merged, checkpoint, read };
}

/** Removes what a run has left behind, once it has been reported. */
export async function removePlan(store: WritableStore, name: string): Promise<void> {
  const plan = await loadPlan(store, name);
  for (const id of plan?.used ?? []) {
    await removeBelow(store, partialFolder(store, id));
  }
  await removeBelow(store, planFolder(store, name));
}

interface Partial {
  readonly keys: KnownKeys;
  readonly errors: readonly string[];
  readonly raws: readonly RawCoverage[];
}

/** @returns what is wrong with it where it cannot be used */
async function usable(store: WritableStore, id: string): Promise<Partial | string> {
  const folder = partialFolder(store, id);
  try {
    const partial = await KeptCoverage.loadKeys(store, folder);
    if (!partial) {
      return `the partial ${folder} is gone`;
    }
    const raws: RawCoverage[] = [];
    for await (const raw of partial.raws()) {
      raws.push(raw);
    }
    return { keys: partial.keys, errors: partial.errors, raws };
  } catch (error) {
    if (error instanceof StoreError) {
      throw error;
    }
    return `the partial ${folder} cannot be used: ${(error as Error).message}`;
  }
}

/** The batches that failed, a line each, but for those that another run has merged meanwhile. */
async function notMerged(store: WritableStore, { missing, answer: { plan: name } }: Plan, merged: KnownKeys): Promise<string[]> {
  const lines: string[] = [];
  for (const round of new Set(missing.map((one) => one.round))) {
    const lost = new Set(missing.filter((one) => one.round === round).map(({ id }) => id));
    for (const item of (await loadManifest(store, name, round)).filter(({ id }) => lost.has(id))) {
      const left = keysOf(item).filter((key) => !merged.has(key));
      if (left.length > 0) {
        lines.push(`${left.length} objects from ${left[0]} to ${left.at(-1)} could not be merged, since their batch failed; the next run reads them again`);
      }
    }
  }
  return lines;
}

function count(planned: readonly Planned[]): number {
  return planned.reduce((sum, { objects }) => sum + objects, 0);
}

async function removeBelow(store: WritableStore, folder: string): Promise<void> {
  const keys: string[] = [];
  for await (const key of store.keys(folder)) {
    keys.push(key);
  }
  await store.remove(keys);
}
