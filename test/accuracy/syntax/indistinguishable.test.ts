/** What docs/accuracy.md says cannot be told: pairs of programs that V8 counts alike, place by place, and Istanbul does not. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { createInstrumenter } from 'istanbul-lib-instrument';
import { nodeBinary } from '../../lambda/node-versions';

/** Both programs of a pair have the same length, and differ only in values. */
const PAIRS: Record<string, readonly [string, string]> = {
  'a default value': [
    'function f(a = 1) { return a; } f(undefined);',
    'function f(a = 1) { return a; } f(123456789);',
  ],
  'a default value in a pattern': [
    'const { a = 1 } = { b: 2 }; globalThis.x = a;',
    'const { a = 1 } = { a: 2 }; globalThis.x = a;',
  ],
  'what follows a call that throws': [
    'try { JSON.parse("["); globalThis.x = 1; JSON.parse("1"); } catch {}',
    'try { JSON.parse("1"); globalThis.x = 1; JSON.parse("["); } catch {}',
  ],
  'what follows a call of a function that throws at times': [
    'function f(x) { if (x) throw 1; } [() => { f(0); globalThis.x = 1; }, () => { f(1); globalThis.y = 1; }].forEach((g) => { try { g(); } catch {} });',
    'function f(x) { if (x) throw 1; } [() => { f(1); globalThis.x = 1; }, () => { f(0); globalThis.y = 1; }].forEach((g) => { try { g(); } catch {} });',
  ],
  'what follows a call of a method, of which there are several': [
    'const a = { f() { throw 1; } }; const b = { f() {} }; function g(x) { x.f(); globalThis.x = 1; } function h(x) { x.f(); globalThis.y = 1; }'
      + ' try { g(a); } catch {} try { h(b); } finally { globalThis.z = 1; }',
    'const a = { f() { throw 1; } }; const b = { f() {} }; function g(x) { x.f(); globalThis.x = 1; } function h(x) { x.f(); globalThis.y = 1; }'
      + ' try { h(a); } catch {} try { g(b); } finally { globalThis.z = 1; }',
  ],
};

/** Pairs that are the same place by place when they are minified. */
const MINIFIED_PAIRS: Record<string, readonly [string, string]> = {
  'a return of what an await before it had given, which did or did not reject': [
    'async function f(p) { const x = await p; return x; } Promise.allSettled([f(Promise[Object.keys({ reject: 1, resolve: 2 })[0]](1))]);',
    'async function f(p) { const x = await p; return x; } Promise.allSettled([f(Promise[Object.keys({ reject: 1, resolve: 2 })[1]](1))]);',
  ],
  'a return of what a yield before it had given, which did or did not come back': [
    'function* f() { const x = yield 1; return x; } const it = f(); it.next(); it[Object.keys({ next: 1, return: 2 })[0]]();',
    'function* f() { const x = yield 1; return x; } const it = f(); it.next(); it[Object.keys({ next: 1, return: 2 })[1]]();',
  ],
  'an operand whose variable had the value of an await that did or did not reject': [
    'async function f(p) { const x = await p; const y = x && await 1; return y; } Promise.allSettled([f(Promise[Object.keys({ reject: 1, resolve: 2 })[0]](0))]);',
    'async function f(p) { const x = await p; const y = x && await 1; return y; } Promise.allSettled([f(Promise[Object.keys({ reject: 1, resolve: 2 })[1]](0))]);',
  ],
  'which of two tests held, whose returns of true and false became the value of the tests': [
    'function f(a, b) { if (a) { return true; } if (b) { return true; } return false; } f(0, 1);',
    'function f(a, b) { if (a) { return true; } if (b) { return true; } return false; } f(0, 0);',
  ],
  'which of two comparisons held, with null and with undefined, that became one': [
    'function f(a) { if (a === null || a === undefined) { return 1; } return 2; } f(Object.values({ x: null, y: void 0 })[0]);',
    'function f(a) { if (a === null || a === undefined) { return 1; } return 2; } f(Object.values({ x: null, y: void 0 })[1]);',
  ],
  'whether a test held that was put into an argument, which is not evaluated': [
    'function f(a, b) { const c = a ? b?.(1) : b?.(2); return c; } f(0, void 0);',
    'function f(a, b) { const c = a ? b?.(1) : b?.(2); return c; } f(1, void 0);',
  ],
};

const DRIVER = `
  const { readFileSync, writeFileSync } = require('node:fs');
  const { Session } = require('node:inspector');
  const [file, output] = process.argv.slice(2);
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  require(file);
  setImmediate(() => session.post('Profiler.takePreciseCoverage', (_, { result }) => {
    const { functions } = result.find(({ url }) => url.endsWith(file));
    writeFileSync(output, JSON.stringify({ functions, coverage: globalThis.__coverage__ }));
  }));
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'indistinguishable-'));
  writeFileSync(join(folder, 'driver.cjs'), DRIVER);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(['20', '22', '24'] as const)('on Node.js %s', (version) => {
  let node: string;

  beforeAll(async () => {
    node = (await nodeBinary(version)).path;
  }, 120_000);

  test.each(Object.entries(PAIRS))('V8 does not tell %s', (_, pair) => testPair(pair, (text) => text));

  test.each(Object.entries(MINIFIED_PAIRS))('minified, V8 does not tell %s', (_, pair) => testPair(pair, (text) => transformSync(text, { minify: true }).code));

  function testPair(pair: readonly [string, string], built: (text: string) => string): void {
    const [one, other] = pair.map((text) => ({ length: built(text).length, v8: run(built(text), node).functions, istanbul: hits(text, node) }));
    expect(one!.length).toBe(other!.length);
    expect(one!.v8).toEqual(other!.v8);
    expect(one!.istanbul).not.toEqual(other!.istanbul);
  }
});

function hits(text: string, node: string): unknown {
  const instrumented = createInstrumenter({ compact: false }).instrumentSync(text, 'program.js');
  const { s, f, b } = (run(instrumented, node).coverage as Record<string, Record<'s' | 'f' | 'b', unknown>>)['program.js']!;
  return { s, f, b };
}

function run(text: string, node: string): { functions: unknown; coverage: unknown } {
  const [file, output] = ['program.cjs', 'output.json'].map((name) => join(folder, name));
  writeFileSync(file!, text);
  execFileSync(node, [join(folder, 'driver.cjs'), file!, output!]);
  return JSON.parse(readFileSync(output!, 'utf8')) as { functions: unknown; coverage: unknown };
}
