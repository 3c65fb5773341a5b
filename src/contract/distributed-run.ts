/**
 * What the functions of a distributed combiner and its state machine tell each other: the planner answers what is to be done next, the
 * state machine does it and asks again, until the answer is to report.
 */

/**
 * What is next: to merge what a manifest lists, to ask the planner again, to report what was merged, or to combine in one function what is
 * not worth more.
 */
export type PlanStep = 'merge' | 'plan' | 'report' | 'alone';

/** What the planner answers. */
export interface PlanAnswer {
  readonly step: PlanStep;
  /** Names the run: the name of the execution. */
  readonly plan: string;
  /** How many times it has planned something, which tells whether it is asked the same again. */
  readonly round: number;
  /** Key of what is to be merged: a JSON array of {@link MergeItem}. Set for `merge` only. */
  readonly manifest?: string;
  /** What the function that combines is given. Set for `report` and `alone` only. */
  readonly input?: CombinerEvent;
}

/** What the function that combines may be invoked with; other fields, such as those of a schedule, say nothing. */
export interface CombinerEvent {
  /** Whether everything is read again, not only what is new. @default false */
  readonly afresh?: boolean;
  /** The distributed run whose partials are merged and reported. @default - all objects that are new are read */
  readonly plan?: string;
}

/** What one function merges into one partial: raw objects, or partials. */
export interface MergeItem {
  /** Of the partial: a hash of what is to be in it. */
  readonly id: string;
  /** Keys of raw objects: what they begin with, and what comes after that. */
  readonly objects?: Readonly<Record<string, readonly string[]>>;
  /** Of the partials. */
  readonly partials?: readonly string[];
}

/** Variable of the function that starts the state machine: its ARN. */
export const STATE_MACHINE_VARIABLE = 'COVERAGE_STATE_MACHINE';

/** Variables of the planner. */
export const BATCH_SIZE_VARIABLE = 'COVERAGE_BATCH_SIZE';
export const DISTRIBUTED_ABOVE_VARIABLE = 'COVERAGE_DISTRIBUTED_ABOVE';

/** Objects that one function merges into a partial, at most. */
export const DEFAULT_BATCH_SIZE = 1_000;
/** A list of more does not fit into what Step Functions hands to a function. */
export const MAX_BATCH_SIZE = 3_000;

/** How a planner is told. */
export interface PlannerSettings {
  readonly batchSize: number;
  /** So many new objects are left to one function. */
  readonly distributedAbove: number;
}

export function encodePlannerSettings({ batchSize, distributedAbove }: PlannerSettings): Record<string, string> {
  return { [BATCH_SIZE_VARIABLE]: String(batchSize), [DISTRIBUTED_ABOVE_VARIABLE]: String(distributedAbove) };
}

/** @throws Error if a variable is no whole number that it may be */
export function decodePlannerSettings(environment: Readonly<Record<string, string | undefined>>): PlannerSettings {
  return {
    batchSize: wholeNumber(environment, BATCH_SIZE_VARIABLE, { least: 1, most: MAX_BATCH_SIZE, otherwise: DEFAULT_BATCH_SIZE }),
    distributedAbove: wholeNumber(environment, DISTRIBUTED_ABOVE_VARIABLE, { least: 0, most: Number.MAX_SAFE_INTEGER, otherwise: 0 }),
  };
}

interface NumberRange {
  readonly least: number;
  readonly most: number;
  readonly otherwise: number;
}

function wholeNumber(environment: Readonly<Record<string, string | undefined>>, name: string, { least, most, otherwise }: NumberRange): number {
  const text = environment[name];
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new Error(`${name} is '${text}'; give a whole number from ${least} to ${most}`);
  }
  return value;
}
