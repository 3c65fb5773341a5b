/** What the syntax trees of the original source (Babel) and of the script that ran (acorn, ESTree) have in common. */

export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression', 'ClassMethod', 'ClassPrivateMethod', 'ObjectMethod']);

export function isFunction(node: SyntaxNode): boolean {
  return FUNCTIONS.has(node.type);
}

export function isLoop(node: SyntaxNode): boolean {
  return /^(?:For|ForIn|ForOf|While|DoWhile)Statement$/.test(node.type);
}

export function isJump(node: SyntaxNode): boolean {
  return /^(?:Return|Throw|Break|Continue)Statement$/.test(node.type);
}

/** Whether an arm of an `if` ends with a jump, so that what follows the `if` does not follow it. */
export function leaves(arm: unknown): boolean {
  if (!isNode(arm)) {
    return false;
  }
  const last = arm.type === 'BlockStatement' ? (arm.body as SyntaxNode[]).at(-1) : arm;
  return last !== undefined && isJump(last);
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string' && typeof (value as SyntaxNode).start === 'number';
}

/** The child nodes, in the order of the source. */
export function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (const [property, value] of Object.entries(node)) {
    if (!NOT_CHILDREN.has(property)) {
      for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
        if (isNode(item)) {
          found.push(item);
        }
      }
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

const NOT_CHILDREN = new Set(['loc', 'extra', 'leadingComments', 'trailingComments', 'innerComments', 'comments', 'tokens', 'errors', 'range']);

/** A syntax tree with its nodes by the place where they begin, and with their parents. */
export class SyntaxTree {
  private readonly starting = new Map<number, SyntaxNode[]>();
  private readonly parents = new Map<SyntaxNode, SyntaxNode>();
  /** All nodes, outer ones first. */
  public readonly nodes: SyntaxNode[] = [];

  public constructor(root: SyntaxNode) {
    const pending = [root];
    for (let node = pending.pop(); node; node = pending.pop()) {
      this.nodes.push(node);
      const there = this.starting.get(node.start);
      if (there) {
        there.push(node);
      } else {
        this.starting.set(node.start, [node]);
      }
      const inner = children(node);
      for (let index = inner.length - 1; index >= 0; index--) {
        this.parents.set(inner[index]!, node);
        pending.push(inner[index]!);
      }
    }
  }

  public parent(node: SyntaxNode): SyntaxNode | undefined {
    return this.parents.get(node);
  }

  /** The nodes that begin at an offset, outer ones first. */
  public startingAt(offset: number): readonly SyntaxNode[] {
    return this.starting.get(offset) ?? [];
  }

  /** The outermost node with exactly this range. */
  public withRange(start: number, end: number): SyntaxNode | undefined {
    return this.startingAt(start).find((node) => node.end === end);
  }
}

/** The list of statements that a node stands in, and where. */
export function statementList(tree: SyntaxTree, node: SyntaxNode): { list: readonly SyntaxNode[]; index: number; owner: SyntaxNode } | undefined {
  const owner = tree.parent(node);
  const list = owner && [owner.body, owner.consequent].find((value): value is SyntaxNode[] => Array.isArray(value) && value.includes(node));
  return owner && list ? { list, index: list.indexOf(node), owner } : undefined;
}
