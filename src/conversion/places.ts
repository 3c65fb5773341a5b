import { ConditionalTwins, testOf, type ConditionalTwin } from './conditional-twins';
import type { GeneratedScript } from './generated-script';
import type { MappedPositions } from './mapped-positions';
import type { OriginalSource } from './original-source';
import { children, isFunction, isHolder, isJump, isLoop, isNode, statementList, type SyntaxNode } from './syntax';

/** Original syntax that leaves nothing in a script, or leaves it in another place than its own. */
const NOT_IN_PLACE = /^(?:TS(?:InterfaceDeclaration|TypeAliasDeclaration|DeclareFunction)|ImportDeclaration|ExportAllDeclaration|FunctionDeclaration|EmptyStatement)$/;
/** What a statement evaluates first, by its type; a minifier puts the statements before it there: `return first(), second`. */
const FIRST_EXPRESSION: Readonly<Record<string, string>> = {
  IfStatement: 'test', SwitchStatement: 'discriminant', ReturnStatement: 'argument', ThrowStatement: 'argument',
};
const NO_PLACES: readonly number[] = [];

/**
 * Where in a script the nodes of an original file begin to run.
 *
 * The source map tells most of it. It has no mapping for some statements (esbuild: jumps, some heads of `if`), and none for
 * what the bundler dropped; those are placed by their neighbours: after the statement before, or at the entry of the arm,
 * the loop or the function around them, whose twin in the script's own syntax tree is found by a part that is mapped.
 */
export class Places {
  private readonly found = new Map<SyntaxNode, readonly number[]>();
  private readonly twins = new Map<SyntaxNode, ConditionalTwin | undefined>();
  private readonly conditionals: ConditionalTwins;

  public constructor(
    private readonly original: OriginalSource,
    private readonly source: number,
    private readonly positions: MappedPositions,
    private readonly script: GeneratedScript,
  ) {
    this.conditionals = new ConditionalTwins(original, source, positions, script);
  }

  /** The offsets in the script at which a node begins; several where the bundler repeated it, none where it is not in the script. */
  public of(node: SyntaxNode): readonly number[] {
    let places = this.found.get(node);
    if (!places) {
      places = this.direct(node);
      if (places.length === 0) {
        const neighbour = this.byNeighbours(node);
        places = neighbour === undefined ? NO_PLACES : [neighbour];
      }
      this.found.set(node, places);
    }
    return places;
  }

  /** What became of an `if` or a conditional expression, where the script still has it. */
  public twinOf(conditional: SyntaxNode): ConditionalTwin | undefined {
    let twin = this.twins.get(conditional);
    if (!twin) {
      twin = this.direct(testOf(conditional)).map((offset) => this.conditionals.testedAt(offset, conditional)).find(Boolean);
      this.twins.set(conditional, twin);
    }
    return twin;
  }

  /** Where an arm of a conditional without a twin begins. */
  public ofArm(arm: SyntaxNode): readonly number[] {
    return this.direct(arm);
  }

  /** Where the value of a default begins, of a parameter or a part of a pattern. */
  public ofDefault(pattern: SyntaxNode, value: SyntaxNode): readonly number[] {
    const twins = this.direct(pattern).flatMap((offset) => this.script.tree.startingAt(offset).filter(({ type }) => type === 'AssignmentPattern').slice(-1));
    return twins.length > 0 ? twins.map(({ right }) => (right as SyntaxNode).start) : this.direct(value);
  }

  /** Where the body of a function begins. */
  public ofBody(node: SyntaxNode): readonly number[] {
    const twin = this.functionTwin(node);
    const body = twin?.body as SyntaxNode | undefined;
    if (!body) {
      const call = this.original.tree.parent(node);
      // a bundler that knows the value of such a call puts that in its place
      return call?.type === 'CallExpression' && call.callee === node ? this.of(call) : NO_PLACES;
    }
    return [body.type === 'BlockStatement' ? body.start + 1 : body.start];
  }

