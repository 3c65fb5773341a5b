import type { MergeItem, PlanAnswer } from '../../contract/distributed-run';
import { plansPrefix } from '../../contract/object-keys';
import { KnownKeys } from '../incremental/known-keys';
import type { ReadResult } from '../reading/read-objects';
import type { WritableStore } from '../stores/store';

const VERSION = 1;

/** A partial that was asked for, with the partials that it is made of; those of raw objects have none. */
export type Planned = Pick<MergeItem, 'id' | 'partials'>;

/** What is known of a distributed run, between the rounds of its planner. */
export interface Plan {
  readonly version: typeof VERSION;
  /** Whether the checkpoint is left out, and replaced. */
  afresh: boolean;
  /** How many rounds were planned. */
  round: number;
  /** Up to which key the bucket was listed. */
  after?: string;
  /** Whether all of it was. */
  listed: boolean;
  /** Revision of the checkpoint that objects were looked up in; nothing where it has changed on the way. */
  checkpoint?: string | undefined;
  /** How many objects of the checkpoint were met. */
  known: number;
  /** How many objects were planned to be merged. */
  objects: number;
  /** The partials of an earlier run that are taken over, and how many of their objects were met. */
  adopted: string[];
  adoptedThere: number;
  /** The ids of the partials that hold what has been merged. */
  current: string[];
  /** Those of all that came from this run or were taken over from an earlier one. */
  used: string[];
  /** What the last round asked for. */
  pending: Planned[];
  /** How many batches of raw objects were asked for in vain. */
  failed: number;
  /** What could not be used, a line each. */
  errors: string[];
  answer: PlanAnswer;
  /** What the partials came to, once the checkpoint has it. */
  readonly merged?: ReadResult;
}

export function newPlan(name: string, afresh: boolean): Plan {
  return {
    version: VERSION,
    afresh,
    round: 0,
    listed: false,
    known: 0,
    objects: 0,
    adopted: [],
    adoptedThere: 0,
    current: [],
    used: [],
    pending: [],
    failed: 0,
    errors: [],
    answer: { step: 'plan', plan: name, round: 0 },
  };
}

/** Where the files of a plan are. */
export function planFolder({ prefix }: WritableStore, name: string): string {
  return `${plansPrefix(prefix)}${encodeURIComponent(name)}/`;
}

export function planKey(store: WritableStore, name: string): string {
  return `${planFolder(store, name)}plan.json`;
}

function manifestKey(store: WritableStore, name: string, round: number): string {
  return `${planFolder(store, name)}manifest-${round}.json`;
}

/**
 * @returns nothing where there is none
 * @throws Error if it is of another version
 */
export async function loadPlan(store: WritableStore, name: string): Promise<Plan | undefined> {
  const content = await store.find(planKey(store, name));
  const plan = content && JSON.parse(content.toString('utf8')) as Plan;
  if (plan && plan.version !== VERSION) {
    throw new Error(`the plan ${planKey(store, name)} has version ${JSON.stringify(plan.version)}, and this release reads ${VERSION}; start a new execution`);
  }
  return plan;
}

export async function savePlan(store: WritableStore, plan: Plan): Promise<void> {
  await store.write(planKey(store, plan.answer.plan), Buffer.from(JSON.stringify(plan)), 'application/json');
}

export async function saveManifest(store: WritableStore, { answer: { plan: name }, round }: Plan, items: readonly MergeItem[]): Promise<string> {
  const key = manifestKey(store, name, round);
  await store.write(key, Buffer.from(JSON.stringify(items)), 'application/json');
  return key;
}

/** Nothing where the round asked for nothing. */
export async function loadManifest(store: WritableStore, name: string, round: number): Promise<MergeItem[]> {
  const content = await store.find(manifestKey(store, name, round));
  return content ? JSON.parse(content.toString('utf8')) as MergeItem[] : [];
}

/** Keeps which objects of the checkpoint a round has met. */
export async function saveSeen(store: WritableStore, { answer: { plan: name }, round }: Plan, seen: KnownKeys): Promise<void> {
  for (const [index, file] of seen.toFiles().entries()) {
    await store.write(`${seenPrefix(store, name)}${round}-${index}`, file, 'application/octet-stream');
  }
}

/** All that rounds have met. */
export async function loadSeen(store: WritableStore, name: string): Promise<KnownKeys> {
  const seen = new KnownKeys();
  for await (const key of store.keys(seenPrefix(store, name))) {
    seen.addAll(KnownKeys.fromFiles([await store.read(key)]));
  }
  return seen;
}

function seenPrefix(store: WritableStore, name: string): string {
  return `${planFolder(store, name)}seen-`;
}
