import { BlockBoundaries } from './block-boundaries';
import type { BlockCounts } from './block-counts';
import type { ConditionalTwin } from '../conditional-twins';
import type { Counts } from '../counts';
import type { GeneratedScript } from '../generated-script';
import { armsWithRange, isExpression, isLogicalAssignment, isPassedBy, Suspensions } from './suspensions';
import { children, isFunction, isLoop, leaves, statementList, type SyntaxNode, type SyntaxTree } from '../syntax';
import { ThrownCalls } from './thrown-calls';

/**
 * How often the parts of a script were evaluated: V8's counts (Node.js 20, 22 and 24) with what they lack mended.
 *
 * V8 counts blocks, and what follows a statement that may not come to its end, or an await: from there to the next block in the
 * source. It has no counter for what follows a conditional expression. So after `if (a) return; b && c();` the code behind the
 * `c()` has the count of the block around, as if nothing had returned; and after `a ? b : await c` the code up to the next block
 * has the count of the await, as if it had never run where the conditional passed the await by. What follows a conditional
 * expression is therefore counted here: as often as that was evaluated to its end. Nor has it a counter for what follows a call that threw,
 * see ThrownCalls.
 */
export class Evaluations implements Counts<number> {
  public readonly never = 0;
  /** V8 has no block for them. */
  public readonly knowsDefaults = false;

  private readonly tree: SyntaxTree;
  private readonly suspensions: Suspensions;
  private readonly boundaries = new Map<SyntaxNode, BlockBoundaries>();
  /** How often what follows an await ran, as V8 had it. */
  private readonly resumed = new Map<SyntaxNode, number>();
  /** Expressions that never came to their end because a call in them threw each time. */
  private readonly thrown = new Set<SyntaxNode>();
  /** By the function whose own code they are in, in the order of their ends. */
  private readonly conditionals = new Map<SyntaxNode, SyntaxNode[]>();

  /** @param counts is corrected */
  public constructor(private readonly counts: BlockCounts, private readonly script: GeneratedScript) {
    this.tree = script.tree;
    this.suspensions = new Suspensions(script.tree);
    // In their order: a conditional may begin where the count is that of what follows another.
    const conditionals = [...this.tree.nodes.filter(armsWithRange), ...this.suspensions.passedBy];
    for (const node of conditionals.filter((one) => !this.isLastPartOfAnother(one)).sort((x, y) => x.end - y.end)) {
      const owner = this.owner(node);
      const own = this.conditionals.get(owner) ?? [];
      own.push(node);
      this.conditionals.set(owner, own);
      this.countWhatFollows(node);
    }
    this.tree.nodes.filter(({ type }) => type === 'SwitchStatement').forEach((node) => this.countTestsOf(node));
    new ThrownCalls(this.tree).find((offset) => this.counts.at(offset), (call) => this.endAt(call));
  }

  public at(offset: number): number {
    return this.counts.at(this.besideFunction(offset));
  }

  public arms({ test, consequent, alternate, remainder, loop, hasBothArms }: ConditionalTwin): [number, number] {
    if (remainder) {
      const { role, whole, other } = remainder;
      const left = this.less(this.completions(whole), this.at(other.start));
      const rest = this.less(this.completions(test), left);
      return role === 'consequent' ? [left, rest] : [rest, left];
    }
    const [held, failed] = [consequent, alternate].map((arm) => arm && this.at(arm.start));
    if (held !== undefined && failed !== undefined) {
      return [held, failed];
    }
    if (loop) {
      const ended = this.ofFailedTest(loop);
      return [held ?? ended, failed ?? ended];
    }
    // V8 has no block for an arm that is not there: as often as the test, less the times of the other arm.
    const tests = this.completions(test);
    if (held === undefined && failed === undefined) {
      return [0, hasBothArms ? 0 : tests];
    }
    return [held ?? this.less(tests, failed!), failed ?? this.less(tests, held!)];
  }

  public most(counts: readonly number[]): number {
    return counts.reduce((most, count) => Math.max(most, count), 0);
  }

  public sum(counts: readonly number[]): number {
    return counts.reduce((sum, count) => sum + count, 0);
  }

  public less(count: number, part: number): number {
    return Math.max(0, count - part);
  }

