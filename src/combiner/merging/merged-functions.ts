import { MergedFunction } from './merged-function';
import type { FunctionCoverage } from '../../contract/raw-coverage';

/** So many different ones are counted before they are merged. */
const MOST_PENDING = 16_384;

/** The functions of a script. */
export class MergedFunctions {
  /** How often each was told; see SharedFunctions. */
  private readonly pending = new Map<FunctionCoverage, number>();
  /** By the offset where they start; V8 gives initializers of a class the range of the class, so several may have the same. */
  private readonly byStart = new Map<number, MergedFunction[]>();

  public add(functions: readonly FunctionCoverage[]): void {
    for (const coverage of functions) {
      this.pending.set(coverage, (this.pending.get(coverage) ?? 0) + 1);
    }
    if (this.pending.size > MOST_PENDING) {
      this.settle();
    }
  }

  /** In the order of the source, the outer before the inner. */
  public coverage(): FunctionCoverage[] {
    this.settle();
    return [...this.byStart.values()].flat().sort(outerFirst).map((one) => one.coverage());
  }

  private settle(): void {
    this.pending.forEach((times, coverage) => this.mergedFunction(coverage).add(coverage, times));
    this.pending.clear();
  }

  private mergedFunction({ functionName, ranges: [whole] }: FunctionCoverage): MergedFunction {
    const { startOffset, endOffset } = whole!;
    let there = this.byStart.get(startOffset);
    if (!there) {
      this.byStart.set(startOffset, (there = []));
    }
    let found = there.find((one) => one.endOffset === endOffset && one.functionName === functionName);
    if (!found) {
      there.push((found = new MergedFunction(functionName, whole!)));
    }
    return found;
  }
}

function outerFirst(a: MergedFunction, b: MergedFunction): number {
  return a.startOffset - b.startOffset || b.endOffset - a.endOffset
    || Number(isInitializer(a)) - Number(isInitializer(b)) || (a.functionName < b.functionName ? -1 : Number(a.functionName > b.functionName));
}

/** `<instance_members_initializer>`, `<static_initializer>`: what they run is inside of what has the same range. */
function isInitializer({ functionName }: MergedFunction): boolean {
  return functionName.startsWith('<');
}
