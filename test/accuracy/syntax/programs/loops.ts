import type { Program } from '../../program';

const JOINED = 'the minifier made one `return` of the two statements';
const THROWS = 'V8 has no counter for what follows a call, so not for what a call that throws leaves out';

/** Loops and jumps, and what protects code from them. */
export const LOOPS: readonly Program[] = [
  {
    name: 'loops of every kind, run and not run',
    source: `
export function handler({ list, object }) {
  let out = 0;
  for (let i = 0; i < list.length; i++) out += list[i];
  for (const x of list) { out += x; }
  for (const key in object) { out += object[key]; }
  while (out > 100) { out -= 100; }
  do { out++; } while (out < 0);
  for (const never of []) out += never;
  for (;;) { if (out > 3) break; out++; }
  return out;
}`,
    events: [{ list: [1, 2], object: {} }],
  },
  {
    name: 'continue and break without braces',
    source: `
export function handler({ xs }) {
  const out = [];
  for (const x of xs) {
    if (x === 0) continue;
    if (x > 9) break;
    if (x < 0) { out.push('-'); continue; }
    out.push(x);
  }
  return out;
}`,
    events: [{ xs: [0, 1] }],
  },
  {
    name: 'code after a loop that is left by break, and after one that returns',
    source: `
function first(xs) {
  for (const x of xs) {
    if (x > 1) return x;
  }
  return -1;
}
export function handler({ xs }) {
  let i = 0;
  while (true) {
    if (xs[i] === undefined) break;
    i++;
  }
  return [i, first(xs), first([2])];
}`,
    events: [{ xs: [2, 3] }],
  },
  {
    name: 'labels',
    source: `
export function handler({ grid }) {
  let out = 0;
  outer: for (const row of grid) {
    for (const cell of row) {
      if (cell === 'skip') continue outer;
      if (cell === 'stop') break outer;
      out += cell;
    }
    out += 100;
  }
  block: {
    if (out > 5) break block;
    out = 5;
  }
  return out;
}`,
    events: [{ grid: [[1, 'skip', 2], [3]] }],
  },
  {
    name: 'a loop whose body is a single if, and nested loops without braces',
    source: `
export function handler({ n }) {
  let out = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++)
      if ((i + j) % 2) out += 1;
      else if (i > 100) out += 1000;
  let m = n;
  while (m) m--;
  return out + m;
}`,
    events: [{ n: 3 }],
  },
  {
    name: 'try and catch, thrown and not thrown',
    source: `
function parse(text) {
  try {
    const value = JSON.parse(text);
    return value;
  } catch (error) {
    return error.name;
  }
}
function parseOr(text) {
  let out;
  try { out = JSON.parse(text); } catch { out = 'or'; }
  return out;
}
export function handler({ good, bad }) { return [parse(good), good && parseOr(good), bad && parse(bad)]; }`,
    events: [{ good: '1' }, { good: '2', bad: '{' }],
  },
  {
    name: 'finally with and without returns before it',
    source: `
const log = [];
function work(x) {
  try {
    if (x > 1) return 'early';
    if (x < 0) throw new Error('negative');
    log.push('work');
  } catch (error) {
    log.push(error.message);
    return 'caught';
  } finally {
    log.push('finally');
  }
  return 'end';
}
function only() { try { return 1; } finally { log.push('only'); } }
export function handler({ xs }) { return [xs.map(work), only(), log]; }`,
    events: [{ xs: [2] }, { xs: [1] }],
  },
  {
    name: 'code after try where each arm leaves',
    source: `
function risky(x) { if (x) throw new Error('x'); return 'fine'; }
export function handler({ x }) {
  let out;
  try {
    out = risky(x);
    out += '!';
  } catch (error) {
    if (error instanceof TypeError) throw error;
    out = 'mended';
  }
  return out;
}`,
    events: [{ x: 1 }],
  },
  {
    name: 'what follows a call of the platform that throws',
    source: `
export function handler({ x }) {
  try {
    const a = JSON.parse(x);
    return a.b;
  } catch {
    return 'no';
  }
}`,
    events: [{ x: '{' }],
    differsBuiltIn: [
      { counter: 'line 5:', reason: 'the minifier made one statement of it and the one before', builds: 'minified' },
      { counter: 'statement 2 at 5:4', reason: 'the minifier made one statement of it and the one before', builds: 'minified' },
    ],
    differs: [{ counter: 'statement 2 at 5:4: hit', reason: THROWS }, { counter: 'line 5: hit', reason: THROWS }],
  },
  {
    name: 'nested try',
    source: `
export function handler({ x }) {
  try {
    try {
      if (x) throw new Error('inner');
      return 'fine';
    } finally {
      x = 'seen';
    }
  } catch (error) {
    try { JSON.parse('{'); } catch {}
    return error.message + x;
  }
}`,
    events: [{ x: 1 }],
  },
  {
    name: 'what follows a call that throws',
    source: `
function fail() { throw new Error('no'); }
export function handler({ x }) {
  const a = 1;
  if (x) {
    fail();
    return a;
  }
  return 'fine';
}`,
    events: [{ x: 1 }],
  },
  {
    name: 'what follows calls that throw: in conditionals, in functions of functions, in arguments, caught or not',
    source: `
class Problem extends Error {}
function fail(x) { if (x) { throw new Problem(x); } throw fail('again'); }
const missing = (x) => fail(x);
function validate(x) { const checked = x?.name ?? missing('name'); return checked.trim(); }
function tolerant(x) { try { return fail(x); } catch (error) { return error instanceof Problem ? 'caught' : 'other'; } }
async function later(x) { fail(x); return 'not reached'; }
export async function handler({ x, y }) {
  const log = [tolerant('a')];
  try {
    const name = validate(x);
    const upper = name ? name.toUpperCase() : '';
    log.push(upper);
  } catch { log.push('x'); }
  try { log.push(y ? fail(1) : missing(2), 3); log.push('never'); } catch { log.push('y'); }
  try { const z = y && fail(3); log.push(z); } catch { log.push('z'); }
  try { await later(1); log.push('late'); } catch { log.push('l'); }
  const promise = later(2);
  log.push(await promise.catch(() => 'p'));
  for (const one of [1, 2]) { try { if (one > 1) continue; fail(one); log.push(one); } finally { log.push('f'); break; } }
  switch (y) { case 1: fail(4); log.push(1); break; default: missing(5); log.push(2); }
  return log;
}`,
    events: [{ x: {} }, { y: 1 }],
    differsBuiltIn: [
      { counter: 'statement 6 at 5:67', reason: 'the minifier made one statement of it and the one before', builds: 'minified' },
    ],
    differs: [
      { counter: 'statement 6 at 5:67: hit', reason: JOINED, builds: 'minified' },
    ],
  },
  {
    name: 'functions that throw at times, whose names stand for others elsewhere, or that are methods',
    source: `
function check(x) { if (!x) throw new Error('no'); return x; }
function fail() { throw new Error('fail'); }
const own = { fail: () => 1, check };
let replaced = () => { throw new Error('old'); };
replaced = () => 2;
export function handler({ x, ...rest }) {
  const log = [];
  { const fail = (a) => a; log.push(fail(1)); }
  const inner = (fail) => { fail(); return 3; };
  log.push(inner(() => 4), own.fail(), replaced());
  function shadow() { var check = () => 5; return check(); }
  log.push(shadow());
  check(x);
  log.push(6);
  try { own.check(rest.y); log.push(7); } catch { log.push(8); }
  for (const fail of [() => 9]) { log.push(fail()); log.push(10); }
  try { fail(); log.push(11); } catch (check) { log.push(typeof check); }
  return log;
}`,
    events: [{ x: 1 }, { x: 0 }, { x: 1, y: 1 }],
    differs: [{ counter: 'statement 27 at 16:27: hit', reason: THROWS }],
  },
  {
    name: 'an event that makes the handler throw',
    source: `
export function handler({ x }) {
  if (!x) {
    throw new Error('no x');
  }
  return x;
}`,
    events: [{}],
  },
];
