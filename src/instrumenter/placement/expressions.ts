import type { CounterFlow } from './counter-flow';
import { isNode, type SyntaxNode } from '../../conversion/syntax';

export interface ExpressionOptions {
  /** A name that is nowhere in the script. */
  readonly unusedName: string;
  /** Whether a name is known to be there whenever it is read. */
  readonly isDeclared: (name: string) => boolean;
}

/** Where an expression stands, as far as it says how a counter may be put before it. */
interface Position {
  /** Whether the expression, and not its value, is what counts: what is called, deleted or assigned to, a link of an optional chain. */
  readonly isReference?: boolean;
  /** The name that a function without one gets there, as JavaScript gives it; `undefined` where it is not known. */
  readonly name?: { readonly value: string | undefined; readonly countBefore?: (code: string) => void };
}

/** Goes through expressions, patterns, functions and classes in the order in which they are evaluated, and puts counters into them. */
export class Expressions {
  private privateNames = 0;
  /** Of the statement that is an expression and was come to last. */
  private statementStart = -1;

  public constructor(
    private readonly flow: CounterFlow,
    private readonly placeStatements: (statements: readonly SyntaxNode[]) => void,
    private readonly options: ExpressionOptions,
  ) {}

  /** A statement that is an expression. */
  public statement({ start, expression }: SyntaxNode): void {
    this.statementStart = start;
    this.expression(expression as SyntaxNode);
  }

  /** What values are assigned to: variables, properties, or parts of them, with defaults. */
  public pattern(node: SyntaxNode): void {
    switch (node.type) {
      case 'ObjectPattern':
        for (const property of node.properties as SyntaxNode[]) {
          if (property.computed) {
            this.expression(property.key as SyntaxNode);
          }
          this.pattern((property.type === 'RestElement' ? property : property.value) as SyntaxNode);
        }
        this.flow.hazard();
        break;
      case 'ArrayPattern':
        (node.elements as Array<SyntaxNode | null>).filter(isNode).forEach((element) => this.pattern(element));
        this.flow.hazard();
        break;
      case 'RestElement':
        this.pattern(node.argument as SyntaxNode);
        break;
      case 'AssignmentPattern': {
        const { left, right } = node as unknown as { left: SyntaxNode; right: SyntaxNode };
        this.pattern(left);
        this.flow.optionally(() => this.expression(right, assignedTo(left)));
        break;
      }
      case 'Identifier':
        if (!this.options.isDeclared(node.name as string)) {
          this.flow.hazard();
        }
        break;
      default:
        this.expression(node, { isReference: true });
    }
  }

  /** @param before offsets that are come to right before it */
  public expression(node: SyntaxNode, position: Position = {}, before: readonly number[] = []): void {
    let end = '';
    const open = (code: string) => {
      if (node.type === 'SequenceExpression') {
        this.flow.insert(node.start, `(${code}),`); // there may be a keyword before it, without a space
      } else if (!isAnonymousFunction(node) || !position.name) {
        this.flow.insert(node.start, `(${code},`);
        end = ')';
      } else if (position.name.value === undefined) {
        position.name.countBefore?.(code);
      } else {
        const key = JSON.stringify(position.name.value);
        this.flow.insert(node.start, `(${code},{[${key}]:`);
        end = `}[${key}])`;
      }
    };
    const { isReference = false, name } = position;
    const losesName = isAnonymousFunction(node) && name !== undefined && name.value === undefined && !name.countBefore;
    if (!isKept(node, isReference) && !losesName) {
      this.flow.come([...before, node.start], open);
    }
    if (this.flow.countsOutcome(node)) {
      // a line that began with a parenthesis would go on with a statement without semicolon before it
      this.flow.insert(node.start, node.start === this.statementStart ? '0,((' : '((');
      this.parts(node, position);
      this.flow.insert(node.end, `)${this.flow.outcomeCode(node)})`);
    } else {
      this.parts(node, position);
    }
    if (end !== '') {
      this.flow.insert(node.end, end);
    }
  }