  /** Where a case of a `switch` begins. */
  public ofCase(node: SyntaxNode): readonly number[] {
    const statement = this.original.tree.parent(node)!;
    const cases = statement.cases as SyntaxNode[];
    const twin = this.ancestorTwin(statement.discriminant as SyntaxNode, (parent, child) => parent.type === 'SwitchStatement' && parent.discriminant === child);
    const twinCases = twin?.cases as SyntaxNode[] | undefined;
    if (twinCases?.length === cases.length) {
      return [twinCases[cases.indexOf(node)]!.start];
    }
    const tests = isNode(node.test) ? this.direct(node.test) : NO_PLACES;
    const twinCase = twinCases?.find(({ test }) => (isNode(test) ? tests.includes(test.start) : node.test === null));
    if (twinCase) {
      return [twinCase.start];
    }
    const [first] = node.consequent as SyntaxNode[];
    const places = first ? this.direct(first) : NO_PLACES;
    return places.length === 0 ? tests : places;
  }

  /** Mapped, or its first part that runs in any case is. */
  private direct(node: SyntaxNode): readonly number[] {
    const mapped = this.positions.generated(this.source, node.start);
    if (mapped.length > 0) {
      return mapped.map((offset) => this.asItBegins(node, offset));
    }
    for (const part of unconditionalParts(node)) {
      const places = this.direct(part);
      if (places.length > 0) {
        return places;
      }
    }
    return NO_PLACES;
  }

  /** Where a node begins to run that is mapped to an offset. */
  private asItBegins(node: SyntaxNode, offset: number): number {
    if (node.type === 'ConditionalExpression') {
      return this.isInOptionalChain(node) ? offset : this.outsideOptionalChain(offset);
    }
    const own = firstExpression(node);
    const statement = own && this.script.tree.startingAt(offset).find(firstExpression);
    const first = statement && firstExpression(statement);
    if (!own || !first) {
      return offset;
    }
    const [place] = this.direct(own);
    if (statement!.type !== node.type && place !== undefined && place > offset && place < statement!.end) {
      return place; // a minifier made another statement of it and of others: it begins with what it tests
    }
    if (first.type !== 'SequenceExpression' || own.type === 'SequenceExpression') {
      return offset;
    }
    const expressions = first.expressions as SyntaxNode[];
    const part = expressions.find(({ start, end }) => place !== undefined && start <= place && place < end) ?? expressions.at(-1)!;
    return part.start;
  }

  private isInOptionalChain(node: SyntaxNode): boolean {
    const parent = this.original.tree.parent(node);
    return parent !== undefined && !isFunction(parent) && (/^Optional/.test(parent.type) || this.isInOptionalChain(parent));
  }

  /** A minifier makes `f?.(a ? b : c)` of `a ? f?.(b) : f?.(c)`. */
  private outsideOptionalChain(offset: number): number {
    let outermost: SyntaxNode | undefined;
    for (let node: SyntaxNode | undefined = this.script.tree.startingAt(offset)[0]; node && !isFunction(node); node = this.script.tree.parent(node)) {
      outermost = node.type === 'ChainExpression' ? node : outermost;
    }
    return outermost?.start ?? offset;
  }

  private byNeighbours(node: SyntaxNode): number | undefined {
    const place = statementList(this.original.tree, node);
    if (place) {
      const previous = this.previousPlaced(place.list, place.index);
      return previous === undefined ? this.entry(place.owner) ?? this.beforeNext(place.list, place.index) : this.after(previous);
    }
    return this.insideParent(node);
  }

  private previousPlaced(list: readonly SyntaxNode[], index: number): number | undefined {
    for (let before = index - 1; before >= 0; before--) {
      const previous = list[before]!;
      const [place] = isInPlace(previous) ? this.of(previous) : NO_PLACES;
      if (place !== undefined) {
        return place;
      }
    }
    return undefined;
  }

