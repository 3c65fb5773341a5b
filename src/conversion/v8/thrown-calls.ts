import { Names } from './names';
import { isFunction, isNode, type SyntaxNode, type SyntaxTree } from '../syntax';

/**
 * The calls of functions of a script that threw each time they were called. V8 has no counter for what follows a call; where the function
 * is told by its name, and its own counts say that it never came to its end, what follows did not run.
 */
export class ThrownCalls {
  /** By the function whose own code they are in; those in a `try` with a `catch` are not among them. */
  private readonly throws = new Map<SyntaxNode, SyntaxNode[]>();
  private readonly names: Names;
  /** Calls by the names of what they call; most scripts need none of them. */
  private named: ReadonlyMap<string, readonly SyntaxNode[]> | undefined;

  public constructor(private readonly tree: SyntaxTree) {
    this.names = new Names(tree);
    tree.nodes.filter(({ type }) => type === 'ThrowStatement').forEach((statement) => this.addThrow(statement));
  }

  /**
   * Finds them one function after the other: what follows such a call may be what the next function would have ended with.
   *
   * @param at how often a place was come to
   * @param onCall called with each call; what follows it counts as not run from then on
   */
  public find(at: (offset: number) => number, onCall: (call: SyntaxNode) => void): void {
    const pending = new Set(this.throws.keys());
    const found = new Set<SyntaxNode>();
    for (let fn = this.nextIn(pending, at); fn; fn = this.nextIn(pending, at)) {
      pending.delete(fn);
      for (const call of this.callsOf(fn)) {
        if (!found.has(call)) {
          found.add(call);
          onCall(call);
          const caller = this.addThrow(call);
          if (caller) {
            pending.add(caller);
          }
        }
      }
    }
  }

  private nextIn(pending: ReadonlySet<SyntaxNode>, at: (offset: number) => number): SyntaxNode | undefined {
    return [...pending].find((fn) => {
      const calls = at(fn.start);
      return calls > 0 && this.throws.get(fn)!.reduce((sum, { start }) => sum + at(start), 0) >= calls;
    });
  }

  /** @returns the function that it ends, unless that is one that gives back a promise or a generator, or catches it */
  private addThrow(node: SyntaxNode): SyntaxNode | undefined {
    let child = node;
    for (let parent = this.tree.parent(child); parent; parent = this.tree.parent(child)) {
      if (isFunction(parent)) {
        if (parent.async || parent.generator || parent.body !== child) {
          return undefined;
        }
        const known = this.throws.get(parent) ?? [];
        // `throw fail()` ends the function once
        this.throws.set(parent, [...known.filter(({ start, end }) => !(start <= node.start && node.end <= end)), node]);
        return parent;
      }
      if (parent.type === 'TryStatement' && parent.block === child && parent.handler) {
        return undefined;
      }
      child = parent;
    }
    return undefined;
  }

  private callsOf(fn: SyntaxNode): SyntaxNode[] {
    return this.namesOf(fn).flatMap((name) => this.callsNamed(name)).filter((call) => this.names.functionOf(call.callee as SyntaxNode) === fn);
  }

  /** Its own, and that of the variable that it is the value of, perhaps by a call that gives it its name. */
  private namesOf(fn: SyntaxNode): string[] {
    let around = this.tree.parent(fn);
    if (around?.type === 'CallExpression') {
      around = this.tree.parent(around);
    }
    return [fn.id, around?.type === 'VariableDeclarator' ? around.id : undefined].filter(isNode).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  }

  private callsNamed(name: string): readonly SyntaxNode[] {
    if (!this.named) {
      const named = new Map<string, SyntaxNode[]>();
      for (const node of this.tree.nodes) {
        const { name: called, type } = (node.callee ?? {}) as Partial<SyntaxNode> & { readonly name?: string };
        if (node.type === 'CallExpression' && type === 'Identifier') {
          const calls = named.get(called!) ?? [];
          named.set(called!, calls);
          calls.push(node);
        }
      }
      this.named = named;
    }
    return this.named.get(name) ?? [];
  }
}
