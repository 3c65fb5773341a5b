import type { Event } from './counting-plan';
import type { Insertions } from './insertions';
import { isFunction, isNode, type SyntaxNode } from '../conversion/syntax';

export interface PlacementOptions {
  /** The script's syntax tree. */
  readonly program: SyntaxNode;
  readonly events: readonly Event[];
  readonly insertions: Insertions;
  /** What counts at a counter, as an expression without a value of interest. */
  readonly codeOf: (counter: number) => string;
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

/**
 * Puts counters into a script for a set of events: one for all events between which nothing can fail.
 *
 * It goes through the script in the order of the source, which within a statement is the order of evaluation, and keeps in mind which counter
 * was passed last since when nothing could go another way. What may throw ends that: calls, property accesses, `await`, destructuring.
 * Arithmetic, comparisons and conversions to strings are taken for safe, though BigInts, symbols and `valueOf` could throw there; so are reads
 * of variables before their declaration has run.
 *
 * Nothing of what it puts in can be noticed by the script: names of functions, completion of statements without semicolon, `this` of a
 * call, short circuits and directives stay as they are. The code of a `with` statement is left alone, since its object could see the names.
 */
export class CounterPlacement {
  private readonly wanted = new Set<number>();
  private readonly placed = new Map<number, number>();
  private readonly elses = new Map<SyntaxNode, number>();
  private readonly outcomes = new Map<SyntaxNode, { truthy?: number; falsy?: number }>();
  private readonly counters: Array<number | undefined>;
  /** The counter that tells how often the place here is come to. */
  private current: number | undefined;
  /** How often something was passed that may go another way. */
  private hazards = 0;
  private size = 0;
  private privateNames = 0;
  /** Of the statement that is an expression and was come to last. */
  private statementStart = -1;

  public constructor(private readonly options: PlacementOptions) {
    const { events, program } = options;
    for (const event of events) {
      if (event.kind === 'place') {
        this.wanted.add(event.offset);
      } else if (event.kind === 'else') {
        this.elses.set(event.statement, -1);
      } else {
        const known = this.outcomes.get(event.test) ?? {};
        this.outcomes.set(event.test, { ...known, [event.truth ? 'truthy' : 'falsy']: -1 });
      }
    }
    this.list(program.body as SyntaxNode[]);
    this.counters = events.map((event) => {
      switch (event.kind) {
        case 'place': return this.placed.get(event.offset);
        case 'else': return found(this.elses.get(event.statement));
        case 'outcome': return found(this.outcomes.get(event.test)![event.truth ? 'truthy' : 'falsy']);
      }
    });
  }

  /** How many counters there are. */
  public get count(): number {
    return this.size;
  }

  /** The counter of each event, in the order of the events; nothing where none could be put. */
  public counterOf(event: number): number | undefined {
    return this.counters[event];
  }

  /** Sees to the events at some offsets, which are all come to here: by the counter that was passed, or by a new one. */
  private come(offsets: readonly number[], insert: (code: string) => void): void {
    const here = offsets.filter((offset) => this.wanted.has(offset) && !this.placed.has(offset));
    if (here.length === 0) {
      return;
    }
    if (this.current === undefined) {
      this.current = this.size++;
      insert(this.options.codeOf(this.current));
    }
    here.forEach((offset) => this.placed.set(offset, this.current!));
  }

  private comesTo(offset: number): boolean {
    return this.wanted.has(offset) && !this.placed.has(offset) && this.current === undefined;
  }

  private insert(offset: number, text: string): void {
    this.options.insertions.add(offset, text);
  }

  private hazard(): void {
    this.hazards++;
    this.current = undefined;
  }

  /** Goes through something that may be left out: where nothing in it can fail, what follows is come to as often as what was before. */
  private optionally(...parts: ReadonlyArray<() => void>): void {
    const { current, hazards } = this;
    for (const part of parts) {
      this.current = undefined;
      part();
    }
    this.current = this.hazards === hazards ? current : undefined;
  }

  /** Goes through something that runs at another time. */
  private apart(part: () => void): void {
    const { current, hazards } = this;
    this.current = undefined;
    part();
    this.current = current;
    this.hazards = hazards;
  }

  // Statements

  private list(statements: readonly SyntaxNode[]): void {
    statements.forEach((statement) => {
      if (typeof statement.directive !== 'string') {
        this.come(startsOf(statement), (code) => this.insert(statement.start, `${code};`));
        this.statement(statement);
      }
    });
  }

  private block(node: SyntaxNode): void {
    this.come([node.start], (code) => this.insert(node.start + 1, `${code};`));
    this.list(node.body as SyntaxNode[]);
  }

