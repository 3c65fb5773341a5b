/** Bodies that nobody asks for are left empty; all else of the tree is as it would be. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { parse } from 'acorn';
import { build } from 'esbuild';
import type { FunctionCoverage } from '../../src/contract/raw-coverage';
import { parseScript } from '../../src/conversion/parse-script';
import type { SyntaxNode } from '../../src/conversion/syntax';
import type { TextRange } from '../../src/conversion/text-range';
import { taskFolder } from '../task-folder';

/** Where V8 says that the functions of a script are, those that have begun included, without the script itself. */
function functionsByV8(text: string): TextRange[] {
  const folder = taskFolder({ 'script.mjs': text });
  const file = path.join(folder, 'script.mjs');
  execFileSync(process.execPath, [file], { env: { ...process.env, NODE_V8_COVERAGE: path.join(folder, 'coverage') } });
  const [name] = readdirSync(path.join(folder, 'coverage'));
  const { result } = JSON.parse(readFileSync(path.join(folder, 'coverage', name!), 'utf8')) as { result: Array<{ url: string; functions: FunctionCoverage[] }> };
  const { functions } = result.find(({ url }) => url === pathToFileURL(file).href)!;
  return functions.slice(1).map(({ ranges: [whole] }) => ({ start: whole!.startOffset, end: whole!.endOffset }));
}

/** By acorn alone, with the bodies in these places left empty. */
function expected(text: string, emptied: ReadonlySet<string>): unknown {
  const program = parse(text, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true });
  nodesOf(program).filter((node) => node.type === 'BlockStatement' && emptied.has(placeOf(node))).forEach((node) => Object.assign(node, { body: [] }));
  return plain(program);
}

/** Where the bodies of functions are that hold nothing, though there is something. */
function emptiedIn(program: SyntaxNode, text: string): Set<string> {
  const bodies = nodesOf(program).filter(({ type }) => type.includes('Function')).map(({ body }) => body as SyntaxNode);
  return new Set(bodies.filter(({ type, body, start, end }) => type === 'BlockStatement' && (body as unknown[]).length === 0 && /\w/.test(text.slice(start, end))).map(placeOf));
}

function nodesOf(value: unknown): SyntaxNode[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return [...'type' in value ? [value as SyntaxNode] : [], ...Object.values(value).flatMap(nodesOf)];
}

const placeOf = ({ start, end }: { start: number; end: number }): string => `${start}-${end}`;

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? String(one) : one)));

/** What stands before a brace, and what may be taken for it; `in` is what each body says. */
const HEADS = `
  function declared(a, b) { in_declared; }
  async function asynchronous() { in_asynchronous; }
  function* generator(a) { in_generator; }
  async function* both() { in_both; }
  const arrow = (a, b) => { in_arrow; };
  const asynchronousArrow = async (a) => { in_asynchronousArrow; };
  const expression = function named(a) { in_expression; };
  const object = {
    method(a) { in_method; }, async asynchronousMethod() { in_asynchronousMethod; }, *generatorMethod() { in_generatorMethod; },
    "node_modules/a.js"(exports, module) { in_quoted; }, 12(a) { in_number; }, get value() { in_getter; }, set value(to) { in_setter; },
  };
  class Parent { constructor(a) { in_constructor; } method() { in_member; } static fixed() { in_static; } #own() { in_private; } }
  function outer() { in_outer; function inner(a) { in_inner; } }
  function regular(a) { in_regular; return /}{[/]'"\`/.test(a) ? \`}\${"{"}\` : "}"; /* } */ }
`;

/** Each of these is parsed, one way or the other. */
const ODD_HEADS = `
  function defaults(a = function () { in_default; return {}; }, { b } = {}) { in_defaults; }
  const single = a => { in_single; };
  const computed = { [(() => { in_computed; return "x"; })()](a) { in_computedMethod; }, ["a" + (() => "b")()](a) { in_other; } };
  class Fields extends (class { in_nothing() { in_base; } }) { field = () => { in_field; }; static { const a = () => { in_block; }; } [Symbol.iterator]() { in_iterator; } }
  function /* (a) { */ commented(a /* ) { */) /* { */ { in_commented; }
  const nested = (a) => (b) => { in_nested; };
  label: for (const a of [function () { in_list; }]) { break label; }
`;

test('where V8 says that functions are, whose heads are simple ones, their bodies are left out', () => {
  const text = HEADS.replaceAll(/in_\w+/g, '"$&"');
  const program = parseScript(text, functionsByV8(text));
  const said = new Set(JSON.stringify(program).match(/in_\w+/g) ?? []);
  expect([...said]).toEqual([]);
  expect(plain(program)).toEqual(expected(text, emptiedIn(program, text)));
});

test('other heads change nothing', () => {
  const text = ODD_HEADS.replaceAll(/in_(?!nothing)\w+/g, '"$&"');
  const program = parseScript(text, functionsByV8(text));
  expect(plain(program)).toEqual(expected(text, emptiedIn(program, text)));
});

test('a bundle of many packages, with any of its functions left out', async () => {
  const entry = "import { parse } from 'acorn'; import '@babel/generator'; import 'istanbul-lib-coverage'; parse('', { ecmaVersion: 2022 });";
  const { outputFiles: [bundle] } = await build({
    stdin: { contents: entry, resolveDir: __dirname },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  const { text } = bundle!;
  const functions = functionsByV8(text);
  expect(functions.length).toBeGreaterThan(1_000);
  for (const part of [1, 3]) {
    const unwanted = functions.filter((_, index) => index % part === 0);
    const program = parseScript(text, unwanted);
    const emptied = emptiedIn(program, text);
    expect(plain(program)).toEqual(expected(text, emptied));
    const ends = new Set(unwanted.map(({ end }) => String(end)));
    expect([...emptied].every((place) => ends.has(place.split('-')[1]!))).toBe(true);
    if (part === 1) {
      expect(JSON.stringify(program).length).toBeLessThan(JSON.stringify(parseScript(text)).length / 5);
    }
  }
});

test.each([
  ['that end in the middle of something', [{ start: 0, end: 37 }]],
  ['of another script', [{ start: 3, end: 17 }, { start: 10, end: 90 }, { start: -5, end: 4 }, { start: 20, end: 10_000 }]],
])('places %s change nothing', (_, places) => {
  const text = 'function a(b) { if (b) { return {}; } return 1; }\nfunction c() { return `${a({ d: {} })}`; }\n';
  expect(plain(parseScript(text, places))).toEqual(plain(parse(text, { ecmaVersion: 'latest', sourceType: 'module' })));
});

test('any number of functions may be said to begin in one place', () => {
  const text = `${'a '.repeat(200_000)}\n}`;
  const functions = Array.from({ length: 100_000 }, () => ({ start: 0, end: text.length }));
  // where each looks at all of the text, it is ended
  expect(() => runInNewContext('parse()', { parse: () => parseScript(text, functions) }, { timeout: 8_000 })).toThrow('Unexpected token');
});

test('what cannot be parsed says so', () => {
  expect(() => parseScript('function a() { return 1; } function (', [{ start: 0, end: 26 }])).toThrow(SyntaxError);
});
