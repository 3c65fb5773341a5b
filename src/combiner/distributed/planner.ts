import { Batches } from './batches';
import { partialFolder, partialIds } from './partial';
import { loadPlan, newPlan, saveManifest, savePlan, saveSeen, type Plan, type Planned } from './plan';
import type { MergeItem, PlanAnswer, PlannerSettings } from '../../contract/distributed-run';
import { sha256 } from '../../conversion/sha256';
import { loadCheckpointKeys } from '../incremental/checkpoint';
import { KeptCoverage } from '../incremental/kept-coverage';
import { KnownKeys } from '../incremental/known-keys';
import { KnownObjects } from '../incremental/known-objects';
import { noCoverage, usable, type WritableStore } from '../stores/store';

/** A manifest has no more objects: it is made in memory and read as a whole. */
export const OBJECTS_PER_ROUND = 1_000_000;
/** And no more batches: what their functions answer, which is nothing, comes to one state of 256 KiB at most. */
const BATCHES_PER_ROUND = 20_000;
/** So many partials are merged into one, and so many are left to the function that reports. */
const FAN_IN = 50;

export interface PlannerOptions extends PlannerSettings {
  /** Asked before each object of the listing: whether there is time for more. */
  readonly hasTime: () => boolean;
  /** @default 1,000,000 */
  readonly objectsPerRound?: number;
  /** @default 20,000 */
  readonly batchesPerRound?: number;
  /** @default 50 */
  readonly fanIn?: number;
}

/** What the planner is asked: the name of the run, and what it answered the last time. */
export interface PlannerInput {
  readonly plan: string;
  readonly round?: number | undefined;
  readonly afresh?: boolean | undefined;
}

/**
 * Says what is next in a distributed run: to merge new raw objects, then partials until few are left, then to report. Between its rounds
 * all is in the bucket, so it can be asked again whenever something has failed.
 *
 * What was merged by a run that did not come to its end is taken over, unless everything is read afresh: partials name what they hold.
 *
 * @throws StoreError if the store cannot be used, or holds no coverage
 */
export async function planNext(store: WritableStore, input: PlannerInput, options: PlannerOptions): Promise<PlanAnswer> {
  const earlier = await loadPlan(store, input.plan);
  if (earlier && (input.round ?? 0) < earlier.round) {
    return earlier.answer; // it was asked before, and the answer was lost
  }
  // one that was reported was a run of the same name
  const plan = earlier && !earlier.merged ? earlier : newPlan(input.plan, input.afresh === true);
  const isStuck = await settle(store, plan) === 0 && plan.pending.some(({ partials }) => partials);
  plan.round++;
  if (!plan.listed) {
    const answer = await planObjects(store, plan, options);
    if (answer) {
      return answer;
    }
  }
  const { fanIn = FAN_IN } = options;
  if (plan.current.length > fanIn && !isStuck) {
    return planReduction(store, plan, fanIn);
  }
  return answered(store, plan, { step: 'report', input: { plan: input.plan } });
}

/**
 * Finds out what has become of what the last round asked for.
 *
 * @returns how many partials there are of it
 */
async function settle(store: WritableStore, plan: Plan): Promise<number> {
  if (plan.pending.length === 0) {
    return 0;
  }
  const there = await partialIds(store);
  const made = plan.pending.filter(({ id }) => there.has(id));
  const replaced = new Set(made.flatMap(({ partials = [] }) => partials));
  plan.current = [...plan.current.filter((id) => !replaced.has(id)), ...made.map(({ id }) => id)];
  plan.failed += plan.pending.filter(({ id, partials }) => !there.has(id) && !partials).length;
  return made.length;
}

