import { join } from 'node:path';
import type { Program } from '../program';

const NODE_MODULES = join(__dirname, '..', '..', '..', 'node_modules');
const folder = (path: string) => join(NODE_MODULES, path);

/** Code that others wrote for other purposes, at the versions of the lock file. */
export const THIRD_PARTY: readonly Program[] = [
  {
    name: 'semver',
    imports: { semver: folder('semver') },
    source: `
import semver from './semver/index.js';
export const handler = ({ version, range, other }) => [
  semver.valid(version), semver.satisfies(version, range), semver.inc(version, 'minor'), other && semver.compare(version, other),
  semver.minVersion(range)?.version, semver.diff(version, other ?? '9.9.9'), semver.coerce('v1.2')?.version,
];`,
    events: [{ version: '1.2.3', range: '^1.0.0 || ~2.1' }, { version: '2.0.0-beta.1', range: '>=1 <3', other: '1.9.9' }, { version: 'no', range: '1' }],
  },
  {
    name: 'picomatch',
    imports: { picomatch: folder('picomatch') },
    source: `
import picomatch from './picomatch/index.js';
export const handler = ({ glob, paths }) => paths.filter(picomatch(glob, { dot: true }));`,
    events: [{ glob: 'src/**/*.{ts,js}', paths: ['src/a/b.ts', 'lib/c.js'] }, { glob: '!(a|b)*', paths: ['a', 'c'] }, { glob: '[a-c]?.txt', paths: ['ax.txt'] }],
  },
  {
    name: 'commander',
    imports: { commander: folder('commander') },
    source: `
import commander from './commander/index.js';
export async function handler({ args }) {
  const program = new commander.Command('demo').exitOverride().configureOutput({ writeOut() {}, writeErr() {} });
  program.option('-v, --verbose', 'more').option('-n, --number <n>', 'a number', Number, 3).version('1.0.0');
  program.command('add <name> [more...]').option('--dry').action((name, more, options) => { program.added = [name, more, options]; });
  await program.parseAsync(args, { from: 'user' });
  return [program.opts(), program.added];
}`,
    events: [{ args: ['-v', 'add', 'x', 'y', '--dry'] }, { args: ['--nope'] }, { args: ['--help'] }, { args: ['-n', '5', 'ad'] }],
  },
  {
    name: 'fast-xml-parser',
    imports: { fxp: folder('fast-xml-parser/src') },
    source: `
import XMLParser from './fxp/xmlparser/XMLParser.js';
import { validate } from './fxp/validator.js';
export function handler({ xml }) {
  const valid = validate(xml);
  if (valid !== true) return valid.err.msg;
  return new XMLParser({ ignoreAttributes: false }).parse(xml);
}`,
    events: [{ xml: '<a x="1"><b>2</b><b>three</b><!-- c --></a>' }, { xml: '<a><b></a>' }],
  },
  {
    name: 'js-yaml',
    imports: { 'yaml': folder('js-yaml/lib'), 'index.js': folder('js-yaml/index.js') },
    source: `
import loader from './yaml/loader.js';
import dumper from './yaml/dumper.js';
export const handler = ({ text }) => dumper.dump(loader.load(text));`,
    events: [{ text: 'a: 1\nb: [x, {y: z}]\nc: |\n  text\n  more\nd: &ref {q: ~}\ne: *ref\n' }, { text: '- 1.5\n- 0x1f\n- 2020-01-01\n- "q\\n"\n' }, { text: 'a: [' }],
  },
  {
    name: 'json5 and ini',
    imports: { 'json5/lib': folder('json5/lib'), 'ini.js': folder('ini/ini.js') },
    source: `
import JSON5 from './json5/lib/index.js';
import ini from './ini.js';
export const handler = ({ json, text }) => [JSON5.stringify(JSON5.parse(json), null, 2), ini.stringify(ini.parse(text))];`,
    events: [{ json: "{a: 1, b: 'x', c: [+1, .5,], /* c */ d: null}", text: 'a=1\n[s]\nb[]=2\nb[]=3\n; c\n' }, { json: '{', text: '' }],
  },
  {
    name: 'yargs-parser',
    imports: { yargs: folder('yargs-parser/build/lib') },
    source: `
import { YargsParser } from './yargs/yargs-parser.js';
const parser = new YargsParser({ cwd: () => '/', env: () => ({ APP_X: '1' }), format: (...all) => all.join(' '), normalize: (x) => x, resolve: (x) => x, require: () => ({}) });
export const handler = ({ args, options }) => parser.parse(args, options).argv;`,
    events: [{ args: ['--a.b=1', '-xyz', '--no-color', 'rest', '--', 'end'] }, { args: '--n 5 --list a b', options: { array: ['list'], number: ['n'], alias: { n: ['num'] }, envPrefix: 'APP' } }],
  },
  {
    name: 'commonmark',
    imports: { commonmark: folder('commonmark/lib') },
    source: `
import { HtmlRenderer, Parser } from './commonmark/index.js';
export const handler = ({ text }) => new HtmlRenderer({ safe: true }).render(new Parser().parse(text));`,
    events: [{ text: '# Title\n\nSome *text* with [a link](http://x.y "t") and `code`.\n\n- one\n- two\n\n> quote\n\n```js\ncode\n```\n' }],
  },
  {
    name: 'aws4 and retry',
    imports: { aws4: folder('aws4'), retry: folder('retry/lib') },
    source: `
import aws4 from './aws4/aws4.js';
import retry from './retry/retry.js';
export async function handler({ path, failures }) {
  const signed = aws4.sign({ host: 'sqs.us-east-1.amazonaws.com', path, headers: { 'X-Amz-Date': '20260101T000000Z' } }, { accessKeyId: 'a', secretAccessKey: 'b' });
  let left = failures;
  return new Promise((resolve, reject) => {
    const operation = retry.operation({ retries: 2, minTimeout: 1, maxTimeout: 2 });
    operation.attempt((attempt) => {
      const error = left-- > 0 ? new Error('again') : undefined;
      if (operation.retry(error)) return;
      if (error) reject(operation.mainError());
      else resolve([attempt, signed.headers.Authorization.length]);
    });
  });
}`,
    events: [{ path: '/?Action=List', failures: 1 }, { path: '/', failures: 9 }],
  },
  {
    name: 'p-map',
    imports: { 'p-map.js': folder('p-map/index.js') },
    source: `
import pMap, { pMapIterable } from './p-map.js';
export async function handler({ xs, concurrency, stop }) {
  const found = await pMap(xs, async (x, index) => { if (x === 'bad') throw new Error('bad'); return [x, index]; }, { concurrency, stopOnError: stop });
  const more = [];
  for await (const y of pMapIterable(xs, async (x) => x, { concurrency: 2 })) more.push(y);
  return [found, more];
}`,
    events: [{ xs: [1, 2, 3], concurrency: 2 }, { xs: ['bad', 1], stop: false }],
  },
  {
    name: 'exponential-backoff',
    language: 'ts',
    imports: { backoff: folder('exponential-backoff/src') },
    source: `
import { backOff } from './backoff/backoff';
export async function handler({ failures, ...options }: any) {
  let left = failures;
  return backOff(async () => { if (left-- > 0) { throw new Error('again'); } return 'done'; }, { startingDelay: 1, ...options });
}`,
    events: [{ failures: 2 }, { failures: 9, numOfAttempts: 2, jitter: 'full' }],
  },
  {
    name: 'tsconfig-paths',
    language: 'ts',
    imports: { paths: folder('tsconfig-paths/src') },
    source: `
import { createMatchPath } from './paths/match-path-sync';
export const handler = ({ paths, request }: any) =>
  createMatchPath('/repo', paths)(request, () => undefined, (file: string) => file === '/repo/lib/x.ts' || file.endsWith('package.json'), ['.ts', '.js']);`,
    events: [{ paths: { 'lib/*': ['lib/*'], '*': ['other/*'] }, request: 'lib/x' }, { paths: {}, request: 'none' }],
  },
  {
    name: 'sourcemap-codec',
    language: 'ts',
    imports: { codec: folder('@jridgewell/sourcemap-codec/src') },
    source: `
import { decode, encode } from './codec/sourcemap-codec';
export const handler = ({ mappings }: { mappings: string }) => encode(decode(mappings)) === mappings;`,
    events: [{ mappings: 'AAAA;AACA,EAAC,CAAC;;AAgBC' }],
  },
  {
    name: 'acorn',
    imports: { 'acorn.mjs': folder('acorn/dist/acorn.mjs') },
    source: `
import { parse } from './acorn.mjs';
export const handler = ({ text, ...options }) => parse(text, { ecmaVersion: 'latest', ...options }).body.length;`,
    events: [
      { text: 'class A { #x = 1; static { f() } get y() { return this.#x ?? 2 } } for (const [a = 1, ...b] of c) { a?.b`x${1}` }' },
      { text: 'export const x = async () => { await /re+/u.test(1n) }', sourceType: 'module' },
      { text: 'let = {' },
    ],
  },
  {
    name: 'yaml',
    imports: { yaml: folder('yaml/browser/dist') },
    source: `
import { parse, stringify } from './yaml/index.js';
export const handler = ({ text }) => stringify(parse(text));`,
    events: [{ text: 'a: 1\nb:\n  - x\n  - {y: z}\nc: >\n  folded\n  text\n' }, { text: 'a: b: c' }],
  },
  {
    name: 'trace-mapping',
    language: 'ts',
    imports: { trace: folder('@jridgewell/trace-mapping/src') },
    source: `
import { TraceMap, originalPositionFor, generatedPositionFor } from './trace/trace-mapping';
export function handler({ map }: any) {
  const trace = new TraceMap(map);
  return [originalPositionFor(trace, { line: 1, column: 4 }), generatedPositionFor(trace, { source: 'a.js', line: 2, column: 0 })];
}`,
    events: [{ map: { version: 3, sources: ['a.js'], names: [], mappings: 'AAAA,IAAI;AACJ' } }, { map: { version: 2 } }],
  },
];
