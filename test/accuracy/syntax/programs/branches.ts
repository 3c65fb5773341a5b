import type { Program } from '../../program';

/** Everything that decides whether the next piece of code runs. */
export const BRANCHES: readonly Program[] = [
  {
    name: 'if and else, with and without braces',
    source: `
export function handler({ a, b }) {
  let out = '';
  if (a) { out += 'a'; } else { out += 'b'; }
  if (b) out += 'c'; else out += 'd';
  if (a && b)
    out += 'e';
  else
    out += 'f';
  return out;
}`,
    events: [{ a: 1, b: 0 }],
  },
  {
    name: 'if without else that always holds, never holds, and both',
    source: `
export function handler({ a, b }) {
  let out = 0;
  if (a) { out += 1; }
  if (!a) { out += 2; }
  if (b) out += 3;
  return out;
}`,
    events: [{ a: 1, b: 0 }, { a: 1, b: 1 }],
  },
  {
    name: 'early returns without braces',
    source: `
function pick(x) {
  if (x === undefined) return 'none';
  if (x < 0) return 'negative';
  if (x === 0) return;
  return 'positive';
}
export function handler({ xs }) { return xs.map(pick); }`,
    events: [{ xs: [1, 2, 0] }],
  },
  {
    name: 'else if chains',
    source: `
export function handler({ x }) {
  if (x === 1) {
    return 'one';
  } else if (x === 2) {
    return 'two';
  } else if (x === 3) {
    return 'three';
  } else {
    return 'many';
  }
}`,
    events: [{ x: 2 }, { x: 4 }],
  },
  {
    name: 'else if chains without a last else, and without braces',
    source: `
export function handler({ x }) {
  let out = 0;
  if (x === 1) out = 1;
  else if (x === 2) out = 2;
  else if (x === 3) out = 3;
  if (out > 2) {
    out *= 2;
  } else if (out > 1) {
    out *= 3;
  }
  return out;
}`,
    events: [{ x: 2 }, { x: 4 }],
  },
  {
    name: 'if inside of if, with the only else of the outer one',
    source: `
export function handler({ a, b }) {
  if (a) {
    if (b) {
      return 'ab';
    }
  } else {
    return 'none';
  }
  return 'end';
}`,
    events: [{ a: 1, b: 0 }],
  },
  {
    name: 'empty arms',
    source: `
export function handler({ a, b }) {
  if (a) {
  } else {
    b++;
  }
  if (b) {
    b++;
  } else {
  }
  if (a) ; else b--;
  return b;
}`,
    events: [{ a: 1, b: 0 }],
  },
  {
    name: 'conditional expressions, nested and as arguments',
    source: `
const size = (n) => n > 100 ? 'large' : n > 10 ? 'medium' : 'small';
export function handler({ n, f }) {
  const label = f ? size(n) : 'off';
  return [label, f ? 1 : 0, String(n > 5 ? 'more' : 'less'), \`\${n > 1000 ? 'huge' : 'fine'}\`];
}`,
    events: [{ n: 50, f: true }],
  },
  {
    name: 'conditional expressions around calls and assignments',
    source: `
const log = [];
const note = (x) => log.push(x);
export function handler({ a }) {
  let b;
  a ? note('yes') : note('no');
  a ? (b = 1) : (b = 2);
  const c = a ? { deep: a ? 1 : 2 } : [a ? 3 : 4];
  return { b, c };
}`,
    events: [{ a: true }],
  },
  {
    name: 'logical chains',
    source: `
export function handler({ a, b, c }) {
  const one = a && b && c;
  const two = a || b || c;
  const three = (a && b) || c;
  const four = a && (b || c);
  if (a && (b || c) && one) return one;
  return [one, two, three, four, !(a && b)];
}`,
    events: [{ a: 1, b: 0, c: 2 }],
  },
  {
    name: 'logical expressions as statements',
    source: `
const seen = [];
export function handler({ a, b }) {
  a && seen.push('a');
  b && seen.push('b');
  a || seen.push('not a');
  b || seen.push('not b');
  a && b && seen.push('both');
  return seen;
}`,
    events: [{ a: 1, b: 0 }],
  },
  {
    name: 'nullish coalescing and its chains',
    source: `
export function handler({ a, b, c }) {
  const one = a ?? 'default';
  const two = b ?? 'default';
  const three = b ?? c ?? 'last';
  return { one, two, three, four: (a ?? b) ?? c };
}`,
    events: [{ a: 0, c: 3 }],
  },
  {
    name: 'logical assignment',
    source: `
export function handler({ a, b, c }) {
  a ||= 'a';
  b &&= 'b';
  c ??= 'c';
  const o = { x: 0 };
  o.x ||= a;
  o.y ??= b;
  return [a, b, c, o];
}`,
    events: [{ a: 1, b: 0 }],
  },
  {
    name: 'optional chaining',
    source: `
export function handler({ a, f, list }) {
  const one = a?.b?.c;
  const two = f?.(a?.b);
  const three = list?.[0]?.name ?? 'nobody';
  delete a?.b;
  return [one, two, three, a?.toString()];
}`,
    events: [{ a: { b: { c: 1 } } }, { list: [{}] }],
  },
  {
    name: 'conditionals in optional chains that end before them',
    source: `
export function handler({ x, y, f }) {
  const a = f?.(x ? 1 : 2);
  const b = y?.list[x ? 0 : 1]?.(x || y, x && y).length;
  if (x) { y?.call(x ? 1 : 2, () => (x ? 3 : 4)); }
  const c = [y?.at(x ? 1 : 2), x ? 5 : 6];
  y?.[x ? 'a' : 'b'];
  const d = y?.z(x ? 1 : 2) ?? (x ? 7 : 8);
  const e = x ? f?.(y ? 1 : 2) : f?.(y ? 3 : 4);
  return y?.z(x ? 1 : 2) || [a, b, c, d, e];
}`,
    events: [{ x: 1 }],
    differsBuiltIn: [
      { counter: 'branch 13 cond-expr arm 0', reason: 'the minifier put the test into an argument that was not evaluated', builds: 'minified' },
    ],
    differs: [{ counter: 'branch 13 cond-expr arm 0', reason: 'the minifier put the test into an argument that was not evaluated', builds: 'minified' }],
  },
  {
    name: 'awaits in optional chains that end before them, and in default values that are not taken',
    source: `
const wait = async (x) => { await null; return x; };
async function defaults(a, b = a ? await 1 : 2) { const { c = await wait(1), d = a ? await wait(2) : await wait(3) } = { c: 2, d: 3 }; return [a, b, c, d]; }
export async function handler({ x, y, f }) {
  const a = f?.(await wait(1));
  const b = y?.list[x ? await wait(0) : 1]?.(x || await wait(2), x && y).length;
  const c = [y?.at(await wait(1)), x ? 5 : await wait(6)];
  y?.[await wait('a')];
  const d = y?.z(x ? await wait(1) : 2) ?? (x ? 7 : 8);
  return y?.z(await wait(1)) || [a, b, c, d];
}`.replace('b = a ? await 1 : 2', 'b = a ? 1 : 2'),
    events: [{ x: 1 }],
  },
  {
    name: 'switch with fall-through and break',
    source: `
export function handler({ x }) {
  let out = [];
  switch (x) {
    case 1:
      out.push(1);
    case 2:
      out.push(2);
      break;
    case 3:
    case 4: {
      out.push(4);
      break;
    }
    default:
      out.push('other');
  }
  return out;
}`,
    events: [{ x: 1 }, { x: 3 }],
  },
  {
    name: 'tests of cases that are conditionals, with and without a match before them',
    source: `
export function handler({ x, y }) {
  switch (true) {
    case x === 1: return 'one';
    case x === 2 || y === 2: y = 0;
    case y ? x > 5 : x > 9: return 'more';
    case (x && y) === 7:
    case (x ?? y) === 8: break;
    default: return 'default';
    case [x].some((z) => z === 4 || z === 3): return 'late';
  }
  return 'end';
}`,
    events: [{ x: 1 }, { x: 2 }],
  },
  {
    name: 'switch with the default in the middle',
    source: `
export function handler({ x }) {
  switch (x) {
    case 'a':
      return 1;
    default:
      x = 'none';
    case 'b':
      return x;
    case 'c':
      return 3;
  }
}`,
    events: [{ x: 'b' }, { x: 'q' }],
  },
  {
    name: 'switch without a match, without default, and with returns in each case',
    source: `
function name(x) {
  switch (x) {
    case 1: return 'one';
    case 2: return 'two';
  }
  return 'many';
}
function always(x) {
  switch (typeof x) {
    case 'string':
      return 's';
    case 'number': {
      const n = x + 1;
      return n;
    }
    default:
      return 'd';
  }
}
export function handler({ x }) { return [name(x), always(x)]; }`,
    events: [{ x: 7 }],
  },
  {
    name: 'switch (true) with calls as cases, in a loop with continue',
    source: `
const big = (n) => n > 10;
export function handler({ xs }) {
  const out = [];
  for (const x of xs) {
    switch (true) {
      case big(x):
        out.push('big');
        continue;
      case x === 0:
        continue;
      case x < 0:
        out.push('negative');
        break;
    }
    out.push(x);
  }
  return out;
}`,
    events: [{ xs: [11, 0, 3] }],
  },
  {
    name: 'negated and compound conditions, which a minifier turns around',
    source: `
export function handler({ a, b }) {
  if (!a) {
    return 'no a';
  }
  if (!(a > 1 && b)) {
    b = 5;
  } else {
    b = 6;
  }
  if (a !== 2) b++; else b--;
  if (a == null) { b = 0; }
  return !b ? 'zero' : b;
}`,
    events: [{ a: 2, b: 1 }],
  },
  {
    name: 'a condition that a bundler knows',
    source: `
const DEBUG = false;
export function handler({ a }) {
  if (DEBUG) {
    a = 'debug';
  }
  if (process.env.NEVER_SET === 'x') {
    a = 'x';
  }
  if (typeof a === 'undefined' || a === null) throw new Error('a');
  return true ? a : 'never';
}`,
    events: [{ a: 2 }],
  },
  {
    name: 'throw and return in arms',
    source: `
function check(x) {
  if (!x) throw new TypeError('none');
  if (x > 5) { throw new RangeError('much'); }
  return x;
}
export function handler({ xs }) {
  return xs.map((x) => {
    try { return check(x); } catch (error) { return error.name; }
  });
}`,
    events: [{ xs: [0, 1] }],
  },
  {
    name: 'if whose arms both return, with code after it',
    source: `
export function handler({ a, list }) {
  if (a) { return list.find((x) => x > 1); } else if (list.length) { return list.length; }
  const rest = list.concat(1);
  if (rest.length > 3) return rest;
  else return 'short';
}`,
    events: [{ a: 0, list: [] }],
  },
  {
    name: 'comma expressions and void',
    source: `
let n = 0;
export function handler({ a }) {
  const x = (n++, a ? n : -n);
  void (a && n++);
  for (let i = 0, j = 5; i < j; i++, j--) n += i;
  return x, n;
}`,
    events: [{ a: 1 }],
  },
  {
    name: 'arms that a comment leaves out',
    source: `
export function handler({ a, b }) {
  /* istanbul ignore if */
  if (a) { return 'a'; }
  /* istanbul ignore else */
  if (b) { b++; }
  const c = b ? /* istanbul ignore next */ 1 : 2;
  return c;
}`,
    events: [{ b: 0 }],
  },
  {
    name: 'jumps whose conditions a minifier puts into those around',
    source: `
function first(xs) {
  for (let i = 0; i < xs.length; i++) {
    if (xs[i] !== 0) break;
    if (xs[i] === undefined) continue;
  }
  for (const x of xs) {
    if (x === null || x === undefined) continue;
    if (x && x.list && x.list.length) {
      if (x.tight) return 'tight';
    }
    if (x === 'stop') return 'stopped';
    xs.last = x;
  }
}
function isText(x) {
  if (x === null) return false;
  if (!x.length) return false;
  if (x.length > 100) { return false; }
  return true;
}
export function handler({ xs }) {
  const found = first(xs);
  if (xs.length !== 1) return [found, xs.map((x) => isText(x))];
  return found;
}`,
    events: [{ xs: [0, 0, 'a', { list: [1] }] }, { xs: [null] }, { xs: ['', 1] }],
    differsBuiltIn: [
      { counter: 'branch 3 binary-expr arm 1', reason: 'the minifier made one comparison of two', builds: 'minified' },
    ],
    differs: [{ counter: 'branch 3 binary-expr arm 1', reason: 'the minifier made one comparison of two', builds: 'minified' }],
  },
  {
    name: 'tests that a minifier joins with others, some of which were not evaluated',
    source: `
function inner({ a, b }) {
  if (a) {
    if (b) return 'both';
  }
  return 'end';
}
function tight({ list }, out) {
  if (list !== null && list.type === 'list') {
    if (list.tight) {
      return;
    }
  }
  if (out.length) { out.push('more'); } else { out.push('first'); }
}
function visit(node) {
  if (node.map) return node.map(1);
  if (node.list) return node.list?.(2);
  return undefined;
}
function dashes(text) {
  let index = 0;
  let ch = text.charCodeAt(index);
  const found = [];
  while (ch !== 0) {
    if (found.length > 2) {
      found.pop();
    }
    if (ch !== 0x2d) {
      break;
    }
    const following = text.charCodeAt(index + 1);
    found.push(following);
    ch = text.charCodeAt(++index);
  }
  return found;
}
export function handler(event) {
  const out = [];
  tight(event, out);
  return [inner(event), visit({ map: (x) => x }), visit({ list: (x) => x }), dashes('--x'), out];
}`,
    events: [{ a: 0, list: { type: 'list', tight: true } }],
  },
  {
    name: 'returns of true and false, of which a minifier makes a value',
    source: `
const accessors = { allowed: {} };
accessors.allowed.get = function () {
  if (this.inFunction) { return true }
  if (this.options.outside && this.list.tight) { return true }
  return false
};
export function handler(event) { return accessors.allowed.get.call(event); }`,
    events: [{ inFunction: true }],
  },
];
