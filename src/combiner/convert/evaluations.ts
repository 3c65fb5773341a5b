import { BlockBoundaries } from './block-boundaries';
import type { BlockCounts } from './block-counts';
import type { GeneratedScript } from './generated-script';
import { armsWithRange, isExpression, isLogicalAssignment, isPassedBy, Suspensions } from './suspensions';
import { children, isFunction, isLoop, statementList, type SyntaxNode, type SyntaxTree } from './syntax';

/**
 * How often the parts of a script were evaluated: V8's counts (Node.js 20, 22 and 24) with what they lack mended.
 *
 * V8 counts blocks, and what follows a statement that may not come to its end, or an await: from there to the next block in the
 * source. It has no counter for what follows a conditional expression. So after `if (a) return; b && c();` the code behind the
 * `c()` has the count of the block around, as if nothing had returned; and after `a ? b : await c` the code up to the next block
 * has the count of the await, as if it had never run where the conditional passed the await by. What follows a conditional
 * expression is therefore counted here: as often as that was evaluated to its end.
 */
export class Evaluations {
  private readonly tree: SyntaxTree;
  private readonly suspensions: Suspensions;
  private readonly boundaries = new Map<SyntaxNode, BlockBoundaries>();
  /** How often what follows an await ran, as V8 had it. */
  private readonly resumed = new Map<SyntaxNode, number>();

  /** @param counts is corrected */
  public constructor(private readonly counts: BlockCounts, private readonly script: GeneratedScript) {
    this.tree = script.tree;
    this.suspensions = new Suspensions(script.tree);
    // In their order: a conditional may begin where the count is that of what follows another.
    const conditionals = [...this.tree.nodes.filter(armsWithRange), ...this.suspensions.passedBy];
    conditionals.filter((node) => !this.isLastPartOfAnother(node)).sort((x, y) => x.end - y.end).forEach((node) => this.countWhatFollows(node));
  }

  /** How often a place was come to. */
  public at(offset: number): number {
    return this.counts.at(offset);
  }

  /** How often evaluation of an arm of a conditional began. */
  public ofArm(arm: SyntaxNode): number {
    // the first character of a function has the count of its calls
    return this.counts.at(this.tree.startingAt(arm.start).some(isFunction) ? arm.start - 1 : arm.start);
  }

  /** How often a loop ended because its test did not hold. */
  public ofFailedTest(loop: SyntaxNode): number {
    const known = statementList(this.tree, loop) && !this.tree.startingAt(loop.end).some(isFunction);
    const breaks = breaksOf(loop).map(({ start }) => this.counts.at(start));
    return breaks.reduce((left, count) => Math.max(0, left - count), this.counts.at(known ? loop.end : loop.start));
  }

  /** How often an expression was evaluated to its end. */
  public completions(node: SyntaxNode): number {
    switch (node.type) {
      case 'ConditionalExpression': {
        const arms = [node.consequent as SyntaxNode, node.alternate as SyntaxNode];
        return arms.reduce((sum, arm) => sum + this.armCompletions(arm), 0);
      }
      case 'LogicalExpression': {
        const right = node.right as SyntaxNode;
        const lost = Math.max(0, this.counts.at(right.start - 1) - this.armCompletions(right));
        return Math.max(0, this.completions(node.left as SyntaxNode) - lost);
      }
      case 'AssignmentExpression': return this.completions(isLogicalAssignment(node) ? node.left as SyntaxNode : node.right as SyntaxNode);
      case 'ChainExpression':
      case 'AssignmentPattern': return this.counts.at(node.start);
      default: {
        const last = this.suspensions.lastIn(node);
        if (!last) {
          return this.ofArm(node);
        }
        const conditional = this.outermostConditional(last, node);
        return conditional ? this.completions(conditional) : this.continuations(last);
      }
    }
  }

  private countWhatFollows(conditional: SyntaxNode): void {
    const start = this.afterSemicolon(conditional.end);
    const boundaries = this.boundariesOf(this.owner(conditional));
    const last = this.suspensions.lastIn(conditional);
    if (last) {
      this.resumed.set(last, this.continuations(last));
    }
    // Where a statement ends it has a counter of its own.
    if (!boundaries.isStatementEnd(start)) {
      this.counts.correct(start, boundaries.nextAfter(start), this.completions(conditional));
    }
  }

  /** What follows it is what follows the other. */
  private isLastPartOfAnother(conditional: SyntaxNode): boolean {
    let child = conditional;
    for (let parent = this.tree.parent(child); parent?.end === conditional.end && isExpression(parent); parent = this.tree.parent(child)) {
      if (armsWithRange(parent) || this.suspensions.passedBy.has(parent)) {
        return true;
      }
      child = parent;
    }
    return false;
  }

  /** The outermost conditional inside of an expression that decides on an await. */
  private outermostConditional(suspension: SyntaxNode, within: SyntaxNode): SyntaxNode | undefined {
    let outermost: SyntaxNode | undefined;
    let child = suspension;
    for (let parent = this.tree.parent(child); parent && child !== within; parent = this.tree.parent(child)) {
      if (parent !== within && (armsWithRange(parent)?.includes(child) || isPassedBy(parent, child, suspension))) {
        outermost = parent;
      }
      child = parent;
    }
    return outermost;
  }

  /** V8's range of an arm includes the operator before it. */
  private armCompletions(arm: SyntaxNode): number {
    return this.suspensions.lastIn(arm) ? this.completions(arm) : this.counts.at(arm.start - 1);
  }

  /** How often what follows an await ran; where a block follows without a gap that is not known, and assumed to be each time. */
  private continuations(suspension: SyntaxNode): number {
    const known = this.resumed.get(suspension);
    if (known !== undefined) {
      return known;
    }
    return /[?:&|]/.test(this.script.text.charAt(suspension.end)) ? this.counts.at(suspension.start) : this.counts.at(this.afterSemicolon(suspension.end));
  }

  /** Where V8 has what follows an expression begin. */
  private afterSemicolon(end: number): number {
    const next = this.script.nextToken(end);
    return this.script.text[next] === ';' ? next + 1 : end;
  }

  private owner(node: SyntaxNode): SyntaxNode {
    let owner = node;
    for (let parent = this.tree.parent(owner); parent; parent = this.tree.parent(owner)) {
      owner = parent;
      if (isFunction(owner)) {
        break;
      }
    }
    return owner;
  }

  private boundariesOf(owner: SyntaxNode): BlockBoundaries {
    let boundaries = this.boundaries.get(owner);
    if (!boundaries) {
      this.boundaries.set(owner, (boundaries = new BlockBoundaries(owner)));
    }
    return boundaries;
  }
}

/** The jumps out of a loop that have no label. */
function breaksOf(loop: SyntaxNode): SyntaxNode[] {
  const inside = (node: SyntaxNode): SyntaxNode[] => {
    if (node.type === 'BreakStatement') {
      return node.label ? [] : [node];
    }
    return isFunction(node) || isLoop(node) || node.type === 'SwitchStatement' ? [] : children(node).flatMap(inside);
  };
  return inside(loop.body as SyntaxNode);
}
