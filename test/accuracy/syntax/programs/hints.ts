import type { Program } from '../../program';

/** The same code for Istanbul, with its own hint in the place of each `HINT`; so it is in the same columns. */
function hinted(name: string, hint: string, source: string, more: Partial<Program> = {}): Program {
  const width = Math.max(hint.length, '/* istanbul ignore next */'.length);
  const write = (text: (kind: string) => string) => source.replace(/HINT(?:-(\w+))?/g, (_, kind = 'next') => text(kind as string).padEnd(width));
  return {
    name,
    source: write((kind) => hint.replace('KIND', kind)),
    sourceForIstanbul: write((kind) => `/* istanbul ignore ${kind} */`),
    events: [{ b: 0 }],
    ...more,
  };
}

const THINGS = `
HINT-next
function never() { return 1; }
class Service {
  HINT-next
  unused() { return never(); }
  run(a) { return a; }
}
export function handler({ a, b, c = HINT-next 1 }) {
  HINT-if
  if (a) { return 'a'; }
  HINT-else
  if (b) { b++; } else { b--; }
  HINT-next
  if (c === 5) {
    b = 7;
    never();
  }
  const d = b ? HINT-next 1 : 2;
  const e = a || HINT-next (b && d);
  switch (b) {
    HINT-next
    case 5: return 'five';
    default: b--;
  }
  return [new Service().run(d), e];
}
`;

const LINES = `
function used() { return 1; }
START
function never() { return 1; }
const other = () => { if (used()) { return 2; } };
STOP
export function handler({ a, b }) {
  LINE
  if (a) return 'a';
  THREE
  if (b) {
    return 'b';
  }
  let c = 1;
  START
  if (c > 1) { c = 2; }
  for (const x of []) { c = x; }
  STOP
  return [c, used()];
}
`;

/** Each statement that begins in a line that is left out gets a hint of Istanbul's own, in the line before it or at its end. */
const LINES_FOR_ISTANBUL = `
function used() { return 1; }
/* istanbul ignore next */
function never() { return 1; } /* istanbul ignore next */
const other = () => { if (used()) { return 2; } };

export function handler({ a, b }) {
  /* istanbul ignore next */
  if (a) return 'a';
  /* istanbul ignore next */
  if (b) {
    return 'b';
  }
  let c = 1;
  /* istanbul ignore next */
  if (c > 1) { c = 2; } /* istanbul ignore next */
  for (const x of []) { c = x; }

  return [c, used()];
}
`;

function lines(name: string, hints: Record<'START' | 'STOP' | 'LINE' | 'THREE', string>, more: Partial<Program> = {}): Program {
  const source = LINES.replace(/START|STOP|LINE|THREE/g, (hint) => hints[hint as keyof typeof hints]);
  return { name, source, sourceForIstanbul: LINES_FOR_ISTANBUL, events: [{}], ...more };
}

export const HINTS: readonly Program[] = [
  hinted('Istanbul: the next thing, an if, an else', '/* istanbul ignore KIND */', THINGS),
  hinted('Istanbul, with a reason, in TypeScript', '/* istanbul ignore KIND: never here */', THINGS, { language: 'ts' }),
  hinted('Vitest: the next thing, an if, an else', '/* v8 ignore KIND */', THINGS),
  hinted('Vitest, kept by a bundler', '/* v8 ignore KIND -- @preserve */', THINGS),
  hinted('c8, as Vitest has it: an if and an else', '/* c8 ignore KIND */', `
export function handler({ a, b }) {
  HINT-if
  if (a) { return 'a'; }
  HINT-else
  if (b) { b++; } else { b--; }
  return b;
}`),
  lines('c8: lines', {
    START: '/* c8 ignore start */', STOP: '/* c8 ignore stop */', LINE: '/* c8 ignore next */', THREE: '/* c8 ignore next 3 */',
  }),
  lines('c8: lines, with reasons and in TypeScript', {
    START: '/* c8 ignore start -- not on Linux */', STOP: '/* c8 ignore stop */', LINE: '/* c8 ignore next -- @preserve */', THREE: '/* c8 ignore next 3 */',
  }, { language: 'ts' }),
  lines('Vitest: lines', {
    START: '/* v8 ignore start */', STOP: '/* v8 ignore stop */', LINE: '/* v8 ignore next 1 */', THREE: '/* v8 ignore next 3 */',
  }),
  lines('Vitest: lines, in line comments', {
    START: '// v8 ignore start', STOP: '// v8 ignore stop', LINE: '// v8 ignore next', THREE: '// v8 ignore next 3',
  }),
  lines('Node.js: lines', {
    START: '/* node:coverage disable */', STOP: '/* node:coverage enable */', LINE: '/* node:coverage ignore next */', THREE: '/* node:coverage ignore next 3 */',
  }),
  {
    name: 'c8: a block in the line of the comment',
    source: `
export function handler({ a }) {
  const os = a === 'darwin' ? 'macOS' /* c8 ignore next */ : 'Linux';
  return os;
}`,
    sourceForIstanbul: `
export function handler({ a }) {
  /* istanbul ignore next */ const os = a === 'darwin' ? 'macOS' : 'Linux';
  return os;
}`,
    events: [{}],
  },
  {
    name: 'a region that does not end, and one arm of an if in a region',
    source: `
export function handler({ a }) {
  if (a) {
    a++;
  /* c8 ignore start */ } else {
    a--;
  } /* c8 ignore stop */
  return a;
}
/* v8 ignore start */
export function never() {
  return 1;
}
export const more = () => 2;`,
    sourceForIstanbul: `
export function handler({ a }) { /* istanbul ignore else */
  if (a) {
    a++;
  } else {
    a--;
  }
  return a;
} /* istanbul ignore next */

export function never() {
  return 1;
} /* istanbul ignore next */
export const more = () => 2;`,
    events: [{ a: 1 }],
  },
  {
    name: 'what only looks like a hint',
    source: `
const text = '/* c8 ignore next */ /* v8 ignore start */';
/* node:coverage disable*/
// node:coverage disable
/* c8 ignored next */
export function handler({ a }) {
  /* v9 ignore next */
  if (a) { return text; }
  /* please, c8 ignore next */
  return a ? 1 : 2;
}`,
    events: [{}],
  },
];
