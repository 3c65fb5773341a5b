import { parse, type Options } from 'acorn';
import { LineOffsets } from './line-offsets';
import { SyntaxTree, type SyntaxNode } from './syntax';

/** A script as it ran: its text and its syntax tree. */
export class GeneratedScript {
  public readonly lines: LineOffsets;
  private program: SyntaxNode;
  private known: SyntaxTree | undefined;
  private names: ReadonlySet<string> | undefined;

  /** @throws SyntaxError if it is neither an ES module nor a CommonJS module */
  public constructor(public readonly text: string) {
    this.lines = new LineOffsets(text);
    this.program = parseScript(text);
  }

  public get tree(): SyntaxTree {
    this.known ??= new SyntaxTree(this.program);
    return this.known;
  }

  /** What the outermost statements declare, those that are left out included; parts of patterns are not among it. */
  public get topLevelNames(): ReadonlySet<string> {
    return (this.names ??= new Set((this.program.body as SyntaxNode[]).flatMap(declaredNames)));
  }

  /**
   * Leaves out the outermost statements that nobody asks for, before the tree is used: most of a bundle is vendored.
   *
   * @param isWanted whether anything is, from an offset to another one
   */
  public limit(isWanted: (start: number, end: number) => boolean): void {
    this.names = this.topLevelNames;
    const body = (this.program.body as SyntaxNode[]).filter(({ start, end }) => isWanted(start, end));
    this.program = { ...this.program, body };
  }

  /** Where the token begins that an offset is at, or in the white space or the comments before. */
  public nextToken(offset: number): number {
    return this.lines.nextToken(offset);
  }
}

function declaredNames(node: SyntaxNode): string[] {
  const { declaration, id } = node as Partial<Record<string, SyntaxNode>>;
  const { declarations = [], specifiers = [] } = node as Partial<Record<string, SyntaxNode[]>>;
  if (declaration) {
    return declaredNames(declaration);
  }
  const names = [id, ...declarations.map((one) => one.id), ...node.type === 'ExportNamedDeclaration' ? [] : specifiers.map(({ local }) => local)];
  return (names as Array<SyntaxNode | undefined>).flatMap((name) => (typeof name?.name === 'string' ? [name.name] : []));
}

function parseScript(text: string): SyntaxNode {
  const options: Options = { ecmaVersion: 'latest', allowHashBang: true, allowReturnOutsideFunction: true };
  try {
    return parse(text, { ...options, sourceType: 'module' }) as unknown as SyntaxNode;
  } catch (asModule) {
    try {
      return parse(text, { ...options, sourceType: 'script' }) as unknown as SyntaxNode;
    } catch {
      throw asModule;
    }
  }
}
