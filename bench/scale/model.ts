import type { ScaleResult, Step } from './scale';

/** What parts of a distributed run take, as it was measured on this machine. */
export interface MeasuredCosts {
  /** Milliseconds to plan an object, beside the list. */
  readonly planObject: number;
  /** Milliseconds to read and merge an object, where S3 answers at once. */
  readonly mergeObject: number;
  /** Milliseconds to merge a partial into another one. */
  readonly mergePartial: number;
  /** Seconds to convert and write the report. */
  readonly report: number;
}

/** Where it runs. */
export interface Surroundings {
  /** Milliseconds until S3 has answered. */
  readonly getMs: number;
  readonly putMs: number;
  readonly listMs: number;
  /** Most GETs that S3 answers in a second. */
  readonly getsPerSecond: number;
  /** Milliseconds until a function that is not warm runs our code. */
  readonly coldMs: number;
  /** Children of a map that are started in a second. */
  readonly startsPerSecond: number;
  /** Children at a time. */
  readonly concurrency: number;
  readonly memoryGiB: number;
}

/** In US dollars, us-east-1, arm64, as AWS publishes them. */
export const PRICES = { get: 0.4e-6, putOrList: 5e-6, gibSecond: 13.3334e-6, invocation: 0.2e-6, transition: 25e-6 } as const;

export const LOCAL: Surroundings = {
  getMs: 0,
  putMs: 0,
  listMs: 0,
  coldMs: 0,
  getsPerSecond: Number.POSITIVE_INFINITY,
  startsPerSecond: Number.POSITIVE_INFINITY,
  concurrency: 1,
  memoryGiB: 2,
};
export const AWS: Surroundings = {
  getMs: 30, putMs: 40, listMs: 60, getsPerSecond: 5_500, coldMs: 600, startsPerSecond: 100, concurrency: 10, memoryGiB: 2,
};

/** As the code has them: src/combiner/distributed/{partial,planner}.ts, src/combiner/reading/read-objects.ts, src/contract/distributed-run.ts. */
export const FETCHED_AHEAD = 16;
export const FETCHED_AHEAD_ALONE = 32;
const OBJECTS_PER_ROUND = 1_000_000;
const FAN_IN = 50;
const BATCH = 1_000;
const KEYS_PER_LIST = 1_000;

export interface Estimate {
  readonly planSeconds: number;
  readonly mergeSeconds: number;
  readonly reduceSeconds: number;
  readonly reportSeconds: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly dollars: { readonly s3: number; readonly lambda: number; readonly stepFunctions: number };
  readonly bottleneck: string;
}

export function costsOf({ objects, steps }: ScaleResult): MeasuredCosts {
  const of = (name: Step['name']) => steps.find((step) => step.name === name);
  const partials = objects / BATCH;
  return {
    planObject: (of('plan')!.seconds * 1_000) / objects,
    mergeObject: (of('merge')!.seconds * 1_000) / objects,
    mergePartial: ((of('reduce')?.seconds ?? 0) * 1_000) / partials,
    report: of('report')!.seconds,
  };
}

/** What so many new objects take. */
export function estimate(objects: number, costs: MeasuredCosts, where: Surroundings): Estimate {
  const { getMs, putMs, listMs, getsPerSecond, coldMs, startsPerSecond, concurrency, memoryGiB } = where;
  const batches = Math.ceil(objects / BATCH);
  const rounds = Math.ceil(objects / OBJECTS_PER_ROUND);
  const planSeconds = (objects * (costs.planObject + listMs / KEYS_PER_LIST)) / 1_000 + (rounds * (coldMs + 5 * putMs)) / 1_000;
  const mergeObject = Math.max(costs.mergeObject, getMs / FETCHED_AHEAD);
  const perBatch = (BATCH * mergeObject + getMs + 3 * putMs) / 1_000;
  const mergeFunctions = Math.max((batches / concurrency) * perBatch, perBatch);
  const mergeSeconds = Math.max(mergeFunctions, objects / getsPerSecond, batches / startsPerSecond) + (rounds * coldMs) / 1_000;
  let partials = batches;
  let reduceSeconds = 0;
  let reductions = 0;
  while (partials > FAN_IN) {
    const groups = Math.ceil(partials / FAN_IN);
    const perGroup = (FAN_IN * (costs.mergePartial + 3 * getMs) + 3 * putMs) / 1_000;
    const listSeconds = (listMs * Math.ceil((batches * 3) / KEYS_PER_LIST)) / 1_000;
    reduceSeconds += Math.max(Math.ceil(groups / concurrency) * perGroup, groups / startsPerSecond) + listSeconds;
    reductions += groups;
    partials = groups;
  }
  const reportSeconds = costs.report + (partials * 3 * getMs + coldMs) / 1_000 + (getMs * objects * 8) / 1e9;
  const functionSeconds = planSeconds + batches * perBatch + reduceSeconds * Math.min(concurrency, Math.max(1, reductions)) + reportSeconds;
  const waits: Array<readonly [string, number]> = [
    ['listing, one page after the other', planSeconds], ['reading: functions at a time', mergeFunctions],
    ['reading: requests of S3', objects / getsPerSecond], ['starting children', batches / startsPerSecond], ['converting and writing', reportSeconds],
  ];
  return {
    planSeconds,
    mergeSeconds,
    reduceSeconds,
    reportSeconds,
    rounds,
    seconds: planSeconds + mergeSeconds + reduceSeconds + reportSeconds,
    dollars: {
      s3: (objects + 4 * batches + 3 * reductions) * PRICES.get + (objects / KEYS_PER_LIST + 3 * (batches + reductions)) * PRICES.putOrList,
      lambda: functionSeconds * memoryGiB * PRICES.gibSecond + (batches + reductions + rounds) * PRICES.invocation,
      // a child has a start and a task; a round of the planner a task, a choice and a map
      stepFunctions: (2 * (batches + reductions) + 3 * (rounds + 3)) * PRICES.transition,
    },
    bottleneck: waits.reduce((longest, wait) => (wait[1] > longest[1] ? wait : longest))[0],
  };
}