  /** What follows the statement at a place; nothing where that is the end of a block, which has no count of its own. */
  private after(place: number): number | undefined {
    const statement = this.generatedStatement(place);
    if (!statement || isJump(statement)) {
      return place;
    }
    const end = this.behindFunctions(statement.end);
    return this.script.text[this.script.nextToken(end)] === '}' ? undefined : end;
  }

  /** The first place that is not of a function declaration, which has the count of its calls. */
  private behindFunctions(offset: number): number {
    const declaration = this.script.tree.startingAt(offset).find(({ type }) => type === 'FunctionDeclaration');
    return declaration ? this.behindFunctions(declaration.end) : offset;
  }

  private beforeNext(list: readonly SyntaxNode[], index: number): number | undefined {
    const next = list.slice(index + 1).find((node) => isInPlace(node) && this.direct(node).length > 0);
    return next && this.direct(next)[0];
  }

  /** Where a node begins that is the whole of what its parent holds, such as an arm without braces. */
  private insideParent(node: SyntaxNode): number | undefined {
    const parent = this.original.tree.parent(node);
    if (parent && isHolder(parent)) {
      return this.of(parent)[0];
    }
    return parent && this.entryOf(parent, node);
  }

  /** Where the list of statements of a block, a file or a case begins. */
  private entry(owner: SyntaxNode): number | undefined {
    if (owner.type === 'SwitchCase') {
      return this.ofCase(owner)[0];
    }
    const parent = this.original.tree.parent(owner);
    return owner.type === 'BlockStatement' && parent ? this.entryOf(parent, owner) ?? this.insideTry(parent, owner) : undefined;
  }

  private entryOf(parent: SyntaxNode, part: SyntaxNode): number | undefined {
    if (isFunction(parent) && parent.body === part) {
      return this.ofBody(parent)[0];
    }
    if (parent.type === 'IfStatement' || parent.type === 'ConditionalExpression') {
      const name = parent.consequent === part ? 'consequent' : 'alternate';
      return parent[name] === part ? this.twinOf(parent)?.[name]?.start : undefined;
    }
    if (isLoop(parent) && parent.body === part) {
      return this.loopTwin(parent)?.start;
    }
    return undefined;
  }

  private insideTry(parent: SyntaxNode, block: SyntaxNode): number | undefined {
    if (parent.type === 'TryStatement' && parent.block === block) {
      return this.of(parent)[0];
    }
    const statement = parent.type === 'CatchClause' ? this.original.tree.parent(parent) : parent;
    if (statement?.type !== 'TryStatement') {
      return undefined;
    }
    const inTry = (statement.block as SyntaxNode).body as SyntaxNode[];
    const twin = inTry.map((node) => this.ancestorTwin(node, (ancestor, child) => ancestor.type === 'TryStatement' && ancestor.block === child)).find(Boolean);
    const part = parent.type === 'CatchClause' ? (twin?.handler as SyntaxNode | null | undefined)?.body : twin?.finalizer;
    return isNode(part) ? part.start : undefined;
  }

  /** The body of the loop in the script whose head holds a mapped part of this loop's head. */
  private loopTwin(loop: SyntaxNode): SyntaxNode | undefined {
    const heads = [loop.test, loop.right, loop.init, loop.left, loop.update].filter(isNode);
    const isHead = (parent: SyntaxNode, child: SyntaxNode) => isLoop(parent) && parent.body !== child;
    const twin = heads.map((head) => this.ancestorTwin(head, isHead)).find(Boolean);
    return twin?.body as SyntaxNode | undefined;
  }

