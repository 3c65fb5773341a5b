import type { FileCoverageData, Range } from 'istanbul-lib-coverage';

/** What Babel has of a comment: its text without the signs around it. */
export interface SourceComment {
  readonly type: string;
  value: string;
  readonly start?: number | null;
  readonly loc?: { readonly start: { readonly line: number }; readonly end: { readonly line: number } } | null;
}

/** A hint for the next thing in the source, as Istanbul has it too: Vitest (ast-v8-to-istanbul 1) takes it by any of these names. */
const NEXT_THING = /^\s*(?:[cv]8|node:coverage)\s+ignore\s+(if|else|file)(?=\W|$)|^\s*v8\s+ignore\s+(next)(?!\s+\d)(?=\W|$)/;
/** A hint for so many lines: c8 (v8-to-istanbul 9), and with a number also Vitest before its version 4. */
const NEXT_LINES = /^\s*(?:c8\s+ignore\s+next(?=\W|$)|v8\s+ignore\s+next(?=\s+\d))(?:\s+(\d+))?/;
/** c8 and Vitest. */
const ALL_LINES = /^\s*[cv]8\s+ignore\s+(start|stop)(?=\W|$)/;
/** Node.js 20, 22 and 24: only with exactly these spaces, in a comment between slashes and stars. */
const NODE_LINES = /^ node:coverage (?:ignore next (?:(\d+) )?|(disable|enable) )$/;

/** As Istanbul's visitor has it. */
const WHOLE_FILE = /^\s*istanbul\s+ignore\s+file(?=\W|$)/;

/** Makes Istanbul's own hints of those of other tools that mean the same. */
export function asIstanbulHints(comments: readonly SourceComment[]): void {
  for (const comment of comments) {
    const found = NEXT_THING.exec(comment.value);
    if (found) {
      comment.value = ` istanbul ignore ${found[1] ?? found[2]} `;
    }
  }
}

/** Whether one of Istanbul's own hints leaves the whole file out. */
export function isWholeFileIgnored(comments: readonly SourceComment[]): boolean {
  return comments.some(({ value }) => WHOLE_FILE.test(value));
}

/** The lines, from 1 on, that comments leave out, as the tool does that each is for. */
export function ignoredLines(comments: readonly SourceComment[], text: string): ReadonlySet<number> {
  const lines = new Set<number>();
  const add = (first: number, end: number) => {
    for (let line = first; line < end; line++) {
      lines.add(line);
    }
  };
  let open: number | undefined;
  for (const comment of comments) {
    const { start, end } = comment.loc!;
    const all = ALL_LINES.exec(comment.value)?.[1];
    const next = NEXT_LINES.exec(comment.value);
    const node = comment.type === 'CommentBlock' ? NODE_LINES.exec(comment.value) : null;
    if (all === 'start') {
      open ??= start.line;
    } else if (node?.[2] === 'disable') {
      open ??= start.line + 1;
    } else if (open !== undefined && (all === 'stop' || node?.[2] === 'enable')) {
      add(open, end.line + 1);
      open = undefined;
    } else if (next) {
      // Behind code it is for the line that it is in.
      const own = /^\W*$/.test(text.slice(text.lastIndexOf('\n', comment.start!) + 1, comment.start!));
      add(start.line, own ? end.line + 1 + Number(next[1] ?? 1) : end.line + 1);
    } else if (node && !node[2]) {
      add(end.line + 1, end.line + 1 + Number(node[1] ?? 1));
    }
  }
  if (open !== undefined) {
    add(open, text.split(/\r\n|[\n\r\u2028\u2029]/).length + 1);
  }
  return lines;
}

/** Takes the counters off that begin in lines that are left out; those of branches arm by arm. */
export function withoutLines(shape: FileCoverageData, lines: ReadonlySet<number>): FileCoverageData {
  if (lines.size === 0) {
    return shape;
  }
  const isLeftOut = ({ start }: Range) => lines.has(start.line);
  const statements = Object.entries(shape.statementMap).filter(([, range]) => !isLeftOut(range)).map(([, range]) => range);
  const functions = Object.values(shape.fnMap).filter(({ decl }) => !isLeftOut(decl));
  const branches = Object.values(shape.branchMap)
    .filter(({ loc }) => !isLeftOut(loc))
    .map((branch) => ({ ...branch, locations: branch.locations.filter((location) => !isLeftOut(location)) }))
    .filter(({ locations }) => locations.length > 0);
  return {
    path: shape.path,
    statementMap: numbered(statements),
    fnMap: numbered(functions),
    branchMap: numbered(branches),
    s: numbered(statements.map(() => 0)),
    f: numbered(functions.map(() => 0)),
    b: numbered(branches.map(({ locations }) => locations.map(() => 0))),
  };
}

/** As Istanbul numbers them: from 0 on, in their order. */
function numbered<T>(values: readonly T[]): Record<string, T> {
  return Object.fromEntries(values.entries());
}
