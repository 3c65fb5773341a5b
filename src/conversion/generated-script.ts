import { LineOffsets } from './line-offsets';
import { parseScript, type TextRange } from './parse-script';
import { SyntaxTree, type SyntaxNode } from './syntax';

/** What of a script somebody asks for. */
export interface WantedCode {
  /** Whether anything is, from an offset to another one. */
  readonly isWanted: (start: number, end: number) => boolean;
  /** Where functions are, as far as that is known. */
  readonly functions: readonly TextRange[];
}

/** A script as it ran: its text and, when it has been parsed, its syntax tree. */
export class GeneratedScript {
  public readonly lines: LineOffsets;
  private program: SyntaxNode | undefined;
  private known: SyntaxTree | undefined;
  private names: ReadonlySet<string> = new Set();

  public constructor(public readonly text: string) {
    this.lines = new LineOffsets(text);
  }

  /**
   * @param wanted leaves out the outermost statements that nobody asks for, and what other such functions do
   * @throws SyntaxError if it is neither an ES module nor a CommonJS module
   */
  public parse({ isWanted, functions }: WantedCode = { isWanted: () => true, functions: [] }): void {
    const program = parseScript(this.text, functions.filter(({ start, end }) => !isWanted(start, end)));
    const statements = program.body as SyntaxNode[];
    this.names = new Set(statements.flatMap(declaredNames));
    this.program = { ...program, body: statements.filter(({ start, end }) => isWanted(start, end)) };
    this.known = undefined;
  }

  public get tree(): SyntaxTree {
    if (!this.program) {
      throw new Error('the script has not been parsed');
    }
    return (this.known ??= new SyntaxTree(this.program));
  }

  /** What the outermost statements declare, those that are left out included; parts of patterns are not among it. */
  public get topLevelNames(): ReadonlySet<string> {
    return this.names;
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
