/** How much a combiner takes on. */
export enum CombinerScale {
  /** One function reads what is new, and invokes itself until all is read: tens of thousands of objects between two runs. */
  SINGLE = 'single',

  /**
   * A Step Functions state machine: a planner lists what is new, the children of a Distributed Map merge it, batch by batch and side by side,
   * and one function reports what they come to. For millions of objects.
   */
  DISTRIBUTED = 'distributed',

  /** A state machine that leaves it to one function as long as there is not much, and distributes it otherwise. */
  AUTO = 'auto',
}

/** How a combiner distributes its work. */
export interface CombinerDistribution {
  /**
   * So many batches are merged at a time; 1 to 1,000. Each takes one of the account's concurrent executions of Lambda. Ten read as fast as S3
   * lets one prefix be read (5,500 objects a second) until it has grown used to more.
   *
   * @default 10
   */
  readonly concurrency?: number;

  /**
   * Objects in a batch, at most; 1 to 3,000. A batch takes some seconds, and has to come to its end within 15 minutes.
   *
   * @default 1000
   */
  readonly batchSize?: number;

  /**
   * Percentage of the batches that may fail, each after three tries, without the run failing as a whole; 0 to 100. Their objects are named
   * in the result, missing in the reports, and read again by the next run.
   *
   * @default 5
   */
  readonly toleratedFailurePercentage?: number;

  /**
   * So many new objects are left to one function; for `CombinerScale.AUTO` only.
   *
   * @default 20000
   */
  readonly threshold?: number;
}
