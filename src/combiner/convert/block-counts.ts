import type { FunctionCoverage } from '../../contract/raw-coverage';
import { isFunction, type SyntaxNode, type SyntaxTree } from './syntax';

interface Block {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

/**
 * How often each place of a script ran: the count of the innermost range there, with V8's known error repaired.
 *
 * After `c ? a : await b` and `a ?? await b` V8 (Node.js 20, 22, 24) reports the rest of the block with the count of the
 * continuation of that await: where the arm with the await did not run, as never executed.
 */
export class BlockCounts {
  /** Nested blocks, outer ones first. */
  private readonly blocks: Block[];
  /** The same as places where the count changes. */
  private starts: number[] = [];
  private counts: number[] = [];

  /**
   * @param functions what V8 gave, offsets shifted by `wrapperLength`
   * @param tree the script's syntax tree
   */
  public constructor(functions: readonly FunctionCoverage[], wrapperLength: number, tree: SyntaxTree) {
    this.blocks = functions.flatMap(({ ranges }) =>
      ranges.map(({ startOffset, endOffset, count }) => ({ start: startOffset - wrapperLength, end: endOffset - wrapperLength, count })));
    this.blocks.sort(outerFirst);
    this.flatten();
    for (const conditional of conditionalsThatEndInAwait(tree)) {
      this.repairAfter(conditional);
    }
  }

  public at(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return this.starts.length > 0 && this.starts[low]! <= offset ? this.counts[low]! : 0;
  }

  private flatten(): void {
    this.starts = [];
    this.counts = [];
    const open: Block[] = [];
    const change = (offset: number, count: number) => {
      if (this.starts.at(-1) === offset) {
        this.counts[this.counts.length - 1] = count;
      } else {
        this.starts.push(offset);
        this.counts.push(count);
      }
    };
    const closeUntil = (offset: number) => {
      while (open.length > 0 && open.at(-1)!.end <= offset) {
        const { end } = open.pop()!;
        change(end, open.at(-1)?.count ?? 0);
      }
    };
    for (const block of this.blocks) {
      closeUntil(block.start);
      change(block.start, block.count);
      open.push(block);
    }
    closeUntil(Number.MAX_SAFE_INTEGER);
  }

  /**
   * Gives what follows a conditional its true count, where the continuation of an await in its last arm reaches past its
   * end: as often as the conditional began, less what did not come to the end of its arms.
   */
  private repairAfter(conditional: SyntaxNode): void {
    const arms = armsOf(conditional)!;
    const last = arms.at(-1)!;
    const index = this.blocks.findIndex(({ start, end }) => start > last.start && start <= conditional.end && end > conditional.end);
    if (index < 0) {
      return;
    }
    const continuation = this.blocks[index]!;
    const ended = (arm: SyntaxNode) => (arm === last ? continuation.count : this.at(arm.end - 1));
    const lost = arms.reduce((sum, arm) => sum + Math.max(0, this.at(arm.start) - ended(arm)), 0);
    const after: Block = { ...continuation, start: conditional.end, count: Math.max(0, this.at(conditional.start) - lost) };
    const inside = continuation.start < conditional.end ? [{ ...continuation, end: conditional.end }] : [];
    this.blocks.splice(index, 1, ...inside, after);
    this.blocks.sort(outerFirst);
    this.flatten();
  }
}

/** Stable, so that of equal ranges the function that was listed first stays the outer one. */
function outerFirst(a: Block, b: Block): number {
  return a.start - b.start || b.end - a.end;
}

/** The parts of an expression that may or may not run. */
function armsOf(node: SyntaxNode): SyntaxNode[] | undefined {
  switch (node.type) {
    case 'ConditionalExpression': return [node.consequent as SyntaxNode, node.alternate as SyntaxNode];
    case 'LogicalExpression': return [node.right as SyntaxNode];
    default: return undefined;
  }
}

/** The conditionals with an await or a yield in their last arm, inner and earlier ones first. */
function conditionalsThatEndInAwait(tree: SyntaxTree): SyntaxNode[] {
  const found = new Set<SyntaxNode>();
  for (const node of tree.nodes) {
    if (node.type === 'AwaitExpression' || node.type === 'YieldExpression') {
      let child = node;
      for (let parent = tree.parent(child); parent && !isFunction(parent); parent = tree.parent(child)) {
        if (armsOf(parent)?.at(-1) === child) {
          found.add(parent);
        }
        child = parent;
      }
    }
  }
  return [...found].sort((a, b) => a.end - b.end || b.start - a.start);
}
