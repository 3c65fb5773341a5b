import type { FunctionCoverage } from '../../contract/raw-coverage';

interface Block {
  readonly start: number;
  readonly end: number;
  readonly count: number;
  /** The function that it is a block of, by its number. */
  readonly owner: number;
}

/** A piece of a script whose every place ran equally often. */
interface Segment {
  readonly start: number;
  readonly count: number;
  /** Nothing between functions and outside of all. */
  readonly block: Block | undefined;
}

/** How often each place of a script ran: the count of the innermost of V8's ranges there. */
export class BlockCounts {
  /** Each reaches to the start of the next. */
  private readonly segments: Segment[] = [];

  /**
   * @param functions what V8 gave, offsets shifted by `wrapperLength`
   */
  public constructor(functions: readonly FunctionCoverage[], wrapperLength: number) {
    const blocks = functions.flatMap(({ ranges }, owner) =>
      ranges.map(({ startOffset, endOffset, count }) => ({ start: startOffset - wrapperLength, end: endOffset - wrapperLength, count, owner })));
    this.flatten(blocks.sort(outerFirst));
  }

  public at(offset: number): number {
    return this.segments[this.indexAt(offset)]?.count ?? 0;
  }

  /** Puts another count to a part of a block: from an offset on, until another block of that function begins or the end is reached. */
  public correct(start: number, end: number, count: number): void {
    const first = this.indexAt(start);
    const block = this.segments[first]?.block;
    if (!block || end <= start || this.segments[first]!.count === count) {
      return;
    }
    let index = this.splitAt(start);
    for (; index < this.segments.length && this.segments[index]!.start < end; index++) {
      const segment = this.segments[index]!;
      if (segment.block === block) {
        if (index + 1 === this.segments.length || this.segments[index + 1]!.start > end) {
          this.splitAt(end);
        }
        this.segments[index] = { ...segment, count };
      } else if (segment.block === undefined || segment.block.owner === block.owner) {
        return;
      }
    }
  }

  private splitAt(offset: number): number {
    const index = this.indexAt(offset);
    const segment = this.segments[index]!;
    if (segment.start === offset) {
      return index;
    }
    this.segments.splice(index + 1, 0, { ...segment, start: offset });
    return index + 1;
  }

  /** The segment that an offset is in; -1 before the first. */
  private indexAt(offset: number): number {
    let low = -1;
    let high = this.segments.length - 1;
    while (low < high) {
      const middle = Math.floor((low + high + 1) / 2);
      if (this.segments[middle]!.start <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private flatten(blocks: readonly Block[]): void {
    const open: Block[] = [];
    const change = (start: number, block: Block | undefined) => {
      if (this.segments.at(-1)?.start === start) {
        this.segments.pop();
      }
      this.segments.push({ start, count: block?.count ?? 0, block });
    };
    const closeUntil = (offset: number) => {
      while (open.length > 0 && open.at(-1)!.end <= offset) {
        const { end } = open.pop()!;
        change(end, open.at(-1));
      }
    };
    for (const block of blocks) {
      closeUntil(block.start);
      change(block.start, block);
      open.push(block);
    }
    closeUntil(Number.MAX_SAFE_INTEGER);
  }
}

/** Stable, so that of equal ranges the function that was listed first stays the outer one. */
function outerFirst(a: Block, b: Block): number {
  return a.start - b.start || b.end - a.end;
}
