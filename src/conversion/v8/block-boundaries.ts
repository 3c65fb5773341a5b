import { armsWithRange, isSuspension } from './suspensions';
import { children, isFunction, isNode, type SyntaxNode } from '../syntax';

const STATEMENTS_WITH_COUNTER = /^(?:If|For|ForIn|ForOf|While|DoWhile|Switch|Try|Return|Throw|Break|Continue|Labeled)Statement$/;

/** Where blocks of V8 may begin in a function, its inner functions left out. */
export class BlockBoundaries {
  private readonly blocks: number[] = [];
  /** Of expressions. */
  private readonly ends: number[] = [];
  private readonly statementEnds = new Set<number>();

  public constructor(private readonly owner: SyntaxNode) {
    const pending = children(owner);
    for (let node = pending.pop(); node; node = pending.pop()) {
      this.blocks.push(...blockStarts(node));
      if (STATEMENTS_WITH_COUNTER.test(node.type)) {
        this.blocks.push(node.end);
        this.statementEnds.add(node.end);
      }
      if (isSuspension(node) || armsWithRange(node)) {
        this.ends.push(node.end);
      }
      if (!isFunction(node) && node.type !== 'ClassBody') {
        pending.push(...children(node));
      }
    }
    this.blocks.sort((a, b) => a - b);
    this.ends.sort((a, b) => a - b);
  }

  /** Whether what follows a statement begins there: that has a counter of its own. */
  public isStatementEnd(offset: number): boolean {
    return this.statementEnds.has(offset);
  }

  /** Where another count may begin for what follows an expression that ends at an offset. */
  public nextAfter(offset: number): number {
    return Math.min(firstFrom(this.blocks, offset), firstFrom(this.ends, offset + 1), this.owner.end);
  }
}

/** Where ranges of V8 begin that a node is divided into, or somewhat before. */
function blockStarts(node: SyntaxNode): number[] {
  const { test, consequent, left } = node as Partial<Record<string, SyntaxNode>>;
  switch (node.type) {
    case 'ConditionalExpression': return [test!.end, consequent!.end];
    case 'LogicalExpression': return [left!.end];
    case 'SwitchCase': return [node.start];
    default: return STATEMENTS_WITH_COUNTER.test(node.type)
      ? [consequent, node.alternate, node.type === 'LabeledStatement' ? undefined : node.body, node.handler, node.finalizer].filter(isNode).map(({ start }) => start)
      : [];
  }
}

function firstFrom(sorted: readonly number[], offset: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (sorted[middle]! < offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return sorted[low] ?? Number.MAX_SAFE_INTEGER;
}