  /** The statement that another one holds: an arm, the body of a loop. */
  private body(node: SyntaxNode, inBraces = false): void {
    if (node.type === 'BlockStatement') {
      this.block(node);
      return;
    }
    const braces = inBraces || startsOf(node).some((offset) => this.comesTo(offset));
    if (braces) {
      this.insert(node.start, '{');
    }
    this.come(startsOf(node), (code) => this.insert(node.start, `${code};`));
    this.statement(node);
    if (braces) {
      this.insert(node.end, '}');
    }
  }

  private statement(node: SyntaxNode): void {
    const { expression, argument, test, body } = node as Partial<Record<string, SyntaxNode>>;
    switch (node.type) {
      case 'ExpressionStatement':
        this.statementStart = node.start;
        this.expression(expression!);
        break;
      case 'VariableDeclaration':
        this.declaration(node);
        break;
      case 'FunctionDeclaration':
        this.function(node);
        break;
      case 'ClassDeclaration':
        this.class(node);
        break;
      case 'ExportNamedDeclaration':
      case 'ExportDefaultDeclaration':
        if (isNode(node.declaration)) {
          const { declaration } = node;
          if (/Declaration$/.test(declaration.type)) {
            this.statement(declaration);
          } else {
            this.expression(declaration, { name: { value: 'default' } });
          }
        }
        break;
      case 'ReturnStatement':
      case 'ThrowStatement':
        if (argument) {
          this.expression(argument);
        }
        this.hazard();
        break;
      case 'BreakStatement':
      case 'ContinueStatement':
        this.hazard();
        break;
      case 'BlockStatement':
        this.block(node);
        break;
      case 'LabeledStatement':
        this.statement(body!);
        this.hazard();
        break;
      case 'IfStatement':
        this.expression(test!);
        this.if(node);
        break;
      case 'SwitchStatement':
        this.switch(node);
        break;
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'WhileStatement':
      case 'DoWhileStatement':
        this.loop(node);
        break;
      case 'TryStatement':
        this.try(node);
        break;
      case 'WithStatement':
        this.expression(node.object as SyntaxNode);
        this.hazard();
        break;
      default: // imports, exports of names, empty statements, debugger
    }
  }

  private declaration(node: SyntaxNode): void {
    for (const declarator of node.declarations as Array<SyntaxNode & { id: SyntaxNode; init: SyntaxNode | null }>) {
      const { start, id, init } = declarator;
      if (init) {
        this.expression(init, assignedTo(id), declarator === (node.declarations as SyntaxNode[])[0] ? [node.start, start] : [start]);
      }
      this.pattern(id);
    }
    if (/using$/.test(node.kind as string)) {
      this.hazard();
    }
  }

  private if(node: SyntaxNode): void {
    const { consequent, alternate } = node as Partial<Record<string, SyntaxNode | null>>;
    const implicit = !alternate && this.elses.has(node);
    this.optionally(
      () => this.body(consequent!, implicit),
      () => {
        if (alternate) {
          this.body(alternate);
        } else if (implicit) {
          this.elses.set(node, this.size);
          this.insert(node.end, `else ${this.options.codeOf(this.size++)};`);
        }
      },
    );
  }

  private switch(node: SyntaxNode): void {
    this.expression(node.discriminant as SyntaxNode);
    (node.cases as Array<SyntaxNode & { test: SyntaxNode | null; consequent: SyntaxNode[] }>).forEach(({ start, end, test, consequent }, index) => {
      if (index > 0) {
        this.current = undefined;
      }
      if (test) {
        this.expression(test);
      }
      this.current = undefined;
      this.come([start], (code) => this.insert(consequent[0]?.start ?? end, `${code};`));
      this.list(consequent);
    });
    this.hazard();
  }

  private loop(node: SyntaxNode): void {
    const { init, left, right, test, update, body } = node as Partial<Record<string, SyntaxNode | null>>;
    const anew = (part: () => void) => {
      this.current = undefined;
      part();
    };
    if (init) {
      if (init.type === 'VariableDeclaration') {
        this.declaration(init);
      } else {
        this.expression(init);
      }
    }
    if (right) {
      this.expression(right);
    }
    if (left) {
      anew(() => (left.type === 'VariableDeclaration' ? (left.declarations as SyntaxNode[]).forEach(({ id }) => this.pattern(id as SyntaxNode)) : this.pattern(left)));
    }
    const parts = [test, update].filter(isNode).map((part) => () => anew(() => this.expression(part)));
    const run = () => anew(() => this.body(body!));
    (node.type === 'DoWhileStatement' ? [run, ...parts] : [...parts, run]).forEach((part) => part());
    this.hazard();
  }

  private try(node: SyntaxNode): void {
    const { block, handler, finalizer } = node as Partial<Record<string, SyntaxNode | null>>;
    const { current, hazards } = this;
    this.block(block!);
    if (handler) {
      this.current = undefined;
      if (isNode(handler.param)) {
        this.pattern(handler.param);
      }
      this.current = undefined;
      this.block(handler.body as SyntaxNode);
    }
    if (finalizer) {
      this.current = undefined;
      this.block(finalizer);
    }
    this.current = this.hazards === hazards ? current : undefined;
  }