  private parts(node: SyntaxNode, position: Position): void {
    const { argument, left, right, test, consequent, alternate, object } = node as Partial<Record<string, SyntaxNode>>;
    const { property, callee, tag, quasi, source } = node as Partial<Record<string, SyntaxNode>>;
    switch (node.type) {
      case 'Identifier':
        if (!position.isReference && !this.options.isDeclared(node.name as string)) {
          this.flow.hazard();
        }
        break;
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.function(node);
        break;
      case 'ClassExpression':
        this.class(node);
        break;
      case 'TemplateLiteral':
        this.all(node.expressions);
        break;
      case 'TaggedTemplateExpression':
        this.expression(tag!, { isReference: true });
        this.all(quasi!.expressions);
        this.flow.hazard();
        break;
      case 'ArrayExpression':
        this.all(node.elements);
        break;
      case 'SpreadElement':
        this.expression(argument!);
        this.flow.hazard();
        break;
      case 'ObjectExpression':
        (node.properties as SyntaxNode[]).forEach((one) => this.property(one));
        break;
      case 'UnaryExpression':
        this.expression(argument!, { isReference: /^(?:delete|typeof)$/.test(node.operator as string) && argument!.type !== 'CallExpression' });
        if (node.operator === 'delete') {
          this.flow.hazard();
        }
        break;
      case 'UpdateExpression':
        this.pattern(argument!);
        break;
      case 'BinaryExpression':
        if (left!.type !== 'PrivateIdentifier') {
          this.expression(left!);
        }
        this.expression(right!);
        if (/^in/.test(node.operator as string)) {
          this.flow.hazard();
        }
        break;
      case 'LogicalExpression':
        this.expression(left!);
        this.flow.optionally(() => this.expression(right!));
        break;
      case 'ConditionalExpression':
        this.expression(test!);
        this.flow.either(() => this.expression(consequent!), () => this.expression(alternate!));
        break;
      case 'AssignmentExpression': {
        this.pattern(left!);
        const assign = () => this.expression(right!, assignedTo(left!));
        if (/^(?:&&|\|\||\?\?)=$/.test(node.operator as string)) {
          this.flow.optionally(assign);
        } else {
          assign();
        }
        if (left!.type === 'MemberExpression') {
          this.flow.hazard();
        }
        break;
      }
      case 'SequenceExpression':
        (node.expressions as SyntaxNode[]).forEach((part) => {
          this.flow.come([part.start], (code) => this.flow.insert(part.start, `${code},`));
          this.expression(part);
        });
        break;
      case 'ChainExpression':
        this.link(node.expression as SyntaxNode);
        break;
      case 'MemberExpression':
        this.expression(object!);
        if (node.computed) {
          this.expression(property!);
        }
        this.flow.hazard();
        break;
      case 'CallExpression':
        this.expression(callee!, { isReference: true });
        this.all(node.arguments);
        this.flow.hazard();
        break;
      case 'NewExpression':
        this.expression(callee!);
        this.all(node.arguments);
        this.flow.hazard();
        break;
      case 'ImportExpression':
        this.expression(source!);
        if (isNode(node.options)) {
          this.expression(node.options);
        }
        this.flow.hazard();
        break;
      case 'AwaitExpression':
      case 'YieldExpression':
        if (argument) {
          this.expression(argument);
        }
        this.flow.hazard();
        break;
      default: // literals, this, super, new.target, import.meta
    }
  }

  private all(nodes: unknown): void {
    (nodes as Array<SyntaxNode | null>).filter(isNode).forEach((node) => this.expression(node));
  }

  /** A link of an optional chain, which nothing may come between: only what stands before the first link has a value of its own. */
  private link(node: SyntaxNode): void {
    const inner = (node.object ?? node.callee) as SyntaxNode | undefined;
    if (!inner || !/^(?:Member|Call)Expression$/.test(node.type)) {
      this.expression(node);
      return;
    }
    if (/^(?:Member|Call)Expression$/.test(inner.type)) {
      this.link(inner);
    } else if (inner.type !== 'Super') {
      this.expression(inner, { isReference: node.type === 'CallExpression' });
    }
    if (node.optional) {
      this.flow.hazard();
    }
    if (node.type === 'CallExpression') {
      this.all(node.arguments);
    } else if (node.computed) {
      this.expression(node.property as SyntaxNode);
    }
    this.flow.hazard();
  }

