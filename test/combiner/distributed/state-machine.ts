import { convertMerged } from '../../../src/combiner/combine';
import { mergePlanned, closePlan } from '../../../src/combiner/distributed/merge-planned';
import { mergeItem } from '../../../src/combiner/distributed/partial';
import { planNext, type PlannerOptions } from '../../../src/combiner/distributed/planner';
import { mergeIncrementally } from '../../../src/combiner/incremental/merge-incrementally';
import type { ReadResult } from '../../../src/combiner/reading/read-objects';
import type { S3Store } from '../../../src/combiner/stores/s3-store';
import type { MergeItem, PlanAnswer } from '../../../src/contract/distributed-run';

export const SETTINGS: PlannerOptions = { batchSize: 3, distributedAbove: 0, hasTime: () => true, fanIn: 2 };

/** What a step of a run came to. */
export interface Reported {
  readonly read: ReadResult;
  readonly coverage: unknown;
  readonly lambdaFunctions: readonly string[];
}

/**
 * A run as the state machine of `CoverageCombiner` takes it, step by step, without Step Functions: `test/distributed` has interpreters of
 * others.
 */
export class Run {
  public readonly answers: PlanAnswer[] = [];
  private readonly settings: PlannerOptions;
  private input: Partial<PlanAnswer> & { afresh?: boolean };

  public constructor(
    private readonly store: S3Store, private readonly name: string,
    { settings = {}, afresh = false }: { settings?: Partial<PlannerOptions>; afresh?: boolean } = {},
  ) {
    this.settings = { ...SETTINGS, ...settings };
    this.input = { afresh };
  }

  private get step(): PlanAnswer['step'] | undefined {
    return this.input.step;
  }

  public async plan(): Promise<PlanAnswer> {
    const answer = await planNext(this.store, { plan: this.name, round: this.input.round, afresh: this.input.afresh }, this.settings);
    this.answers.push(answer);
    this.input = answer;
    return answer;
  }

  public async items(): Promise<MergeItem[]> {
    return JSON.parse((await this.store.read(this.input.manifest!)).toString('utf8')) as MergeItem[];
  }

  public async merge(item: MergeItem): Promise<void> {
    await mergeItem(this.store, item, this.settings.hasTime);
  }

  /** Up to reporting, from wherever it is. */
  public async prepare(merge: (item: MergeItem) => Promise<void> = (item) => this.merge(item)): Promise<this> {
    const { step } = this.step ? this.input : await this.plan();
    if (step === 'report' || step === 'alone') {
      return this;
    }
    for (const item of step === 'merge' ? await this.items() : []) {
      await merge(item);
    }
    await this.plan();
    return this.prepare(merge);
  }

  public async report(): Promise<Reported> {
    const { merged, read } = this.step === 'alone' ? await mergeIncrementally(this.store, this.input.input) : await mergePlanned(this.store, this.name);
    const { coverage, lambdaFunctions } = await convertMerged(merged, (sha256) => this.store.source(sha256));
    return { read, coverage: coverage.toJSON(), lambdaFunctions };
  }

  public async clean(): Promise<void> {
    await closePlan(this.store, this.name);
  }

  public async all(merge?: (item: MergeItem) => Promise<void>): Promise<Reported> {
    await this.prepare(merge);
    const reported = await this.report();
    await this.clean();
    return reported;
  }
}
