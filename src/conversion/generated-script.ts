import type { LineOffsets } from './line-offsets';
import { parseScript } from './parse-script';
import { SyntaxTree, type SyntaxNode } from './syntax';
import type { TextRange } from './text-range';

/** What of a script somebody asks for. */
export interface WantedCode {
  /** Whether anything is, from an offset to another one. */
  readonly isWanted: (start: number, end: number) => boolean;
  /** Where functions are, as far as that is known. */
  readonly functions: readonly TextRange[];
}

const ALL: WantedCode = { isWanted: () => true, functions: [] };

/** A script as it ran: its text and its syntax tree. */
export class GeneratedScript {
  /** What the outermost statements declare, those that are left out included; parts of patterns are not among it. */
  public readonly topLevelNames: ReadonlySet<string>;
  private readonly program: SyntaxNode;
  private known: SyntaxTree | undefined;

  /**
   * @param lines of the text
   * @param wanted leaves out the outermost statements that nobody asks for, and what other such functions do: most of a bundle is vendored
   * @throws SyntaxError if it is neither an ES module nor a CommonJS module
   */
  public constructor(public readonly text: string, public readonly lines: LineOffsets, wanted: WantedCode = ALL) {
    const { isWanted, functions } = wanted;
    const program = parseScript(text, functions.filter(({ start, end }) => !isWanted(start, end)));
    const statements = program.body as SyntaxNode[];
    this.topLevelNames = new Set(statements.flatMap(declaredNames));
    this.program = { ...program, body: statements.filter(({ start, end }) => isWanted(start, end)) };
  }

  public get tree(): SyntaxTree {
    return (this.known ??= new SyntaxTree(this.program));
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