  private functionTwin(node: SyntaxNode): SyntaxNode | undefined {
    const [first] = (node.params as SyntaxNode[] | undefined) ?? [];
    const body = node.body as SyntaxNode;
    const statements = Array.isArray(body.body) ? (body.body as SyntaxNode[]) : [];
    for (const anchor of [node, node.id, node.key, first, body, ...statements.slice(0, 1)].filter(isNode)) {
      for (const offset of this.positions.generated(this.source, anchor.start)) {
        for (const candidate of this.script.tree.startingAt(offset)) {
          const twin = functionAt(candidate, this.script.tree.parent(candidate), (child) => this.script.tree.parent(child));
          if (twin) {
            return twin;
          }
        }
      }
    }
    return undefined;
  }

  /** The nearest node of the script around the place of a node that the test accepts, with the child on the way to it. */
  private ancestorTwin(node: SyntaxNode, accepts: (parent: SyntaxNode, child: SyntaxNode) => boolean): SyntaxNode | undefined {
    for (const offset of this.direct(node)) {
      const [outermost] = this.script.tree.startingAt(offset);
      let child = outermost;
      for (let parent = child && this.script.tree.parent(child); child && parent && !isFunction(parent); parent = this.script.tree.parent(child)) {
        if (accepts(parent, child)) {
          return parent;
        }
        child = parent;
      }
    }
    return undefined;
  }

  /** The statement of the script that stands in a list and holds the node that begins at an offset. */
  private generatedStatement(offset: number): SyntaxNode | undefined {
    let node: SyntaxNode | undefined = this.script.tree.startingAt(offset)[0];
    while (node && !statementList(this.script.tree, node)) {
      node = this.script.tree.parent(node);
    }
    return node;
  }
}

function firstExpression(statement: SyntaxNode): SyntaxNode | undefined {
  const name = FIRST_EXPRESSION[statement.type];
  return name !== undefined && isNode(statement[name]) ? statement[name] : undefined;
}

/** The parts of a node that run whenever it runs, in the order in which they do. */
export function unconditionalParts(node: SyntaxNode): SyntaxNode[] {
  const parts = (...values: unknown[]) => values.flat().filter(isNode);
  if (isFunction(node) || node.type.startsWith('Class')) {
    return [];
  }
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
    case 'WhileStatement': return parts(node.test);
    case 'LogicalExpression': return parts(node.left);
    case 'SwitchStatement': return parts(node.discriminant);
    case 'ForStatement': return parts(node.init, node.test);
    case 'ForOfStatement':
    case 'ForInStatement': return parts(node.right);
    case 'DoWhileStatement': return parts(node.body);
    case 'TryStatement': return parts((node.block as SyntaxNode).body);
    case 'VariableDeclarator': return parts(node.init);
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSTypeAssertion':
    case 'TSNonNullExpression': return parts(node.expression);
    default: return children(node).filter(({ type }) => !/^TS(?!(As|Satisfies|NonNull)Expression|TypeAssertion)/.test(type) && type !== 'AssignmentPattern');
  }
}

/** The function that a node of the script begins: the node itself, or the function whose name, first parameter or body it is. */
function functionAt(
  node: SyntaxNode, parent: SyntaxNode | undefined, parentOf: (node: SyntaxNode) => SyntaxNode | undefined,
): SyntaxNode | undefined {
  if (isFunction(node)) {
    return node;
  }
  if (isNode(node.value) && isFunction(node.value) && /^(MethodDefinition|Property|PropertyDefinition)$/.test(node.type)) {
    return node.value;
  }
  if (!parent) {
    return undefined;
  }
  if (isFunction(parent) && (parent.id === node || parent.body === node || (parent.params as SyntaxNode[])[0] === node)) {
    return parent;
  }
  if (parent.key === node && isNode(parent.value) && isFunction(parent.value)) {
    return parent.value;
  }
  const around = parent.type === 'BlockStatement' && (parent.body as SyntaxNode[])[0] === node ? parentOf(parent) : undefined;
  return around && isFunction(around) ? around : undefined;
}

/** Whether a statement leaves something in a script, where it stands. */
export function isInPlace({ type }: SyntaxNode): boolean {
  return !NOT_IN_PLACE.test(type);
}
