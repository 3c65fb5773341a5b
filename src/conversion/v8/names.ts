import { children, isFunction, isNode, type SyntaxNode, type SyntaxTree } from '../syntax';

/** What a name was bound to where it was declared: a function, what a variable began with, or something else. */
interface Binding {
  readonly fn?: SyntaxNode;
  readonly value?: SyntaxNode;
}

/** Which functions the names of a script stand for, as far as its text makes that certain. */
export class Names {
  private readonly scopes = new Map<SyntaxNode, ReadonlyMap<string, Binding>>();
  private assigned: ReadonlySet<string> | undefined;

  public constructor(private readonly tree: SyntaxTree) {}

  /** @returns nothing where a name may stand for something else than one function */
  public functionOf(identifier: SyntaxNode): SyntaxNode | undefined {
    const { fn, value } = this.bindingOf(identifier);
    return fn ?? asFunction(value) ?? asFunction(value && this.withoutName(value));
  }

  private bindingOf(identifier: SyntaxNode): Binding {
    const name = identifier.name as string;
    for (let scope = this.tree.parent(identifier); scope; scope = this.tree.parent(scope)) {
      const binding = SCOPES.has(scope.type) || isFunction(scope) ? this.bindingsOf(scope).get(name) : undefined;
      if (binding) {
        return binding;
      }
    }
    return {};
  }

  private bindingsOf(scope: SyntaxNode): ReadonlyMap<string, Binding> {
    let bindings = this.scopes.get(scope);
    if (!bindings) {
      this.scopes.set(scope, (bindings = isFunction(scope) ? bindingsOfFunction(scope) : this.bindingsIn(declarationsOf(scope))));
    }
    return bindings;
  }

  private bindingsIn(declarations: readonly SyntaxNode[]): Map<string, Binding> {
    const bindings = new Map<string, Binding>();
    for (const declaration of declarations) {
      if (declaration.type === 'VariableDeclaration') {
        for (const declarator of declaration.declarations as SyntaxNode[]) {
          boundNames(declarator.id as SyntaxNode).forEach((name) => bindings.set(name, this.ofVariable(declarator, declaration.kind === 'const')));
        }
      } else if (declaration.type === 'ImportDeclaration') {
        (declaration.specifiers as SyntaxNode[]).forEach(({ local }) => bindings.set((local as SyntaxNode).name as string, {}));
      } else if (isNode(declaration.id)) {
        bindings.set(declaration.id.name as string, isFunction(declaration) ? { fn: declaration } : {});
      } else if (declaration.type === 'CatchClause' && isNode(declaration.param)) {
        boundNames(declaration.param).forEach((name) => bindings.set(name, {}));
      }
    }
    return bindings;
  }

  private ofVariable({ id, init }: SyntaxNode, isConstant: boolean): Binding {
    const { type, name } = id as SyntaxNode & { readonly name?: string };
    const isCertain = type === 'Identifier' && (isConstant || !this.assignedNames().has(name!));
    return isCertain && isNode(init) ? { value: init } : {};
  }

  /** esbuild keeps names by `__name(function, 'name')`, which gives back the function. */
  private withoutName(value: SyntaxNode): SyntaxNode | undefined {
    const [callee, args] = [value.callee, value.arguments] as [SyntaxNode | undefined, SyntaxNode[] | undefined];
    if (value.type !== 'CallExpression' || callee?.type !== 'Identifier' || args?.length !== 2 || args[1]!.type !== 'Literal') {
      return undefined;
    }
    const { fn, value: helper } = this.bindingOf(callee);
    return isNameHelper(fn ?? asFunction(helper)) ? args[0] : undefined;
  }

  /** Names that something is assigned to, in whatever scope. */
  private assignedNames(): ReadonlySet<string> {
    this.assigned ??= new Set(this.tree.nodes.flatMap(({ type, left, argument }) =>
      (type === 'AssignmentExpression' || type === 'ForInStatement' || type === 'ForOfStatement' ? boundNames(left as SyntaxNode)
        : type === 'UpdateExpression' ? boundNames(argument as SyntaxNode) : [])));
    return this.assigned;
  }
}

function asFunction(value: SyntaxNode | undefined): SyntaxNode | undefined {
  return value && isFunction(value) ? value : undefined;
}

const SCOPES: ReadonlySet<string> = new Set([
  'Program', 'BlockStatement', 'StaticBlock', 'SwitchStatement', 'ForStatement', 'ForInStatement', 'ForOfStatement', 'CatchClause',
]);

/** What may bind names in a scope that is not a function. */
function declarationsOf(scope: SyntaxNode): SyntaxNode[] {
  switch (scope.type) {
    case 'SwitchStatement': return (scope.cases as SyntaxNode[]).flatMap(({ consequent }) => consequent as SyntaxNode[]);
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement': return [scope.init, scope.left].filter(isNode);
    case 'CatchClause': return [scope];
    default: return (scope.body as SyntaxNode[]).map((statement) => (isNode(statement.declaration) ? statement.declaration : statement));
  }
}

/** Its parameters, its `var` declarations wherever they stand in it, and its own name. */
function bindingsOfFunction(fn: SyntaxNode): Map<string, Binding> {
  const others = [...(fn.params as SyntaxNode[]).flatMap(boundNames), ...varsIn(fn.body as SyntaxNode)];
  const itself: Array<[string, Binding]> = fn.type === 'FunctionExpression' && isNode(fn.id) ? [[fn.id.name as string, { fn }]] : [];
  return new Map([...itself, ...others.map((name): [string, Binding] => [name, {}])]);
}

/** `(target, value) => defineProperty(target, 'name', { value, configurable: true })` */
function isNameHelper(fn: SyntaxNode | undefined): boolean {
  const { type, arguments: args } = (fn?.body ?? {}) as Partial<SyntaxNode> & { readonly arguments?: SyntaxNode[] };
  return type === 'CallExpression' && args?.length === 3 && args[1]!.value === 'name' && args[2]!.type === 'ObjectExpression';
}

function varsIn(node: SyntaxNode): string[] {
  const own = node.type === 'VariableDeclaration' && node.kind === 'var'
    ? (node.declarations as SyntaxNode[]).flatMap(({ id }) => boundNames(id as SyntaxNode)) : [];
  return [...own, ...children(node).filter((child) => !isFunction(child)).flatMap(varsIn)];
}

/** The names that a pattern binds or assigns to. */
function boundNames(pattern: SyntaxNode): string[] {
  switch (pattern.type) {
    case 'Identifier': return [pattern.name as string];
    case 'ObjectPattern': return (pattern.properties as SyntaxNode[]).flatMap((property) => boundNames((property.value ?? property) as SyntaxNode));
    case 'ArrayPattern': return (pattern.elements as Array<SyntaxNode | null>).flatMap((element) => (element ? boundNames(element) : []));
    case 'AssignmentPattern': return boundNames(pattern.left as SyntaxNode);
    case 'RestElement': return boundNames(pattern.argument as SyntaxNode);
    case 'VariableDeclaration': return (pattern.declarations as SyntaxNode[]).flatMap(({ id }) => boundNames(id as SyntaxNode));
    default: return [];
  }
}
