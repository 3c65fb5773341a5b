import type { SyntaxNode, SyntaxTree } from '../syntax';

/** The awaits and yields of a script, by the expressions that they are parts of. */
export class Suspensions {
  /** Conditionals without a range of V8 that leave an await out. */
  public readonly passedBy = new Set<SyntaxNode>();
  private readonly last = new Map<SyntaxNode, SyntaxNode>();

  public constructor(tree: SyntaxTree) {
    for (const suspension of tree.nodes.filter(isSuspension).sort((a, b) => a.end - b.end)) {
      this.last.set(suspension, suspension);
      let child = suspension;
      for (let parent = tree.parent(child); parent && isExpression(parent); parent = tree.parent(child)) {
        this.last.set(parent, suspension);
        if (isPassedBy(parent, child, suspension)) {
          this.passedBy.add(parent);
        }
        child = parent;
      }
    }
  }

  /** The last one that is a part of an expression, functions in it left out. */
  public lastIn(expression: SyntaxNode): SyntaxNode | undefined {
    return this.last.get(expression);
  }
}

/** An await or a yield. */
export function isSuspension({ type }: SyntaxNode): boolean {
  return type === 'AwaitExpression' || type === 'YieldExpression';
}

/** The parts of a conditional expression that V8 has a range for. */
export function armsWithRange(node: SyntaxNode): SyntaxNode[] | undefined {
  switch (node.type) {
    case 'ConditionalExpression': return [node.consequent as SyntaxNode, node.alternate as SyntaxNode];
    case 'LogicalExpression': return [node.right as SyntaxNode];
    default: return undefined;
  }
}

/** Whether evaluation may leave out the child with the await, and V8 has no range for it. */
export function isPassedBy(parent: SyntaxNode, child: SyntaxNode, suspension: SyntaxNode): boolean {
  switch (parent.type) {
    case 'AssignmentExpression': return isLogicalAssignment(parent) && parent.right === child;
    case 'AssignmentPattern': return parent.right === child;
    case 'ChainExpression': return optionalLinks(parent).some(({ end }) => end <= suspension.start);
    default: return false;
  }
}

export function isLogicalAssignment({ operator }: SyntaxNode): boolean {
  return operator === '??=' || operator === '||=' || operator === '&&=';
}

/** What stands before each `?.` of a chain. */
function optionalLinks(chain: SyntaxNode): SyntaxNode[] {
  const before: SyntaxNode[] = [];
  let link = chain.expression as SyntaxNode | undefined;
  while (link?.type === 'MemberExpression' || link?.type === 'CallExpression') {
    const inner = (link.object ?? link.callee) as SyntaxNode;
    if (link.optional) {
      before.push(inner);
    }
    link = inner;
  }
  return before;
}

/** Whether a node is a part of an expression, so that an await in it may be, too. */
export function isExpression({ type }: SyntaxNode): boolean {
  return /Expression$|Literal$|Pattern$|Element$|^Property$/.test(type) && !/Function/.test(type);
}
