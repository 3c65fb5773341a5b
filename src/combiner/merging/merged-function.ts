/// <reference path="../../contract/v8-coverage.d.ts" />
import { mergeFunctionCovs } from '@bcoe/v8-coverage';
import type { CoverageRange, FunctionCoverage } from '../../contract/raw-coverage';

/** Ranges that V8 gave in the same places, with the sums of their counts. */
interface Form {
  readonly ranges: readonly CoverageRange[];
  readonly counts: number[];
}

/** More forms of one function are merged before the end: each may have any number of ranges. */
const MOST_FORMS = 32;

/**
 * All that V8 told of one function. It leaves out blocks that ran as often as what is around them, so the ranges depend on what ran;
 * mostly they are the ones that were seen before, and adding up their counts is all there is to do.
 */
export class MergedFunction {
  public readonly endOffset: number;
  /** Of those that know the blocks, and of those that know but the whole. */
  private exact: Form[] = [];
  private whole: Form[] = [];

  public constructor(public readonly functionName: string, private readonly first: CoverageRange) {
    this.endOffset = first.endOffset;
  }

  public get startOffset(): number {
    return this.first.startOffset;
  }

  /** @param times how often it was told */
  public add({ isBlockCoverage, ranges }: FunctionCoverage, times: number): void {
    const forms = isBlockCoverage ? this.exact : this.whole;
    const form = forms.find((one) => isAlike(one.ranges, ranges));
    if (form) {
      for (let index = 0; index < ranges.length; index++) {
        form.counts[index]! += ranges[index]!.count * times;
      }
      return;
    }
    forms.push({ ranges, counts: ranges.map(({ count }) => count * times) });
    if (forms.length > MOST_FORMS) {
      const { ranges: merged } = this.merged(forms, isBlockCoverage);
      forms.splice(0, forms.length, { ranges: merged, counts: merged.map(({ count }) => count) });
    }
  }

  /**
   * Where one object knows the blocks, a count of the whole function would say that all of them ran. No count exceeds what a raw object
   * may hold.
   */
  public coverage(): FunctionCoverage {
    return this.exact.length > 0 ? this.merged(this.exact, true) : this.merged(this.whole, false);
  }

  private merged(forms: readonly Form[], isBlockCoverage: boolean): FunctionCoverage {
    const { functionName } = this;
    const all = forms.map(({ ranges, counts }) => ({
      functionName, isBlockCoverage, ranges: ranges.map(({ startOffset, endOffset }, index) => ({ startOffset, endOffset, count: counts[index]! })),
    }));
    // The library calls what it has merged block coverage, whatever it was made of.
    const { ranges } = all.length === 1 ? all[0]! : mergeFunctionCovs(all.sort(byForm));
    return {
      functionName, isBlockCoverage, ranges: ranges.map(({ count, ...range }) => ({ ...range, count: Math.min(count, Number.MAX_SAFE_INTEGER) })),
    };
  }
}

function isAlike(some: readonly CoverageRange[], others: readonly CoverageRange[]): boolean {
  return some.length === others.length
    && some.every(({ startOffset, endOffset }, index) => startOffset === others[index]!.startOffset && endOffset === others[index]!.endOffset);
}

/** So that the order in which they came does not show. */
function byForm({ ranges: a }: FunctionCoverage, { ranges: b }: FunctionCoverage): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const difference = a[index]!.startOffset - b[index]!.startOffset || a[index]!.endOffset - b[index]!.endOffset;
    if (difference !== 0) {
      return difference;
    }
  }
  return a.length - b.length;
}
