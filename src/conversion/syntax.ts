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
  let sorted = true;
  const add = (child: unknown) => {
    if (isNode(child)) {
      sorted &&= found.length === 0 || found.at(-1)!.start <= child.start;
      found.push(child);
    }
  };
  for (const property in node) {
    const value = node[property];
    if (typeof value === 'object' && value !== null && !NOT_CHILDREN.has(property)) {
      if (Array.isArray(value)) {
        value.forEach(add);
      } else {
        add(value);
      }
    }
  }
  return sorted ? found : found.sort((a, b) => a.start - b.start);
}

const NOT_CHILDREN = new Set(['loc', 'extra', 'leadingComments', 'trailingComments', 'innerComments', 'comments', 'tokens', 'errors', 'range']);

/** A syntax tree with its nodes by the place where they begin, and with their parents. A bundle has a million nodes: no maps. */
export class SyntaxTree {
  /** All nodes in the order of their places, outer ones first. */
  public readonly nodes: readonly SyntaxNode[];
  /** Of each node, the position of its parent; -1 of the root. */
  private readonly parents: readonly number[];

  public constructor(root: SyntaxNode) {
    const nodes: SyntaxNode[] = [];
    const parents: number[] = [];
    const pending = [root];
    const pendingParents = [-1];
    for (let node = pending.pop(); node; node = pending.pop()) {
      const parent = pendingParents.pop()!;
      const inner = children(node);
      for (let index = inner.length - 1; index >= 0; index--) {
        pending.push(inner[index]!);
        pendingParents.push(nodes.length);
      }
      nodes.push(node);
      parents.push(parent);
    }
    [this.nodes, this.parents] = isInOrder(nodes) ? [nodes, parents] : inOrder(nodes, parents);
  }

  public parent(node: SyntaxNode): SyntaxNode | undefined {
    for (let index = this.firstFrom(node.start); this.nodes[index]?.start === node.start; index++) {
      if (this.nodes[index] === node) {
        return this.nodes[this.parents[index]!];
      }
    }
    return undefined;
  }

  /** The nodes that begin at an offset, outer ones first. */
  public startingAt(offset: number): readonly SyntaxNode[] {
    const found: SyntaxNode[] = [];
    for (let index = this.firstFrom(offset); this.nodes[index]?.start === offset; index++) {
      found.push(this.nodes[index]!);
    }
    return found;
  }

  /** The outermost node with exactly this range. */
  public withRange(start: number, end: number): SyntaxNode | undefined {
    return this.startingAt(start).find((node) => node.end === end);
  }

  private firstFrom(offset: number): number {
    let low = 0;
    let high = this.nodes.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.nodes[middle]!.start < offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

function isInOrder(nodes: readonly SyntaxNode[]): boolean {
  return nodes.every((node, index) => index === 0 || nodes[index - 1]!.start <= node.start);
}

/** Decorators may stand before the node that they are a part of. */
function inOrder(nodes: readonly SyntaxNode[], parents: readonly number[]): [SyntaxNode[], number[]] {
  const order = nodes.map((_, index) => index).sort((a, b) => nodes[a]!.start - nodes[b]!.start || a - b);
  const positions: number[] = [];
  order.forEach((from, to) => (positions[from] = to));
  return [order.map((index) => nodes[index]!), order.map((index) => (parents[index] === -1 ? -1 : positions[parents[index]!]!))];
}

/** The list of statements that a node stands in, and where. */
export function statementList(tree: SyntaxTree, node: SyntaxNode): { list: readonly SyntaxNode[]; index: number; owner: SyntaxNode } | undefined {
  const owner = tree.parent(node);
  const list = owner && [owner.body, owner.consequent].find((value): value is SyntaxNode[] => Array.isArray(value) && value.includes(node));
  return owner && list ? { list, index: list.indexOf(node), owner } : undefined;
}

const HOLDERS: ReadonlySet<string> = new Set([
  'VariableDeclarator', 'VariableDeclaration', 'ExportNamedDeclaration', 'ExportDefaultDeclaration', 'LabeledStatement', 'ExpressionStatement', 'ReturnStatement',
]);

/** Whether a node runs as often as the one thing that it holds. */
export function isHolder({ type }: SyntaxNode): boolean {
  return HOLDERS.has(type);
}