/** @returns nothing where there are no new objects, or no more */
async function planObjects(store: WritableStore, plan: Plan, options: PlannerOptions): Promise<PlanAnswer | undefined> {
  const { batchSize, distributedAbove, hasTime, objectsPerRound = OBJECTS_PER_ROUND, batchesPerRound = BATCHES_PER_ROUND } = options;
  const { checkpoint, problem } = await loadCheckpointKeys(store);
  plan.checkpoint = plan.round === 1 || plan.checkpoint === checkpoint.revision ? checkpoint.revision : undefined;
  if (problem !== undefined && !plan.afresh) {
    plan.afresh = true;
    plan.errors.push(problem);
  }
  const keys = plan.afresh ? new KnownKeys() : checkpoint.keys;
  const known = await KnownObjects.of(store, keys);
  const isFirst = plan.round === 1;
  const partials = plan.afresh ? [] : await earlierPartials(store, isFirst ? await partialIds(store) : plan.adopted, plan);
  if (isFirst) {
    adopt(plan, partials, keys);
  }
  const adopted = new KnownKeys();
  partials.filter(({ id }) => plan.adopted.includes(id)).forEach((partial) => adopted.addAll(partial.keys));
  const batches = new Batches(batchSize);
  plan.listed = true;
  for await (const { key, size } of store.rawObjects(plan.after)) {
    if (batches.objects >= objectsPerRound || batches.size >= batchesPerRound || !hasTime()) {
      plan.listed = false;
      break;
    }
    plan.after = key;
    if (known.has(key)) {
      plan.known++;
    } else if (adopted.has(key)) {
      plan.adoptedThere++;
    } else {
      batches.add({ key, size });
    }
  }
  plan.objects += batches.objects;
  if (plan.listed) {
    checkListed(store, plan, keys);
  }
  if (isFirst && plan.listed && plan.current.length === 0 && batches.objects <= distributedAbove) {
    return { step: 'alone', plan: plan.answer.plan, round: plan.round, input: { afresh: plan.afresh } };
  }
  await saveSeen(store, plan, known.seen);
  const items = batches.items();
  if (items.length > 0) {
    return ask(store, plan, items);
  }
  plan.pending = [];
  return plan.listed ? undefined : answered(store, plan, { step: 'plan' });
}

/** What an emptied bucket held is not reported any more. */
function checkListed(store: WritableStore, plan: Plan, merged: KnownKeys): void {
  if (plan.known + plan.adoptedThere > 0) {
    return;
  }
  if (plan.adopted.length > 0) {
    plan.current = plan.current.filter((id) => !plan.adopted.includes(id));
  }
  if (plan.objects === 0) {
    throw noCoverage(store);
  }
  plan.afresh ||= merged.size > 0;
}

interface EarlierPartial {
  readonly id: string;
  /** Of the objects that it holds. */
  readonly keys: KnownKeys;
}

/** Partials that were there when a run began. */
async function earlierPartials(store: WritableStore, ids: Iterable<string>, plan: Plan): Promise<EarlierPartial[]> {
  const found: EarlierPartial[] = [];
  for (const id of ids) {
    const { value: partial, problem } = await usable(KeptCoverage.loadKeys(store, partialFolder(store, id)));
    if (partial) {
      found.push({ id, keys: partial.keys });
    } else if (problem !== undefined) {
      plan.used.push(id);
      plan.errors.push(`the partial ${partialFolder(store, id)} of an earlier run cannot be used (${problem}), so its objects are read again`);
    }
  }
  return found;
}

/**
 * Takes over partials of a run that did not come to its end, if no two of them hold the same object and the checkpoint has none of them.
 * The others are not needed, and go when this run ends.
 */
function adopt(plan: Plan, partials: readonly EarlierPartial[], merged: KnownKeys): void {
  const adopted = new KnownKeys();
  // those that hold most, since others may be parts of them
  for (const { id, keys } of [...partials].sort((a, b) => b.keys.size - a.keys.size || (a.id < b.id ? -1 : 1))) {
    plan.used.push(id);
    if (keys.size > 0 && merged.countOf(keys) === 0 && adopted.countOf(keys) === 0) {
      adopted.addAll(keys);
      plan.adopted.push(id);
      plan.current.push(id);
    }
  }
}

async function planReduction(store: WritableStore, plan: Plan, fanIn: number): Promise<PlanAnswer> {
  const groups: string[][] = [];
  for (let at = 0; at < plan.current.length; at += fanIn) {
    groups.push(plan.current.slice(at, at + fanIn));
  }
  return ask(store, plan, groups.filter(({ length }) => length > 1).map((partials) => ({ id: sha256(partials.join('\n')), partials })));
}

async function ask(store: WritableStore, plan: Plan, items: readonly MergeItem[]): Promise<PlanAnswer> {
  plan.pending = items.map(({ objects: _, ...planned }): Planned => planned);
  plan.used.push(...plan.pending.map(({ id }) => id));
  const manifest = await saveManifest(store, plan, items);
  return answered(store, plan, { step: 'merge', manifest });
}

async function answered(store: WritableStore, plan: Plan, answer: Omit<PlanAnswer, 'plan' | 'round'>): Promise<PlanAnswer> {
  plan.answer = { ...answer, plan: plan.answer.plan, round: plan.round };
  await savePlan(store, plan);
  return plan.answer;
}
