import type { Program } from '../../program';

const DEFAULT = 'V8 has no block for a default value';

/** Functions and classes of every form. */
export const FUNCTIONS: readonly Program[] = [
  {
    name: 'functions of every form, called and not called',
    source: `
function declared() { return 1; }
function never() { return 2; }
const expression = function () { return 3; };
const named = function inner() { return 4; };
const arrow = () => 5;
const unused = () => 6;
const block = () => { return 7; };
const object = { method() { return 8; }, get getter() { return 9; }, set setter(v) { this.v = v; }, async later() { return 10; }, ['com' + 'puted']() { return 11; }, 'quoted-name'() { return 12; }, arrow: () => 13, fn: function () { return 14; } };
export function handler({ all }) {
  if (all) { object.setter = 1; return [never(), unused(), object.later(), object['quoted-name']()]; }
  return [declared(), expression(), named(), arrow(), block(), object.method(), object.getter, object.computed(), object.arrow()];
}`,
    events: [{}],
  },
  {
    name: 'arrow functions that return arrow functions',
    source: `
const add = (a) => (b) => (c) => a + b + c;
const twice = (f) => (x) => f(f(x));
const object = () => ({ a: 1, f: () => 2 });
const half = (a) => (b) => { return a / b; };
export const handler = ({ x }) => [add(1)(x), twice((n) => n * 2)(x), object(), half(x)(2)].length;`,
    events: [{ x: 2 }],
  },
  {
    name: 'functions as arguments',
    source: `
export function handler({ xs }) {
  return xs.filter((x) => x > 1)
    .map((x) => x * 2)
    .map(function (x) { return x + 1; })
    .concat([].map((never) => never))
    .reduce((a, b) => { return a + b; }, 0);
}`,
    events: [{ xs: [1] }, { xs: [1, 2] }],
  },
  {
    name: 'functions that are called at once',
    source: `
const value = (() => { const x = 2; return x * x; })();
const other = (function () { return value ? 'yes' : 'no'; })();
(() => { globalThis.seenByIife = other; })();
export const handler = async ({ x }) => (await (async () => { if (x) { return x; } return value; })());`,
    events: [{}],
  },
  {
    name: 'default parameters that are not taken',
    source: `
function area(w, h = w, unit = 'm') { return w * h + unit; }
const scale = (x, by = 2) => x * by;
export function handler({ w, opt = {} }) { return [area(w, 2, 'cm'), scale(w, 3), opt]; }`,
    events: [{ w: 1, opt: 1 }],
    differs: [
      { counter: 'branch 0 default-arg', reason: DEFAULT },
      { counter: 'branch 1 default-arg', reason: DEFAULT },
      { counter: 'branch 2 default-arg', reason: DEFAULT },
      { counter: 'branch 3 default-arg', reason: DEFAULT },
    ],
  },
  {
    name: 'default parameters that are taken, in functions that run and that do not',
    source: `
function area(w, h = w) { return w * h; }
function never(a = 1) { return a; }
const made = (make = () => 3) => make();
export function handler({ w = 2, x }) { return x ? never() : [area(w), made()]; }`,
    events: [{}],
  },
  {
    name: 'destructuring with defaults',
    source: `
export function handler(event) {
  const { a, b: { c = 1 } = {}, ...rest } = event;
  const [first = 'f', , third = 't', ...others] = event.list ?? [];
  let x, y;
  [x, y = 2] = [1];
  ({ x, y = 3 } = { x: 5 });
  for (const { id = 0, name } of event.rows ?? []) x += id + name.length;
  return { a, c, rest, first, third, others, x, y };
}`,
    events: [{}],
    differs: [{ counter: 'branch 7 default-arg', reason: DEFAULT }],
  },
  {
    name: 'default values with a conditional expression in them, which are taken or not',
    source: `
function taken(a, b = a > 1 ? 'many' : 'one') { return a + b; }
function given(a, b = a > 1 ? 'many' : 'one', [c = [b ? a : 0]] = [[]]) { return a + b + c; }
export function handler({ x, y: { z = x.length > 3 ? x : [] } = {}, w = String(z ? x : 1) }) { return [taken(1), taken(2), given(1, 'x'), z, w]; }`,
    events: [{ x: 'abc', y: { z: 1 }, w: 2 }],
    differs: [{ counter: 'branch 7 default-arg', reason: DEFAULT }],
  },
  {
    name: 'generators',
    source: `
function* count(n) {
  for (let i = 0; i < n; i++) {
    const back = yield i;
    if (back) { return back; }
  }
  yield* [10, 20];
}
function* never() { yield 1; }
export function handler({ n }) {
  const it = count(n);
  it.next();
  const partial = count(5);
  partial.next();
  return [it.next('stop'), [...count(1)], n > 5 && never()];
}`,
    events: [{ n: 2 }],
  },
  {
    name: 'classes with fields, statics, accessors and private parts',
    source: `
class Base { constructor(x) { this.x = x; } describe() { return 'base'; } }
class Point extends Base {
  static origin = new Point(0);
  static made = 0;
  static { Point.made = Point.origin ? 1 : 2; }
  y = 2;
  #secret = 3;
  handlerOf = () => this.#secret;
  unusedArrow = () => { return 0; };
  constructor(x) { super(x); if (x > 100) { this.y = 100; } }
  get sum() { return this.x + this.y + this.#hidden(); }
  set sum(v) { this.y = v; }
  #hidden() { return this.#secret > 5 ? 1 : 0; }
  static from(x) { return new Point(x); }
  async load() { return this.x; }
  *[Symbol.iterator]() { yield this.x; }
  never() { return 'never'; }
}
export async function handler({ x }) {
  const p = Point.from(x);
  return [p.sum, [...p], await p.load(), p.handlerOf(), p.describe()];
}`,
    events: [{ x: 1 }],
  },
  {
    name: 'a class without a constructor, one that is never made, and one with fields only',
    source: `
class Fields { a = 1; b = [1, 2].map((x) => x * 2); c; }
class Never { a = 1; method() { return this.a; } }
class Child extends Fields { d = this.a > 0 ? 'd' : 'e'; }
export function handler({ x }) { return x ? new Never().method() : new Child(); }`,
    events: [{}],
  },
  {
    name: 'a class with static members that is never made, and one with both kinds of members in conditionals',
    source: `
class Never { static made = 0; a = 1; static { Never.made ||= 2; } method() { return this.a; } static of() { return 1; } }
class Both { static x = Never.made ? 'x' : 'y'; b = Both.x === 'x' ? 1 : 2; static f = () => 3; static z() { return 4; } get c() { return this.b; } d = () => 5; }
export function handler({ x }) { return [x ? new Never().method() : Never.made, new Both().c, x && Both.f(), x || Both.z()]; }`,
    events: [{}],
  },
  {
    name: 'class expressions and a class that is a default export of a module',
    source: `
const A = class { go() { return 1; } stay() { return 2; } };
const make = (Parent) => class extends Parent { extra() { return super.go() + 1; } };
const B = make(A);
export const handler = () => new B().extra();`,
    events: [{}],
  },
  {
    name: 'functions inside of functions, hoisted and never called',
    source: `
export function handler({ x }) {
  return outer(x);
  function outer(y) {
    if (y) { return inner(); }
    return other();
    function inner() { return 1; }
  }
  function other() { return 2; }
}`,
    events: [{ x: 1 }],
  },
  {
    name: 'callbacks that never come',
    source: `
const on = (event, callback) => { if (event === 'ready') callback(null, 1); };
export function handler({ x }) {
  let out;
  on('ready', (error, value) => {
    if (error) { out = error; return; }
    out = value;
  });
  on('failed', (error) => { out = error; });
  on(x, () => { out = x; });
  return out;
}`,
    events: [{ x: 'x' }],
  },
  {
    name: 'code that the bundler drops',
    source: `
export const unusedConstant = 42;
const pure = /* @__PURE__ */ (() => 1)();
function droppedFunction(a) { if (a) { return 1; } return 2; }
export function alsoDropped() { return droppedFunction(1); }
class DroppedClass { method() { return 1; } }
export const handler = ({ x }) => x;`,
    events: [{ x: 1 }],
  },
  {
    name: 'code after return',
    source: `
export function handler({ x }) {
  if (x) {
    return 1;
    x = 2;
  }
  return x;
  function hoisted() { return 3; }
}`,
    events: [{ x: 1 }],
  },
  {
    name: 'tagged templates, regular expressions, new and spread',
    source: `
const tag = (strings, ...values) => strings.raw.join('|') + values.length;
class Box { constructor(...all) { this.all = all; } }
export function handler({ x }) {
  const text = tag\`a\${x}b\${x ? 1 : 2}\`;
  const box = new Box(...[1, 2], text);
  return [/a+/.test(text), { ...box, x }, Math.max(...box.all.filter(Number))];
}`,
    events: [{ x: 1 }],
  },
];
