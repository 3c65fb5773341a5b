import type { GeneratedScript } from './generated-script';
import type { MappedPositions, OriginalPlace } from './mapped-positions';
import type { OriginalSource } from './original-source';
import { isFunction, isNode, leaves, type SyntaxNode } from './syntax';

/** What a conditional of an original file became in a script: another kind of conditional, perhaps, and turned around. */
export interface ConditionalTwin {
  /** What is tested. */
  readonly test: SyntaxNode;
  /** The parts of the script that run where the original's test holds, and where it does not; none where nothing is left of that arm. */
  readonly consequent?: SyntaxNode;
  readonly alternate?: SyntaxNode;
  /** The arm of which nothing is left, where the other runs for further reasons: as often as `whole` less `other`. */
  readonly remainder?: { readonly role: Role; readonly whole: SyntaxNode; readonly other: SyntaxNode };
  /** The loop that a minifier made of `if (test) break;`, which is then what ends it. */
  readonly loop?: SyntaxNode;
  /** What the original does where the script's test is true. */
  readonly whenTrue: Role;
  /** Whether the original has both arms. */
  readonly hasBothArms: boolean;
}

type Role = 'consequent' | 'alternate';

/** What decides in a script by the truth of an expression. */
interface Decision {
  readonly truthy?: SyntaxNode | undefined;
  readonly falsy?: SyntaxNode | undefined;
  readonly loop?: SyntaxNode;
}

/** Finds the conditionals of an original file in a script by what they test. */
export class ConditionalTwins {
  public constructor(
    private readonly original: OriginalSource,
    private readonly source: number,
    private readonly positions: MappedPositions,
    private readonly script: GeneratedScript,
  ) {}

  /** @param offset where the test of the conditional begins in the script, without its negations */
  public testedAt(offset: number, conditional: SyntaxNode): ConditionalTwin | undefined {
    const nodes = this.script.tree.startingAt(offset);
    // Inner ones first: a minifier puts the tests of several conditionals into one, behind that of the first.
    for (const test of [...nodes].reverse()) {
      const twin = this.twinBy(test, conditional);
      if (twin) {
        return twin;
      }
    }
    const negation = nodes.find(isNegation); // which may have been put before it
    return negation ? this.testedAt((negation.argument as SyntaxNode).start, conditional) : this.testedAround(nodes[0], conditional);
  }

  /** Of a test whose beginning a minifier replaced: by what is around the first part of it that is left, where the arms are those of the original. */
  private testedAround(part: SyntaxNode | undefined, conditional: SyntaxNode): ConditionalTwin | undefined {
    const isLogical = testOf(conditional).type === 'LogicalExpression';
    let around = part && this.script.tree.parent(part);
    while (around && (/^(?:Binary|Unary|Call|Member|Chain|Await)Expression$/.test(around.type) || (isLogical && around.type === 'LogicalExpression'))) {
      const twin = this.twinBy(around, conditional);
      if ([twin?.consequent, twin?.alternate].some((arm) => arm && this.roleOf(arm, conditional))) {
        return twin;
      }
      around = this.script.tree.parent(around);
    }
    return undefined;
  }

  private twinBy(test: SyntaxNode, conditional: SyntaxNode): ConditionalTwin | undefined {
    const found = this.decisionBy(test);
    if (!found) {
      return undefined;
    }
    const { decision, reached, whole, negated } = found;
    const truthy = reached.truthy ? decision.truthy : undefined;
    const falsy = reached.falsy ? decision.falsy : undefined;
    const loop = reached.truthy && reached.falsy ? decision.loop : undefined;
    const hasBothArms = isNode(conditional.alternate);
    const roles = [truthy, falsy].map((arm) => arm && this.roleOf(arm, conditional));
    const elsewhere = [truthy, falsy].some((arm, index) => arm && !roles[index] && this.firstOriginal(arm)?.source === this.source);
    if (elsewhere && !roles.some(Boolean)) {
      return undefined; // a conditional of its own, whose test begins at the same place
    }
    const turned = roles[0] ? roles[0] === 'alternate' : roles[1] ? roles[1] === 'consequent' : negated !== isTurned(conditional.test as SyntaxNode, test);
    if (!truthy && !falsy && !loop) {
      const other = reached.truthy ? decision.falsy : reached.falsy ? decision.truthy : undefined;
      const role = other && this.roleOf(other, conditional);
      return role && {
        test, remainder: { role: otherRole(role), whole, other }, whenTrue: reached.truthy === negated ? role : otherRole(role), hasBothArms,
      };
    }
    const [consequent, alternate] = turned ? [falsy, truthy] : [truthy, falsy];
    const whenTrue = turned === negated ? 'consequent' : 'alternate';
    return { test, whenTrue, hasBothArms, ...(consequent && { consequent }), ...(alternate && { alternate }), ...(loop && { loop }) };
  }