  /** How often an expression was evaluated to its end. */
  private completions(node: SyntaxNode): number {
    if (this.thrown.has(node)) {
      return 0;
    }
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
          return this.at(node.start);
        }
        const conditional = this.outermostConditional(last, node);
        return conditional ? this.completions(conditional) : this.continuations(last);
      }
    }
  }

  /** How often a loop ended because its test did not hold. */
  private ofFailedTest(loop: SyntaxNode): number {
    const known = statementList(this.tree, loop) && !this.tree.startingAt(loop.end).some(isFunction);
    const breaks = breaksOf(loop).map(({ start }) => this.counts.at(start));
    return breaks.reduce((left, count) => Math.max(0, left - count), this.counts.at(known ? loop.end : loop.start));
  }

  /** A function expression runs when the place before it does: its first character has the count of its calls. */
  private besideFunction(offset: number): number {
    return offset > 0 && this.tree.startingAt(offset).some(isFunction) ? offset - 1 : offset;
  }

  private countWhatFollows(conditional: SyntaxNode): void {
    const start = this.afterSemicolon(conditional.end);
    const boundaries = this.boundariesOf(this.owner(conditional));
    const end = Math.min(boundaries.nextAfter(start), this.endOfCaseTest(conditional));
    const last = this.suspensions.lastIn(conditional);
    if (last) {
      this.resumed.set(last, this.continuations(last));
    }
    // Where a statement ends it has a counter of its own.
    if (!boundaries.isStatementEnd(start)) {
      this.counts.correct(start, end, this.completions(this.defaultAround(conditional) ?? conditional));
    }
  }

  /** The statements of a case may be come to without its test. */
  private endOfCaseTest(expression: SyntaxNode): number {
    let child = expression;
    for (let parent = this.tree.parent(child); parent && !isFunction(parent); parent = this.tree.parent(child)) {
      if (parent.type === 'SwitchCase') {
        return parent.test === child ? child.end : Number.MAX_SAFE_INTEGER;
      }
      child = parent;
    }
    return Number.MAX_SAFE_INTEGER;
  }

  /** V8's range of a case begins with its test, and has the count of its statements: tests run until one holds. */
  private countTestsOf(statement: SyntaxNode): void {
    const boundaries = this.boundariesOf(this.owner(statement));
    let tested = this.completions(statement.discriminant as SyntaxNode);
    let fallen = 0;
    for (const { start, test, consequent } of statement.cases as Array<SyntaxNode & { test: SyntaxNode | null; consequent: SyntaxNode[] }>) {
      const entered = this.counts.at(start);
      const last = consequent.at(-1);
      if (test) {
        this.counts.correct(test.start, Math.min(test.end, boundaries.nextAfter(test.start)), tested);
        tested = Math.max(0, tested - Math.max(0, entered - fallen));
      }
      fallen = last === undefined ? entered : leaves(last) ? 0 : this.counts.at(last.end - 1);
    }
  }

  /** Nothing follows a call that threw, up to where V8 counts anew; then to the end of a conditional that it is in. */
  private endAt(call: SyntaxNode): void {
    const owner = this.owner(call);
    let ended = call;
    this.thrown.add(call);
    let around = this.tree.parent(ended);
    while (around && isExpression(around) && !mayLeaveOut(around, ended, call)) {
      ended = around;
      this.thrown.add(ended);
      around = this.tree.parent(ended);
    }
    const isPart = around !== undefined && isExpression(around);
    const start = isPart ? call.end : this.afterSemicolon(call.end);
    const end = Math.min(this.boundariesOf(owner).nextAfter(start), this.endOfCaseTest(call));
    this.counts.correct(start, isPart ? Math.min(end, ended.end) : end, 0);
    this.conditionals.get(owner)?.filter((conditional) => conditional.end >= call.end).forEach((conditional) => this.countWhatFollows(conditional));
  }

  /** The parameter or the part of a pattern whose default value an expression is in: what follows runs also where that is not taken. */
  private defaultAround(expression: SyntaxNode): SyntaxNode | undefined {
    let child = expression;
    for (let parent = this.tree.parent(child); parent && !isFunction(parent); parent = this.tree.parent(child)) {
      if (parent.type === 'AssignmentPattern' && parent.right === child) {
        return parent;
      }
      child = parent;
    }
    return undefined;
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
    return this.suspensions.lastIn(arm) || this.thrown.has(arm) ? this.completions(arm) : this.counts.at(arm.start - 1);
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

/** Whether an expression may come to its end without a part of one of its parts. */
function mayLeaveOut(expression: SyntaxNode, part: SyntaxNode, inside: SyntaxNode): boolean {
  return armsWithRange(expression)?.includes(part) === true || isPassedBy(expression, part, inside);
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
