import { Parser, type Options } from 'acorn';
import type { SyntaxNode } from './syntax';
import type { TextRange } from './text-range';

const OPTIONS: Options = { ecmaVersion: 'latest', allowHashBang: true, allowReturnOutsideFunction: true };

/**
 * The syntax tree of a script.
 *
 * @param unwanted functions whose bodies are left empty in it: most of a bundle is vendored
 * @throws SyntaxError if it is neither an ES module nor a CommonJS module
 */
export function parseScript(text: string, unwanted: readonly TextRange[] = []): SyntaxNode {
  const ends = endsOfBodies(text, unwanted);
  try {
    return parseAs('module', text, ends);
  } catch (asModule) {
    try {
      return parseAs('script', text, ends);
    } catch {
      if (ends.size > 0) {
        return parseScript(text);
      }
      throw asModule;
    }
  }
}

function parseAs(sourceType: 'module' | 'script', text: string, ends: ReadonlyMap<number, number>): SyntaxNode {
  const parser = ends.size === 0 ? new OpenParser({ ...OPTIONS, sourceType }, text) : new SkippingParser({ ...OPTIONS, sourceType }, text, ends);
  return parser.parse() as unknown as SyntaxNode;
}

/**
 * What V8 takes for the begin of a function, up to the brace of its body: `async function* name(`, `name(` of a method, `(` of an arrow
 * function. Without parentheses, brackets or operators in it, the first brace is that of the body and of no other function. Its parts have
 * limits, since whoever may upload coverage can say that any number of functions begin at one place.
 */
const HEAD = /[^(){}[\]=;:?<>`]{0,400}\([\w$\s,]{0,400}\)\s{0,40}(?:=>\s{0,40})?\{/y;

/** Where bodies end, by where they begin; of functions whose head is a simple one. */
function endsOfBodies(text: string, functions: readonly TextRange[]): Map<number, number> {
  const ends = new Map<number, number>();
  for (const { start, end } of functions) {
    HEAD.lastIndex = start;
    if (text[end - 1] === '}' && HEAD.test(text) && HEAD.lastIndex < end) {
      ends.set(HEAD.lastIndex - 1, end);
    }
  }
  return ends;
}

/** What acorn's parser has for its plugins: https://github.com/acornjs/acorn/blob/master/acorn/README.md#plugin-developments */
interface ParserInternals {
  readonly start: number;
  pos: number;
  next(): void;
  startNode(): SyntaxNode;
  finishNode(node: SyntaxNode, type: string): SyntaxNode;
  parseBlock(...rest: unknown[]): SyntaxNode;
}

const OpenParser = Parser as unknown as new (options: Options, text: string) => ParserInternals & { parse(): unknown };

class SkippingParser extends OpenParser {
  public constructor(options: Options, text: string, private readonly ends: ReadonlyMap<number, number>) {
    super(options, text);
  }

  public override parseBlock(...rest: unknown[]): SyntaxNode {
    const end = this.ends.get(this.start);
    if (end === undefined) {
      return super.parseBlock(...rest);
    }
    const node = this.startNode();
    this.pos = end - 1;
    this.next();
    this.next();
    return this.finishNode(Object.assign(node, { body: [] }), 'BlockStatement');
  }
}
