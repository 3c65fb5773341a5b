import type { CounterFlow } from './counter-flow';
import { assignedTo, Expressions, type ExpressionOptions } from './expressions';
import { isFunction, isNode, leaves, type SyntaxNode } from '../../conversion/syntax';

/** Goes through statements in the order of the source, and puts counters between them. */
export class Statements {
  private readonly expressions: Expressions;

  public constructor(private readonly flow: CounterFlow, options: ExpressionOptions) {
    this.expressions = new Expressions(flow, (statements) => this.list(statements), options);
  }

  public list(statements: readonly SyntaxNode[]): void {
    statements.forEach((statement) => {
      if (typeof statement.directive !== 'string') {
        this.flow.comeAt(startsOf(statement), statement.start, (code) => `${code};`);
        this.statement(statement);
      }
    });
  }

  private block(node: SyntaxNode): void {
    this.flow.comeAt([node.start], node.start + 1, (code) => `${code};`);
    this.list(node.body as SyntaxNode[]);
  }

  /** The statement that another one holds: an arm, the body of a loop. */
  private body(node: SyntaxNode, inBraces = false): void {
    if (node.type === 'BlockStatement') {
      this.block(node);
      return;
    }
    const braces = inBraces || this.flow.needsCounter(startsOf(node));
    if (braces) {
      this.flow.insert(node.start, '{');
    }
    this.flow.comeAt(startsOf(node), node.start, (code) => `${code};`);
    this.statement(node);
    if (braces) {
      this.flow.insert(node.end, '}');
    }
  }

  private statement(node: SyntaxNode): void {
    const { argument, test, body } = node as Partial<Record<string, SyntaxNode>>;
    switch (node.type) {
      case 'ExpressionStatement':
        this.expressions.statement(node);
        break;
      case 'VariableDeclaration':
        this.declaration(node);
        break;
      case 'FunctionDeclaration':
        this.expressions.function(node);
        break;
      case 'ClassDeclaration':
        this.expressions.class(node);
        break;
      case 'ExportNamedDeclaration':
      case 'ExportDefaultDeclaration':
        if (isNode(node.declaration)) {
          const { declaration } = node;
          if (/Declaration$/.test(declaration.type)) {
            this.statement(declaration);
          } else {
            this.expressions.expression(declaration, { name: { value: 'default' } });
          }
        }
        break;
      case 'ReturnStatement':
      case 'ThrowStatement':
        if (argument) {
          this.expressions.expression(argument);
        }
        this.flow.hazard();
        break;
      case 'BreakStatement':
      case 'ContinueStatement':
        this.flow.hazard();
        break;
      case 'BlockStatement':
        this.block(node);
        break;
      case 'LabeledStatement':
        this.statement(body!);
        this.flow.hazard();
        break;
      case 'IfStatement':
        this.expressions.expression(test!);
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
        this.expressions.expression(node.object as SyntaxNode);
        this.flow.hazard();
        break;
      default: // imports, exports of names, empty statements, debugger
    }
  }

  private declaration(node: SyntaxNode): void {
    for (const declarator of node.declarations as Array<SyntaxNode & { id: SyntaxNode; init: SyntaxNode | null }>) {
      const { start, id, init } = declarator;
      if (init) {
        const before = declarator === (node.declarations as SyntaxNode[])[0] ? [node.start, start] : [start];
        if (/Pattern$/.test(id.type)) {
          // V8 quotes the expression, should it have nothing to take apart
          this.flow.come([...before, init.start], (code) => this.flow.insert(start, `{}=${code},`));
        }
        this.expressions.expression(init, assignedTo(id), before);
      }
      this.expressions.pattern(id);
    }
    if (/using$/.test(node.kind as string)) {
      this.flow.hazard();
    }
  }

  private if(node: SyntaxNode): void {
    const { consequent, alternate } = node as Partial<Record<string, SyntaxNode | null>>;
    const implicit = !alternate && this.flow.countsElse(node);
    this.flow.either(
      () => this.body(consequent!, implicit),
      () => {
        if (alternate) {
          this.body(alternate);
        } else if (implicit) {
          this.flow.comeToElse(node, node.end);
        }
      },
      leaves(consequent) ? 0 : leaves(alternate) ? 1 : undefined,
    );
  }

  private switch(node: SyntaxNode): void {
    this.expressions.expression(node.discriminant as SyntaxNode);
    (node.cases as Array<SyntaxNode & { test: SyntaxNode | null; consequent: SyntaxNode[] }>).forEach(({ start, end, test, consequent }, index) => {
      if (index > 0) {
        this.flow.turn();
      }
      if (test) {
        this.expressions.expression(test);
      }
      this.flow.turn();
      this.flow.comeAt([start], consequent[0]?.start ?? end, (code) => `${code};`);
      this.list(consequent);
    });
    this.flow.hazard();
  }

  private loop(node: SyntaxNode): void {
    const { init, left, right, test, update, body } = node as Partial<Record<string, SyntaxNode | null>>;
    if (init) {
      if (init.type === 'VariableDeclaration') {
        this.declaration(init);
      } else {
        this.expressions.expression(init);
      }
    }
    if (right) {
      this.expressions.expression(right);
      this.flow.hazard();
    }
    const before = this.flow.mark();
    const tested = test && (() => this.expressions.expression(test));
    const assigned = left && (() => (left.type === 'VariableDeclaration' ? (left.declarations as SyntaxNode[]).forEach(({ id }) => this.expressions.pattern(id as SyntaxNode)) : this.expressions.pattern(left)));
    const run = () => this.body(body!);
    const updated = update && (() => this.expressions.expression(update));
    // in the order in which they run
    const parts = node.type === 'DoWhileStatement' ? [run, tested] : [tested, assigned, run, updated];
    parts.filter((part) => !!part).forEach((part, index) => {
      if (index === 0) {
        this.flow.repeat();
      } else {
        this.flow.turn();
      }
      part();
    });
    if (test && test.type !== 'Literal') {
      this.flow.join(before);
    } else {
      this.flow.hazard(); // it may go on for ever
    }
  }

  private try(node: SyntaxNode): void {
    const { block, handler, finalizer } = node as Partial<Record<string, SyntaxNode | null>>;
    const before = this.flow.mark();
    this.block(block!);
    if (handler) {
      this.flow.turn();
      if (isNode(handler.param)) {
        this.expressions.pattern(handler.param);
      }
      this.flow.turn();
      this.block(handler.body as SyntaxNode);
    }
    if (finalizer) {
      this.flow.turn();
      this.block(finalizer);
    }
    this.flow.join(before);
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
