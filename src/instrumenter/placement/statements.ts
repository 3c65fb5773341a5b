import type { CounterFlow } from './counter-flow';
import { assignedTo, Expressions, type ExpressionOptions } from './expressions';
import { isFunction, isNode, type SyntaxNode } from '../../conversion/syntax';

/** Goes through statements in the order of the source, and puts counters between them. */
export class Statements {
  private readonly expressions: Expressions;

  public constructor(private readonly flow: CounterFlow, options: ExpressionOptions) {
    this.expressions = new Expressions(flow, (statements) => this.list(statements), options);
  }

  public list(statements: readonly SyntaxNode[]): void {
    statements.forEach((statement) => {
      if (typeof statement.directive !== 'string') {
        this.flow.come(startsOf(statement), (code) => this.flow.insert(statement.start, `${code};`));
        this.statement(statement);
      }
    });
  }

  private block(node: SyntaxNode): void {
    this.flow.come([node.start], (code) => this.flow.insert(node.start + 1, `${code};`));
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
    this.flow.come(startsOf(node), (code) => this.flow.insert(node.start, `${code};`));
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
    this.flow.optionally(
      () => this.body(consequent!, implicit),
      () => {
        if (alternate) {
          this.body(alternate);
        } else if (implicit) {
          this.flow.insert(node.end, `else ${this.flow.elseCode(node)};`);
        }
      },
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
      this.flow.come([start], (code) => this.flow.insert(consequent[0]?.start ?? end, `${code};`));
      this.list(consequent);
    });
    this.flow.hazard();
  }

  private loop(node: SyntaxNode): void {
    const { init, left, right, test, update, body } = node as Partial<Record<string, SyntaxNode | null>>;
    const anew = (part: () => void) => {
      this.flow.turn();
      part();
    };
    if (init) {
      if (init.type === 'VariableDeclaration') {
        this.declaration(init);
      } else {
        this.expressions.expression(init);
      }
    }
    if (right) {
      this.expressions.expression(right);
    }
    if (left) {
      anew(() => (left.type === 'VariableDeclaration' ? (left.declarations as SyntaxNode[]).forEach(({ id }) => this.expressions.pattern(id as SyntaxNode)) : this.expressions.pattern(left)));
    }
    const parts = [test, update].filter(isNode).map((part) => () => anew(() => this.expressions.expression(part)));
    const run = () => anew(() => this.body(body!));
    (node.type === 'DoWhileStatement' ? [run, ...parts] : [...parts, run]).forEach((part) => part());
    this.flow.hazard();
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