  // Functions and classes

  private function(node: SyntaxNode): void {
    this.apart(() => {
      (node.params as SyntaxNode[]).forEach((param) => this.pattern(param));
      this.current = undefined;
      const body = node.body as SyntaxNode;
      if (body.type !== 'BlockStatement') {
        this.expression(body);
        return;
      }
      const statements = body.body as SyntaxNode[];
      const directive = statements.filter((statement) => typeof statement.directive === 'string').at(-1);
      this.come([body.start, ...(directive ? statements : []).filter((one) => typeof one.directive === 'string').map(({ start }) => start)], (code) =>
        (directive ? this.insert(directive.end, `;${code};`) : this.insert(body.start + 1, `${code};`)));
      this.list(statements);
    });
  }

  private class(node: SyntaxNode): void {
    if (isNode(node.superClass)) {
      this.expression(node.superClass);
      this.hazard();
    }
    for (const member of (node.body as SyntaxNode).body as SyntaxNode[]) {
      const { key, value } = member as Partial<Record<string, SyntaxNode | null>>;
      if (member.computed && key) {
        this.expression(key);
        this.hazard();
      }
      if (member.type === 'StaticBlock') {
        this.current = undefined;
        const statements = member.body as unknown as SyntaxNode[];
        this.come([member.start], (code) => this.insert(statements[0]?.start ?? member.end - 1, `${code};`));
        this.list(statements);
        this.hazard();
      } else if (member.type === 'MethodDefinition') {
        this.function(value!);
      } else if (value) {
        const countBefore = (code: string) => this.insert(member.start, this.memberCounting(member, code));
        const initialize = () => this.expression(value, { name: { value: member.computed ? undefined : keyName(key!), countBefore } });
        if (member.static) {
          this.current = undefined;
          initialize();
          this.hazard();
        } else {
          this.apart(initialize);
        }
      }
    }
  }

  /** A member that is run before another one and cannot be seen. */
  private memberCounting({ static: isStatic }: SyntaxNode, code: string): string {
    return isStatic ? `static{${code}}` : `#${this.options.unusedName}${this.privateNames++}=(${code});`;
  }

  // Patterns and expressions

  /** What values are assigned to: variables, properties, or parts of them, with defaults. */
  private pattern(node: SyntaxNode): void {
    switch (node.type) {
      case 'ObjectPattern':
        for (const property of node.properties as SyntaxNode[]) {
          if (property.computed) {
            this.expression(property.key as SyntaxNode);
          }
          this.pattern((property.type === 'RestElement' ? property : property.value) as SyntaxNode);
        }
        this.hazard();
        break;
      case 'ArrayPattern':
        (node.elements as Array<SyntaxNode | null>).filter(isNode).forEach((element) => this.pattern(element));
        this.hazard();
        break;
      case 'RestElement':
        this.pattern(node.argument as SyntaxNode);
        break;
      case 'AssignmentPattern': {
        const { left, right } = node as unknown as { left: SyntaxNode; right: SyntaxNode };
        this.pattern(left);
        this.optionally(() => this.expression(right, assignedTo(left)));
        break;
      }
      case 'Identifier':
        if (!this.options.isDeclared(node.name as string)) {
          this.hazard();
        }
        break;
      default:
        this.expression(node, { isReference: true });
    }
  }

  /** @param before offsets that are come to right before it */
  private expression(node: SyntaxNode, position: Position = {}, before: readonly number[] = []): void {
    let end = '';
    const open = (code: string) => {
      if (node.type === 'SequenceExpression') {
        this.insert(node.start, `(${code}),`); // there may be a keyword before it, without a space
      } else if (!isAnonymousFunction(node) || !position.name) {
        this.insert(node.start, `(${code},`);
        end = ')';
      } else if (position.name.value === undefined) {
        position.name.countBefore?.(code);
      } else {
        const key = JSON.stringify(position.name.value);
        this.insert(node.start, `(${code},{[${key}]:`);
        end = `}[${key}])`;
      }
    };
    const { isReference = false, name } = position;
    const losesName = isAnonymousFunction(node) && name !== undefined && name.value === undefined && !name.countBefore;
    if (!isKept(node, isReference) && !losesName) {
      this.come([...before, node.start], open);
    }
    const { truthy, falsy } = this.outcomes.get(node) ?? {};
    if (truthy !== undefined || falsy !== undefined) {
      // a line that began with a parenthesis would go on with a statement without semicolon before it
      this.insert(node.start, node.start === this.statementStart ? '0,((' : '((');
      this.parts(node, position);
      this.insert(node.end, `)${this.outcomeCounting(node, truthy !== undefined, falsy !== undefined)})`);
    } else {
      this.parts(node, position);
    }
    if (end !== '') {
      this.insert(node.end, end);
    }
  }

