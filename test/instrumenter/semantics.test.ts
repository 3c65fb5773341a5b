/** Code with counters in it does what it did: each program is run as it is, with flags and with counts, and says the same. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { instrumentScript } from '../../src/instrumenter/instrument-script';
import { nodeBinary } from '../lambda/node-versions';
import { taskFolder } from '../task-folder';

interface Sample {
  readonly name: string;
  /** What is printed is compared, and how it ends. */
  readonly code: string;
  /** @default 'cjs' */
  readonly type?: 'cjs' | 'mjs';
}

const SAMPLES: readonly Sample[] = [
  {
    name: 'functions that get their names from where they stand', code: `
const a = () => {}; let b = function () {}, c = class {}; var d; d = () => {}; let e; e ??= () => {}; e ||= 1;
const { f = () => {}, g = class {} } = {}; const [h = function () {}] = [];
function p(x = () => {}, { y = class { static z = 1; } } = {}) { return [x.name, y.name]; }
const key = 'computed'; class K { m = () => {}; #n = () => {}; static s = () => {}; [key] = () => {}; static [key + 1] = class {}; 'quoted' = () => {}; 1 = () => {}; names() { return [this.m, this.#n, this[key], this.quoted, this[1]].map((one) => one.name); } }
const o = { q: () => {}, ['r' + 1]: () => {}, s: class {}, __proto__: function () {} };
console.log([a, b, c, d, e, f, g, h].map((one) => one.name), p(), new K().names(), K.s.name, K[key + 1].name, o.q.name, o.r1.name, o.s.name, Object.getPrototypeOf(o).name);`,
  },
  { name: 'lengths of functions', code: 'console.log([(a, b = 1, c) => a ? b : c, function (a, b) { return a || b; }, (...r) => r, ({ a }) => a && 1].map((f) => f.length));' },
  {
    name: 'directives, and functions that are strict by themselves', code: `
function sloppy() { return this === undefined; } function strict() { 'use strict'; if (this) { return 1; } return this === undefined; }
console.log(sloppy(), strict(), (() => { "use strict"
"another"
return (function () { return this; })(); })());`,
  },
  { name: 'a script that is strict', code: "'use strict'\nconst f = function () { return this; }\n;[1, 2].forEach((x) => console.log(x, f()))\ntry { undeclared = 1 } catch (error) { console.log(error.name) }" },
  {
    name: 'statements without semicolons', code: `
let x = 1
let y = x ? 'a' : 'b'
;[y].forEach((z) => console.log(z))
const f = () => x
;(function () { if (x) console.log('once'); else console.log('never') })()
x
++
y
do x--; while (x > 0) console.log(x)
if (x) console.log('x'); else if (y) console.log('y')
var t = \`a\${x && y}b\`
x && y
!x || console.log('or')
label: for (const q of [1, 2]) for (;;) { if (q) continue label; break }
console.log(t, f())`,
  },
  {
    name: 'the value that a method is called on', code: `
'use strict'; const o = { n: 1, get() { return this?.n; }, deep: { get() { return this === o.deep; } } };
console.log(o.get(), (o.get)(), (0, o.get)(), (o.x || o.get)?.(), o?.get(), o?.deep?.get(), (o?.get)(), (o.get ?? 1).call({ n: 2 }), o['get'](), new (class { v = o.n; })().v);
function tag(strings, ...values) { return [strings.raw.join('|'), ...values, this === o]; } o.tag = tag;
console.log(o.tag\`a\${1 && 2}b\`, tag\`\${o.n ? 'y' : 'n'}\`, delete o.n, typeof missing, typeof (o.x || 1), delete o?.deep, o);`,
  },
  {
    name: 'short circuits', code: `
let n = 0; const t = (v) => { n++; return v; };
const a = [t(0) && t(1), t(1) || t(0), t(null) ?? t(2), null?.[t(9)], undefined?.x.y[t(9)].z(t(9)), t(1) ? t(2) : t(3)];
const o = { p: null, q: 1 }; o.p ??= t('p'); o.q ||= t('q'); o.q &&= t('r');
console.log(a, o, n, (t(0), t(5)), !(t(0) || t('')) && 'neither');
if (t(0) || (t(1) && t(0)) || !t(0)) console.log(n); while (t(n) < 20 && t(1)) n += 5; console.log(n);`,
  },
  {
    name: 'loops, labels, fall through and jumps', code: `
const log = []; outer: for (let i = 0, j = 10; i < j; i++, j--) { if (i === 1) continue outer; switch (i) { case 0: log.push('zero'); case 2: log.push('two'); break; case 3: { break outer; } default: log.push(i); } }
for (var k in { a: 1, b: 2 }) if (k === 'b') log.push(k); else log.push('not'); let w = 3; while (w) w--; do { w++; if (w > 2) break; } while (true)
block: { if (w) break block; log.push('never'); } for (const [x, y = x] of [[1], [2, 3]]) log.push(x, y); for (;;) { try { break; } finally { log.push('finally'); } }
console.log(log, (() => { try { return 1; } finally { log.push('f'); } })(), (() => { for (;;) { try { throw new Error('e'); } catch { return 'caught'; } } })(), log.length);`,
  },
  {
    name: 'classes: fields, accessors, static blocks, private members, super', code: `
class A { #p = 1; static count = 0; static { A.count++; if (A.count) { A.more = true; } } get p() { return this.#p; } set p(v) { this.#p = v || 5; } static has(o) { return #p in o; } m(x = this.#p) { return x; } }
class B extends A { constructor(v) { if (v) { super(); } else { super(); } this.v = v ? super.m() : super.m(7); } f = () => super.m(3); static { this.s = super.has(new B(0)); } get [Symbol.toStringTag]() { return 'B'; } }
const b = new B(1); b.p = 0; console.log(b.p, b.v, b.f(), B.s, String(b), A.count, A.more, Object.keys(b), (class { static x = this.name; }).x, class N extends (b ? A : B) {}.name);`,
  },
  {
    name: 'generators and async functions', code: `
function* g(n) { let got; for (let i = 0; i < n; i++) { got = yield i || got; if (got === 'stop') { return 'stopped'; } } yield* [7, 8]; }
async function f(x) { try { const y = x ? await Promise.resolve(x) : await null; return y ?? 'none'; } catch (error) { return error.message; } finally { await 0; } }
async function* h() { for await (const x of [1, Promise.resolve(2)]) { yield x && (await x) * 2; } }
const it = g(3); (async () => { console.log(it.next(), it.next(), it.next('stop'), [...g(1)], await f(1), await f(0), await f(Promise.reject(new Error('no')))); const all = []; for await (const x of h()) all.push(x); console.log(all); })();`,
  },
  {
    name: 'functions in blocks, arguments and closures of loops', code: `
if (true) function inBlock() { return 1; } console.log(typeof inBlock, hoisted(), (function () { return arguments.length ? arguments[0] : 0; })(4));
function hoisted() { return typeof later; } var later = 1; const fs = []; for (let i = 0; i < 3; i++) { fs.push(() => i); } console.log(fs.map((f) => f()), (() => { var r = []; for (var i = 0; i < 3; i++) r.push(() => i); return r.map((f) => f()); })());`,
  },
  {
    name: 'errors: before a declaration has run, of constants, of what is not there', code: `
const tries = [() => { tdz; let tdz = 1; }, () => { const c = 1; c = 2; }, () => missing, () => null.x, () => undefined(), () => { throw 'text'; }, () => { const { a } = null; }, () => new (class extends null {})(), () => [...1]];
for (const one of tries) { try { one(); } catch (error) { console.log(error?.name ?? error, error?.message); } }`,
  },
  {
    name: 'what V8 quotes in the messages of errors', code: `
const o = {}, list = null; const quoted = (run) => { try { run(); } catch (error) { console.log(error.name, error.message); } };
[() => { const { a } = o.none; }, () => { const n = 1, { a } = o.none; }, () => { let n, [a] = list, m; }, () => { var { a, ...b } = list; }, () => { for (const [k] of [1]) { k; } }, () => { for (const x of o) { x; } },
 () => { for (let { a } = o.none; ;) { a; } }, () => o.method(), () => o.none.method(), () => o.none(1 || 2), () => new o.None(o.a || 1), () => [...list, o.b || 1], () => new (class extends o.None {})(),
 ({ a: { b } }) => b, ({ a } = o.none) => a, () => { let a; ({ a } = o.none); }, () => o?.none.x.y(), () => o.x\`a\`, () => 'k' in list, () => o instanceof list, () => { o.b = o.c(), o.d(); },
 () => { if (o.is()) { o; } }, () => o.f && o.g || o.h(), () => (o.c ? o.d : o.e)(), () => { const f = 1, g = () => { f ? f() : 0; }; g(); }].forEach(quoted);`,
  },
  {
    name: 'eval and with', code: `
var x = 1; function direct() { var x = 2; return eval('x ? x : 0'); } console.log(direct(), (0, eval)('typeof x'));
const seen = []; const scope = new Proxy({ y: 3 }, { has(target, key) { if (typeof key === 'string') { seen.push(key); } return key in target; } });
with (scope) { if (y) { y = y > 2 ? 4 : 5; } var z = () => y || 0; z(); } console.log(seen, scope.y);`,
  },
  { name: 'an odd layout: comments, line separators, a hash bang', code: "#!/usr/bin/env node\n/* a */ 'use strict' /* b */ // c\nif /* d */ (true /* e */) /* f */ console /* g */ . log('h') /* i */; else /* j */ ;\u2028console.log('k')\r\nconsole.log(`l\n${1 /* m */ && 2}`)//n" },
  { name: 'keywords without a space behind them', code: 'function f(a){return[a]}function g(a){if(a)return(a,[1]);else{throw{a}}}const h=a=>typeof(a)+void[a];function k(a){for(const b of[a])return"x"+b;do[a]=[0];while(a);if(!a)[a]=[9];else[a]=[8];return-a}console.log(f(1),g(1),h(1),k(1));try{g(0)}catch(e){console.log(e)}switch([1][0]){case[1][0]:console.log("case")}' },
  { name: 'JSON with functions in a deep literal', code: 'const deep = { a: [{ b: (x) => (x ? { c: [x || 1, ...(x > 1 ? [2] : [])] } : null) }], ...({ d: 1 } || {}), get e() { return this.a?.length ?? 0; } }; console.log(JSON.stringify([deep.a[0].b(2), deep.a[0].b(0), deep.d, deep.e]));' },
  { name: 'Symbol and Object of the script\'s own', code: 'const Object = { keys: () => ["mine"] }; var map = (a) => a ? Object.keys(a) : []; console.log(map({}), map());' },
  {
    name: 'an ES module: exports, top-level await, import.meta', type: 'mjs', code: `
import { basename as base } from 'node:path'; import * as all from 'node:path'; export default () => {}; export const x = await (true ? Promise.resolve(1) : 2), y = x || 3; export let z = () => x; export { base as renamed };
export function f() { return this === undefined; } export class C { static s = import.meta.url ? 'url' : 'none'; } setTimeout(async () => { const self = await import(import.meta.url);
console.log(self.default.name, x, y, z.name, f(), C.s, typeof all.join, Object.keys(self)); });`,
  },
  {
    name: 'a module that is an expression, with async arrows and defaults that await', type: 'mjs', code: `
const pick = async ({ a = 1, b = a ? 'b' : 'c' } = {}, ...rest) => ({ a, b, rest }); console.log(await pick(), await pick({ a: 0 }, 1), await (async (x = () => x) => x.name)());
export const done = (await Promise.allSettled([pick(), Promise.reject(1)])).map(({ status }) => (status === 'fulfilled' ? 1 : 0)); console.log(done);`,
  },
  { name: 'how it ends: an uncaught error', code: "function fail(x) { if (x) { throw new TypeError('at the end'); } } console.log('before'); fail(1);" },
];

function outcome(node: string, file: string): { code: number | null; stdout: string; error: string } {
  try {
    return { code: 0, stdout: execFileSync(node, [file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }), error: '' };
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
    return { code: status, stdout, error: /^\w*Error: .*$/m.exec(stderr)?.[0] ?? '' };
  }
}

test.each(SAMPLES.map((sample) => [sample.name, sample] as const))('%s', async (name, { code, type = 'cjs' }) => {
  const { path: node } = await nodeBinary('24');
  const folder = taskFolder({});
  const run = (copy: string, text: string) => {
    const file = join(folder, `${copy}.${type}`);
    writeFileSync(file, text);
    return outcome(node, file);
  };
  const before = run('before', code);
  const [flags, counts] = [false, true].map((how) => instrumentScript({ path: `index.${type}`, text: code, include: [], exclude: [] }, { counts: how })!.text);
  expect(before.code).toBe(name.startsWith('how it ends') ? 1 : 0);
  expect(flags).not.toBe(code);
  expect(flags!.split(/\r\n|[\n\u2028]/).length).toBe(code.split(/\r\n|[\n\u2028]/).length);
  expect(run('flags', flags!)).toEqual(before);
  expect(run('counts', counts!)).toEqual(before);
});