  /**
   * What the truth of an expression decides as a part of a whole, and whether it is turned around on the way. An arm may also
   * be reached by another operand; then its count is not that of this one.
   */
  private decisionBy(test: SyntaxNode): {
    decision: Decision; whole: SyntaxNode; negated: boolean; reached: { truthy: boolean; falsy: boolean };
  } | undefined {
    let negated = false;
    let child = test;
    const reached = { truthy: true, falsy: true };
    for (let parent = this.script.tree.parent(child); parent; parent = this.script.tree.parent(child)) {
      const decision = decisionOf(parent, child);
      if (decision) {
        return { decision, whole: child, negated, reached };
      }
      if (isNegation(parent)) {
        negated = !negated;
        [reached.truthy, reached.falsy] = [reached.falsy, reached.truthy];
      } else if (parent.type === 'LogicalExpression' && parent.operator === '&&') {
        reached.falsy = false;
      } else if (parent.type === 'LogicalExpression' && parent.operator === '||') {
        reached.truthy = false;
      } else if (parent.type !== 'SequenceExpression' || (parent.expressions as SyntaxNode[]).at(-1) !== child) {
        return undefined;
      }
      child = parent;
    }
    return undefined;
  }

  /** Which arm of the original a part of the script is, by what is mapped inside of it. */
  private roleOf(arm: SyntaxNode, conditional: SyntaxNode): Role | undefined {
    const place = this.firstOriginal(arm);
    if (place?.source !== this.source) {
      return undefined;
    }
    const { consequent, alternate } = conditional as { consequent?: unknown; alternate?: unknown };
    const within = (node: unknown) => isNode(node) && node.start <= place.offset && place.offset < node.end;
    if (within(consequent)) {
      return 'consequent';
    }
    if (within(alternate)) {
      return 'alternate';
    }
    // What follows an arm that leaves is reached by the other.
    const follows = conditional.end <= place.offset && place.offset < this.functionAround(conditional).end;
    const leaving = follows ? [consequent, alternate].map((node) => leaves(node)) : [];
    return leaving[0] === leaving[1] ? undefined : leaving[0] ? 'alternate' : 'consequent';
  }

  /** The brace of a block may be that of the block around the conditional. */
  private firstOriginal({ type, start, end }: SyntaxNode): OriginalPlace | undefined {
    return this.positions.firstOriginal(type === 'BlockStatement' ? start + 1 : start, end);
  }

  private functionAround(node: SyntaxNode): SyntaxNode {
    let around = node;
    for (let parent = this.original.tree.parent(around); parent && !isFunction(around); parent = this.original.tree.parent(around)) {
      around = parent;
    }
    return around;
  }
}

/** The test of a conditional without its negations: a minifier takes them off and puts them on. */
export function testOf({ test }: SyntaxNode): SyntaxNode {
  return withoutNegations(test as SyntaxNode);
}

function withoutNegations(test: SyntaxNode): SyntaxNode {
  let node = test;
  while (isNegation(node)) {
    node = node.argument as SyntaxNode;
  }
  return node;
}

function isNegation({ type, operator }: SyntaxNode): boolean {
  return type === 'UnaryExpression' && operator === '!';
}

function otherRole(role: Role): Role {
  return role === 'alternate' ? 'consequent' : 'alternate';
}

/** Whether a test in the script, negations left out, is true where the original's is false: `===` may have become `!==`. */
function isTurned(original: SyntaxNode, script: SyntaxNode): boolean {
  const unequal = ({ type, operator }: SyntaxNode) => type === 'BinaryExpression' && (operator === '!==' || operator === '!=');
  return isNegated(original) !== (unequal(withoutNegations(original)) !== unequal(script));
}

/** Whether there is an odd number of negations. */
function isNegated(test: SyntaxNode): boolean {
  return isNegation(test) && !isNegated(test.argument as SyntaxNode);
}

/** What a node decides by the truth of one of its children. */
function decisionOf(node: SyntaxNode, child: SyntaxNode): Decision | undefined {
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
      return node.test === child ? { truthy: node.consequent as SyntaxNode, falsy: (node.alternate as SyntaxNode | null) ?? undefined } : undefined;
    case 'LogicalExpression':
      return node.left === child ? { [node.operator === '&&' ? 'truthy' : 'falsy']: node.right as SyntaxNode } : undefined;
    case 'ForStatement':
    case 'WhileStatement':
      return node.test === child ? { truthy: node.body as SyntaxNode, loop: node } : undefined;
    default:
      return undefined;
  }
}
