import type { CounterTerm } from '../contract/counter-table';
import type { ConditionalTwin } from '../conversion/conditional-twins';
import type { Counts } from '../conversion/counts';
import type { GeneratedScript } from '../conversion/generated-script';
import type { SyntaxNode, SyntaxTree } from '../conversion/syntax';

/** Something in a script whose times are to be known. */
export type Event =
  /** What begins at an offset is come to. */
  | { readonly kind: 'place'; readonly offset: number }
  /** An `if` without `else` does not run its statement. */
  | { readonly kind: 'else'; readonly statement: SyntaxNode }
  /** An expression whose value is only tested, or is not used at all, is true, or is not. */
  | { readonly kind: 'outcome'; readonly test: SyntaxNode; readonly truth: boolean };

/** Which events of a script have to be counted: those that the counters of its original files ask for, and no more. */
export class CountingPlan implements Counts<CounterTerm> {
  public readonly never = -1;
  public readonly knowsDefaults = true;
  /** A term is an event's position here. */
  public readonly events: Event[] = [];
  private readonly places = new Map<number, number>();
  private readonly others = new Map<SyntaxNode, Map<string, number>>();
  private readonly tree: SyntaxTree;

  public constructor(private readonly script: GeneratedScript) {
    this.tree = script.tree;
  }

  public at(offset: number): CounterTerm {
    const place = this.placeAt(offset);
    let event = this.places.get(place);
    if (event === undefined) {
      this.places.set(place, (event = this.events.length));
      this.events.push({ kind: 'place', offset: place });
    }
    return event;
  }

  public arms({ test, whenTrue }: ConditionalTwin): [CounterTerm, CounterTerm] {
    const [held, failed] = [this.outcome(test, true), this.outcome(test, false)];
    return whenTrue === 'consequent' ? [held, failed] : [failed, held];
  }

  public most(counts: readonly CounterTerm[]): CounterTerm {
    return counts.length === 1 ? counts[0]! : ['max', ...counts];
  }

  public sum(counts: readonly CounterTerm[]): CounterTerm {
    return counts.length === 1 ? counts[0]! : ['sum', ...counts];
  }

  public less(count: CounterTerm, part: CounterTerm): CounterTerm {
    return ['less', count, part];
  }

  /** Where it is counted that a place is come to: at the block of a function for its first character, at what follows for the end of a statement. */
  private placeAt(offset: number): number {
    if (this.tree.startingAt(offset - 1).some(({ type, end }) => type === 'BlockStatement' && end > offset)) {
      return offset - 1;
    }
    const [node] = this.tree.startingAt(offset);
    return node ? this.evaluatedPlace(node) : this.script.nextToken(offset);
  }

  /** What is not evaluated by itself is come to with what it is a part of, or with what it holds. */
  private evaluatedPlace(node: SyntaxNode): number {
    const parent = this.tree.parent(node);
    if (node.type === 'SpreadElement') {
      return this.evaluatedPlace(node.argument as SyntaxNode);
    }
    if (parent?.type === 'MemberExpression' && parent.property === node && !parent.computed) {
      return this.evaluatedPlace(parent);
    }
    return node.start;
  }

  /** How often an expression was true, or was not. */
  private outcome(node: SyntaxNode, truth: boolean): CounterTerm {
    const parent = this.tree.parent(node);
    const place = (value: unknown) => this.at((value as SyntaxNode).start);
    switch (parent?.type) {
      case 'IfStatement':
        return truth ? place(parent.consequent) : parent.alternate ? place(parent.alternate) : this.other({ kind: 'else', statement: parent }, parent, 'else');
      case 'ConditionalExpression':
        if (parent.test === node) {
          return place(truth ? parent.consequent : parent.alternate);
        }
        break;
      case 'ForStatement':
      case 'WhileStatement':
        if (truth && parent.test === node) {
          return place(parent.body);
        }
        break;
      case 'UnaryExpression':
        if (parent.operator === '!') {
          return this.outcome(parent, !truth);
        }
        break;
      case 'SequenceExpression':
        if ((parent.expressions as SyntaxNode[]).at(-1) === node) {
          return this.outcome(parent, truth);
        }
        break;
      case 'LogicalExpression':
        if (truth === (parent.operator === '&&') && parent.operator !== '??') {
          return parent.left === node ? place(parent.right) : this.outcome(parent, truth);
        }
        break;
      default:
    }
    if (isOnlyTested(this.tree, node)) {
      return this.other({ kind: 'outcome', test: node, truth }, node, String(truth));
    }
    return parent?.type === 'LogicalExpression' && parent.left === node ? this.less(this.at(node.start), place(parent.right)) : this.never;
  }

  private other(event: Event, node: SyntaxNode, name: string): number {
    const known = this.others.get(node) ?? new Map<string, number>();
    this.others.set(node, known);
    if (!known.has(name)) {
      known.set(name, this.events.length);
      this.events.push(event);
    }
    return known.get(name)!;
  }
}

/** Whether nothing but the truth of an expression's value is used, if that. */
function isOnlyTested(tree: SyntaxTree, node: SyntaxNode): boolean {
  const parent = tree.parent(node);
  switch (parent?.type) {
    case 'IfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'ExpressionStatement': return true;
    case 'ForStatement': return parent.body !== node;
    case 'UnaryExpression': return parent.operator === '!' || parent.operator === 'void';
    case 'ConditionalExpression': return parent.test === node || isOnlyTested(tree, parent);
    case 'LogicalExpression': return parent.operator !== '??' && isOnlyTested(tree, parent);
    case 'SequenceExpression': return (parent.expressions as SyntaxNode[]).at(-1) !== node || isOnlyTested(tree, parent);
    default: return false;
  }
}