  private property(node: SyntaxNode): void {
    const { key, value } = node as Partial<Record<string, SyntaxNode>>;
    if (node.type === 'SpreadElement') {
      this.expression(node);
      return;
    }
    if (node.computed) {
      this.expression(key!);
    }
    if (node.shorthand) {
      this.parts(value!, {});
    } else if (node.method || node.kind !== 'init') {
      this.function(value!);
    } else {
      const name = node.computed ? undefined : keyName(key!);
      this.expression(value!, name === '__proto__' ? {} : { name: { value: name } });
    }
  }

  public function(node: SyntaxNode): void {
    this.flow.apart(() => {
      (node.params as SyntaxNode[]).forEach((param) => this.pattern(param));
      this.flow.turn();
      const body = node.body as SyntaxNode;
      if (body.type !== 'BlockStatement') {
        this.expression(body);
        return;
      }
      const statements = body.body as SyntaxNode[];
      const directive = statements.filter((statement) => typeof statement.directive === 'string').at(-1);
      const starts = [body.start, ...(directive ? statements : []).filter((one) => typeof one.directive === 'string').map(({ start }) => start)];
      this.flow.comeAt(starts, directive?.end ?? body.start + 1, (code) => (directive ? `;${code};` : `${code};`));
      this.placeStatements(statements);
    });
  }

  public class(node: SyntaxNode): void {
    if (isNode(node.superClass)) {
      this.expression(node.superClass);
      this.flow.hazard();
    }
    for (const member of (node.body as SyntaxNode).body as SyntaxNode[]) {
      const { key, value } = member as Partial<Record<string, SyntaxNode | null>>;
      if (member.computed && key) {
        this.expression(key);
        this.flow.hazard();
      }
      if (member.type === 'StaticBlock') {
        this.flow.turn();
        const statements = member.body as unknown as SyntaxNode[];
        this.flow.comeAt([member.start], statements[0]?.start ?? member.end - 1, (code) => `${code};`);
        this.placeStatements(statements);
        this.flow.hazard();
      } else if (member.type === 'MethodDefinition') {
        this.function(value!);
      } else if (value) {
        const countBefore = (code: string) => this.flow.insert(member.start, this.memberCounting(member, code));
        const initialize = () => this.expression(value, { name: { value: member.computed ? undefined : keyName(key!), countBefore } });
        if (member.static) {
          this.flow.turn();
          initialize();
          this.flow.hazard();
        } else {
          this.flow.apart(initialize);
        }
      }
    }
  }

  /** A member that is run before another one and cannot be seen. */
  private memberCounting({ static: isStatic }: SyntaxNode, code: string): string {
    return isStatic ? `static{${code}}` : `#${this.options.unusedName}${this.privateNames++}=(${code});`;
  }
}

function isAnonymousFunction({ type, id }: SyntaxNode): boolean {
  return type === 'ArrowFunctionExpression' || ((type === 'FunctionExpression' || type === 'ClassExpression') && !id);
}

/** A function gets its name by being assigned to a variable, not to a property or by a pattern. */
export function assignedTo(target: SyntaxNode): Position {
  return target.type === 'Identifier' ? { name: { value: target.name as string } } : {};
}

/** Whether an expression is more than its value: it must stay what it is where it is called, deleted or assigned to. */
function isKept({ type }: SyntaxNode, isReference: boolean): boolean {
  return type === 'Super' || type === 'SpreadElement' || (isReference && /^(?:Identifier|MemberExpression|ChainExpression)$/.test(type));
}

function keyName({ type, name, value }: SyntaxNode): string | undefined {
  switch (type) {
    case 'Identifier': return name as string;
    case 'PrivateIdentifier': return `#${name as string}`;
    default: return typeof value === 'object' ? undefined : String(value);
  }
}
