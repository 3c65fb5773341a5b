/** The planner of a distributed combiner: says what its state machine has to do next. */
import { bucketOf, timeLeft, type Context } from './invocation';
import { decodePlannerSettings, type CombinerEvent, type PlanAnswer } from '../../contract/distributed-run';
import { OBJECTS_PER_ROUND, planNext } from '../distributed/planner';
import { logInfo } from '../log';

/** Listing ends when so much of the time is left, as a part of it: writing the plan needs it. */
const PART_FOR_WRITING = 0.5;

/** A million objects take some 500 MB; `docs/performance.md` has what was measured. */
const OBJECTS_PER_MEGABYTE = 500;

interface PlannerEvent {
  /** Name of the state machine's execution. */
  readonly execution: string;
  /** What it was started with, or what this function answered before. */
  readonly input: Partial<PlanAnswer> & CombinerEvent | null;
}

/** @throws Error if the bucket is not named, holds no coverage, or cannot be read or written */
export async function handler({ execution, input }: PlannerEvent, context: Context = {}): Promise<PlanAnswer> {
  const { store } = bucketOf(process.env);
  const { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memorySize = '2048' } = process.env;
  const options = {
    ...decodePlannerSettings(process.env),
    hasTime: timeLeft(context, PART_FOR_WRITING),
    objectsPerRound: Math.min(OBJECTS_PER_ROUND, Number(memorySize) * OBJECTS_PER_MEGABYTE),
  };
  // what an execution is started with names no plan: it is that of the execution itself
  const round = input?.plan === execution ? input.round : 0;
  const answer = await planNext(store, { plan: execution, round, afresh: input?.afresh }, options);
  logInfo('planned', { ...answer });
  return answer;
}