  private outcomeCounting(node: SyntaxNode, countsTruthy: boolean, countsFalsy: boolean): string {
    const truthy = countsTruthy ? this.size++ : undefined;
    const falsy = countsFalsy ? this.size++ : undefined;
    this.outcomes.set(node, { ...(truthy !== undefined && { truthy }), ...(falsy !== undefined && { falsy }) });
    const [held, failed] = [truthy, falsy].map((counter) => (counter === undefined ? '' : this.options.codeOf(counter)));
    return truthy === undefined ? `||(${failed},!1)` : falsy === undefined ? `&&(${held},!0)` : `?(${held},!0):(${failed},!1)`;
  }

  private parts(node: SyntaxNode, position: Position): void {
    const { argument, left, right, test, consequent, alternate, object } = node as Partial<Record<string, SyntaxNode>>;
    const { property, callee, tag, quasi, source } = node as Partial<Record<string, SyntaxNode>>;
    switch (node.type) {
      case 'Identifier':
        if (!position.isReference && !this.options.isDeclared(node.name as string)) {
          this.hazard();
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
        this.hazard();
        break;
      case 'ArrayExpression':
        this.all(node.elements);
        break;
      case 'SpreadElement':
        this.expression(argument!);
        this.hazard();
        break;
      case 'ObjectExpression':
        (node.properties as SyntaxNode[]).forEach((one) => this.property(one));
        break;
      case 'UnaryExpression':
        this.expression(argument!, { isReference: /^(?:delete|typeof)$/.test(node.operator as string) && argument!.type !== 'CallExpression' });
        if (node.operator === 'delete') {
          this.hazard();
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
          this.hazard();
        }
        break;
      case 'LogicalExpression':
        this.expression(left!);
        this.optionally(() => this.expression(right!));
        break;
      case 'ConditionalExpression':
        this.expression(test!);
        this.optionally(() => this.expression(consequent!), () => this.expression(alternate!));
        break;
      case 'AssignmentExpression': {
        this.pattern(left!);
        const assign = () => this.expression(right!, assignedTo(left!));
        if (/^(?:&&|\|\||\?\?)=$/.test(node.operator as string)) {
          this.optionally(assign);
        } else {
          assign();
        }
        if (left!.type === 'MemberExpression') {
          this.hazard();
        }
        break;
      }
      case 'SequenceExpression':
        (node.expressions as SyntaxNode[]).forEach((part) => {
          this.come([part.start], (code) => this.insert(part.start, `${code},`));
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
        this.hazard();
        break;
      case 'CallExpression':
        this.expression(callee!, { isReference: true });
        this.all(node.arguments);
        this.hazard();
        break;
      case 'NewExpression':
        this.expression(callee!);
        this.all(node.arguments);
        this.hazard();
        break;
      case 'ImportExpression':
        this.expression(source!);
        if (isNode(node.options)) {
          this.expression(node.options);
        }
        this.hazard();
        break;
      case 'AwaitExpression':
      case 'YieldExpression':
        if (argument) {
          this.expression(argument);
        }
        this.hazard();
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
      this.current = undefined;
      this.hazards++;
    }
    if (node.type === 'CallExpression') {
      this.all(node.arguments);
    } else if (node.computed) {
      this.expression(node.property as SyntaxNode);
    }
    this.hazard();
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
}

/** The offsets where a statement begins: those of labels before it, and of what it exports or declares first. */
function startsOf(node: SyntaxNode): number[] {
  switch (node.type) {
    case 'LabeledStatement': return [node.start, ...startsOf(node.body as SyntaxNode)];
    case 'ExportNamedDeclaration':
    case 'ExportDefaultDeclaration': return [node.start, ...(isNode(node.declaration) && !isFunction(node.declaration) ? startsOf(node.declaration) : [])];
    case 'VariableDeclaration': {
      const [first] = node.declarations as Array<SyntaxNode & { init: SyntaxNode | null }>;
      return [node.start, first!.start, ...(first!.init ? [first!.init.start] : [])];
    }
    case 'ExpressionStatement': return [node.start, (node.expression as SyntaxNode).start];
    default: return [node.start];
  }
}

function isAnonymousFunction({ type, id }: SyntaxNode): boolean {
  return type === 'ArrowFunctionExpression' || ((type === 'FunctionExpression' || type === 'ClassExpression') && !id);
}

/** A function gets its name by being assigned to a variable, not to a property or by a pattern. */
function assignedTo(target: SyntaxNode): Position {
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

function found(counter: number | undefined): number | undefined {
  return counter === undefined || counter < 0 ? undefined : counter;
}
