import type { Program } from '../../program';

const WAIT = 'const wait = async (x) => { await null; return x; };\n';

const JOINED = 'the minifier made one `return` of the two statements';

/** Where V8's counts are wrong without a repair: what follows an await or a yield inside of a conditional. */
export const ASYNCHRONOUS: readonly Program[] = [
  {
    name: 'an await in the second arm of a conditional expression, which does not run',
    source: `${WAIT}
export async function handler({ c }) {
  const x = c ? 1 : await wait(2);
  const y = x + 1;
  return y;
}`,
    events: [{ c: true }],
  },
  {
    name: 'an await in both arms',
    source: `${WAIT}
export async function handler({ c }) {
  const x = c ? await wait(1) : await wait(2);
  return x + 1;
}`,
    events: [{ c: true }],
  },
  {
    name: 'an await in the arm that runs',
    source: `${WAIT}
export async function handler({ c }) {
  const x = c ? await wait(1) : await wait(2);
  const y = c ? await wait(1) : 2;
  return x + y;
}`,
    events: [{ c: false }],
  },
  {
    name: 'an await after ??, || and &&',
    source: `${WAIT}
export async function handler({ a, b }) {
  const one = a ?? await wait(1);
  const two = a || (await wait(2));
  const three = b && await wait(3);
  const four = { five: a ?? await wait(5) };
  return [one, two, three, four];
}`,
    events: [{ a: 1 }],
  },
  {
    name: 'an await after ?? that is not set',
    source: `${WAIT}
export async function handler({ a }) {
  const one = a ?? await wait(1);
  a ??= await wait(2);
  return [one, a];
}`,
    events: [{}],
  },
  {
    name: 'an await that rejects in the arm that runs',
    source: `
const fail = async () => { await null; throw new Error('no'); };
export async function handler({ c }) {
  const x = c ? 1 : await fail();
  return x;
}`,
    events: [{ c: false }],
    differsBuiltIn: [
      { counter: 'line 5:', reason: 'the minifier made one statement of it and the one before', builds: 'minified' },
      { counter: 'statement 4 at 5:2', reason: 'the minifier made one statement of it and the one before', builds: 'minified' },
    ],
    differs: [
      { counter: 'statement 4 at 5:2: hit', reason: JOINED, builds: 'minified' },
      { counter: 'line 5: hit', reason: JOINED, builds: 'minified' },
    ],
  },
  {
    name: 'an await that rejects inside of try',
    source: `
const fail = async () => { await null; throw new Error('no'); };
export async function handler({ c }) {
  let x;
  try {
    x = c ?? await fail();
    x = 'not there';
  } catch {
    x = 'caught';
  }
  return x;
}`,
    events: [{}],
  },
  {
    name: 'conditional awaits, nested',
    source: `${WAIT}
export async function handler({ a, b }) {
  const x = a ? (b ? 1 : await wait(2)) : await wait(3);
  const y = (a ?? await wait(4)) ? (b ?? await wait(5)) : 6;
  if (x > 5) { return 'much'; }
  return [x, y];
}`,
    events: [{ a: 1, b: 1 }],
  },
  {
    name: 'conditional awaits as arguments, in templates and in returns',
    source: `${WAIT}
export async function handler({ a }) {
  const list = [a ? 1 : await wait(2), a ?? await wait(3)];
  const text = \`\${a || await wait(4)}\`;
  await wait(a ? 5 : await wait(6));
  if (list.length > 5) return 'long';
  return a ? { list, text } : await wait(7);
}`,
    events: [{ a: 1 }],
  },
  {
    name: 'conditional awaits in conditions and loops',
    source: `${WAIT}
export async function handler({ a, xs }) {
  if (a ?? await wait(false)) {
    a = 'set';
  } else {
    a = 'not set';
  }
  const out = [];
  for (const x of xs) {
    const y = x ? x : await wait('none');
    if (y === 'skip') continue;
    out.push(y);
  }
  while (out.length < 2 && (a || await wait(true))) out.push(a);
  return out;
}`,
    events: [{ a: 1, xs: [1, 'skip'] }],
  },
  {
    name: 'conditional awaits where both ways are taken',
    source: `${WAIT}
export async function handler({ c }) {
  const x = c ? 1 : await wait(2);
  if (x === 3) return 'three';
  return x;
}`,
    events: [{ c: true }, { c: false }, { c: true }],
  },
  {
    name: 'a plain await before and after conditionals without await',
    source: `${WAIT}
export async function handler({ c }) {
  const a = await wait(c);
  const b = a ? 1 : 2;
  const d = await wait(b) ?? 'none';
  const e = await (c ? wait(1) : wait(2));
  return c && e && d;
}`,
    events: [{ c: 0 }],
  },
  {
    name: 'await in if arms',
    source: `${WAIT}
export async function handler({ c, d }) {
  let x = 0;
  if (c) { x = await wait(1); } else { x = await wait(2); }
  if (d) await wait(3);
  else await wait(4);
  if (d) { return await wait(5); }
  return x;
}`,
    events: [{ c: 1 }],
  },
  {
    name: 'await in try, catch and finally',
    source: `${WAIT}
const fail = async () => { await null; throw new Error('no'); };
export async function handler({ c }) {
  const log = [];
  try {
    await wait(1);
    if (c) await fail();
    log.push('after');
  } catch (error) {
    await wait(2);
    log.push(error.message);
  } finally {
    await wait(3);
    log.push('finally');
  }
  return log;
}`,
    events: [{ c: 1 }, {}],
  },
  {
    name: 'Promise.all, then and catch',
    source: `${WAIT}
export async function handler({ xs }) {
  const all = await Promise.all(xs.map(async (x) => {
    if (x > 1) { return wait(x); }
    return await wait(0);
  }));
  const settled = await Promise.allSettled([wait(1), Promise.reject(new Error('no'))]);
  return wait(all).then((a) => a.concat(settled.length)).catch(() => 'failed').finally(() => undefined);
}`,
    events: [{ xs: [1] }],
  },
  {
    name: 'async generators and for await',
    source: `${WAIT}
async function* pages(n) {
  for (let i = 0; i < n; i++) {
    const page = i > 0 ? await wait(i) : 'first';
    yield page;
    if (page === 'never') return;
  }
}
async function* never() { yield 1; }
export async function handler({ n }) {
  const out = [];
  for await (const page of pages(n)) { out.push(page); }
  for await (const page of pages(0)) { out.push(page); }
  return out;
}`,
    events: [{ n: 1 }],
  },
  {
    name: 'a yield in an arm that does not run',
    source: `
function* walk(c) {
  const x = c ? 1 : yield 2;
  yield x;
  const y = c ?? (yield 3);
  yield y;
}
export function handler({ c }) { return [...walk(c)]; }`,
    events: [{ c: 1 }],
  },
  {
    name: 'a generator that is not run to its end',
    source: `
function* steps(c) {
  yield 1;
  const x = c ? 2 : yield 3;
  return x;
}
export function handler({ c }) { const it = steps(c); return [it.next(), it.next(), it.return(1)]; }`,
    events: [{ c: 0 }],
    differsBuiltIn: [
      { counter: 'line 5:', reason: 'the minifier made one statement of it and the one before', builds: 'minified' },
      { counter: 'statement 2 at 5:2', reason: 'the minifier made one statement of it and the one before', builds: 'minified' },
    ],
    differs: [
      { counter: 'statement 2 at 5:2: hit', reason: JOINED, builds: 'minified' },
      { counter: 'line 5: hit', reason: JOINED, builds: 'minified' },
    ],
  },
  {
    name: 'await at the top of a module',
    moduleOnly: true,
    source: `
const settings = await Promise.resolve({ on: true });
const value = settings.on ? 1 : await Promise.resolve(2);
const other = settings.off ?? await Promise.resolve(3);
export const handler = () => value + other;`,
    events: [{}],
  },
  {
    name: 'an async arrow in an arm, whose await is its own',
    source: `${WAIT}
export async function handler({ c }) {
  const f = c ? null : async () => { await wait(1); return 2; };
  const g = c || (async () => await wait(3));
  const x = f ? await f() : 0;
  return [x, typeof g];
}`,
    events: [{ c: 1 }],
  },
  {
    name: 'conditional await in an async arrow without a block',
    source: `${WAIT}
const load = async (x) => x ?? await wait('loaded');
const pick = async (x) => x ? 'picked' : (await wait(1)) + 1;
export const handler = async ({ x }) => [await load(x), await pick(x)];`,
    events: [{ x: 1 }],
  },
  {
    name: 'what follows a conditional expression after a return, and after an await that rejects',
    source: `
const fail = async () => { await null; throw new Error('no'); };
const log = [];
function after(a, b) {
  if (a) return 'returned';
  const prefix = b ? 'b' : 'a';
  log.push(prefix);
  b && log.push('b');
  const text = prefix + 'x';
  return text;
}
async function rejected(b) {
  try {
    await fail();
    const prefix = b || 'a';
    log.push(prefix);
  } catch {
    const suffix = b ?? 'c';
    log.push(suffix);
  }
}
export const handler = async () => [after(1), await rejected()];`,
    events: [{}],
  },
  {
    name: 'an await in a logical assignment, in an optional call and in a default value that is not taken',
    source: `${WAIT}
export async function handler({ a, object }) {
  a ??= await wait(1);
  const one = a;
  object?.method(await wait(2));
  const two = a;
  object?.[await wait('key')]?.(a);
  const { x = await wait(3) } = { x: one };
  const three = x;
  a ||= (await wait(4)).length;
  return [one, two, three];
}`,
    events: [{ a: 1 }],
    differs: [{ counter: 'branch 0 default-arg', reason: 'V8 has no block for a default value' }],
  },
  {
    name: 'awaits that reject before conditionals with an await',
    source: `
const fail = async () => { await null; throw new Error('no'); };
const wait = async (x) => { await null; return x; };
async function both() {
  const ok = (await fail()) && await wait(1);
  return ok;
}
async function either(c) {
  const first = c ? await fail() : await wait(1);
  const second = first ?? await wait(2);
  return second;
}
export async function handler({ c }) {
  const found = await Promise.allSettled([both(), either(c), either(!c)]);
  return found.length;
}`,
    events: [{ c: true }],
    differsBuiltIn: [
      { counter: 'line 6:', reason: 'the minifier made one statement of it and the one before', builds: 'minified' },
      { counter: 'statement 7 at 6:2', reason: 'the minifier made one statement of it and the one before', builds: 'minified' },
    ],
    differs: [
      { counter: 'statement 7 at 6:2: hit', reason: JOINED, builds: 'minified' },
      { counter: 'line 6: hit', reason: JOINED, builds: 'minified' },
    ],
  },
  {
    name: 'statements that a minifier puts before others, after an await that rejects',
    source: `
const fail = async () => { await null; throw new Error('no'); };
async function returned() { await fail(); return { status: 200 }; }
async function tested(x) { await fail(); if (x) { return 1; } return 2; }
async function switched(x) { await fail(); switch (x) { case 1: return 1; default: return 2; } }
async function thrown() { await fail(); throw new Error('other'); }
export async function handler({ x }) { return (await Promise.allSettled([returned(), tested(x), switched(x), thrown()])).length; }`,
    events: [{ x: 1 }],
  },
  {
    name: 'conditionals with an await inside of others, at their end and before it',
    source: `${WAIT}
export async function handler({ a, b, d }) {
  const one = a ? 1 : b ?? await wait(2);
  const two = one;
  const three = a || b && await wait(3);
  const four = String(a ? 1 : await wait(4)) ?? await wait(5);
  if (four) {
    await wait(6);
  }
  if (d) a = b ? 1 : await wait(7);
  const five = (a ?? await wait(8)) + (b || await wait(9)) + 1;
  return [one, two, three, four, five];
}`,
    events: [{ a: 1 }],
  },
  {
    name: 'conditional await at the end of a loop and of a block',
    source: `${WAIT}
export async function handler({ xs, c }) {
  let last;
  for (const x of xs) {
    last = x ?? await wait(1);
  }
  {
    last = c ?? await wait(2);
  }
  if (c) { last = c ? c : await wait(3); }
  return last;
}`,
    events: [{ xs: [1], c: 1 }],
  },
];
