/** Uploading on change only: what is left out has to be what adds nothing. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import * as fc from 'fast-check';
import { convertScript } from '../../../../src/combiner/convert-script';
import { scriptSource } from '../../../../src/combiner/kept-content';
import { RawMerge } from '../../../../src/combiner/merging/raw-merge';
import type { FunctionCoverage, InstrumentedFile, ScriptCoverage } from '../../../../src/contract/raw-coverage';
import { OriginalSources } from '../../../../src/conversion/original-sources';
import { News } from '../../../../src/wrapper/node/counting/news';
import { counters, differences, type Counters } from '../../../accuracy/counters';
import { rawCoverage } from '../../../combiner/raw-coverage';
import { nodeBinary, type NodeVersion } from '../../../lambda/node-versions';
import { mulberry32 } from '../../../s3/random-numbers';

const A = 'a'.repeat(64);
const DAYS = ['2026-01-31', '2026-02-01', '2026-02-02'];

const functionCoverage: fc.Arbitrary<FunctionCoverage> = fc.record({
  functionName: fc.constantFrom('', 'f'),
  start: fc.constantFrom(0, 50),
  counts: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)),
}).map(({ functionName, start, counts: [whole, one, two] }) => ({
  functionName,
  isBlockCoverage: true,
  ranges: [
    { startOffset: start, endOffset: start + 40, count: whole },
    { startOffset: start + 5, endOffset: start + 15, count: one },
    ...(two > 0 ? [{ startOffset: start + 15, endOffset: start + 40, count: two }] : []),
  ],
}));

const script = fc.record({
  path: fc.constantFrom('index.js', 'other.js'),
  sha256: fc.constantFrom(A, 'b'.repeat(64)),
  functions: fc.uniqueArray(functionCoverage, {
    maxLength: 3, selector: ({ functionName, ranges }) => `${functionName} ${ranges[0]!.startOffset}`,
  }),
}).map(({ path, ...rest }): ScriptCoverage => ({ url: `file:///var/task/${path}`, path, wrapperLength: 0, ...rest }));

const counterArbitrary = fc.dictionary(fc.constantFrom('0', '1', '2'), fc.integer({ min: 1, max: 3 }), { noNullPrototype: true });
const file: fc.Arbitrary<InstrumentedFile> = fc.record({
  path: fc.constantFrom('/home/a.ts', '/home/b.ts'),
  shape: fc.constantFrom(A, 'b'.repeat(64)),
  s: counterArbitrary,
  f: counterArbitrary,
  b: fc.dictionary(fc.constantFrom('0', '1'), fc.tuple(fc.nat(2), fc.nat(2)), { noNullPrototype: true }),
});

/** What is taken, by day; days never go back, and a take has each thing once. */
const takesOf = <T extends { path: string; sha256?: string; shape?: string }>(item: fc.Arbitrary<T>) => {
  const items = fc.uniqueArray(item, { maxLength: 3, selector: ({ path, sha256, shape }) => JSON.stringify([path, sha256, shape]) });
  return fc.array(fc.tuple(fc.nat(DAYS.length - 1), items), { maxLength: 12 })
    .map((takes) => takes.sort(([a], [b]) => a - b).map(([day, taken]) => [DAYS[day]!, taken] as const));
};

/** Each function of a script with what of it ran, hit or not. */
function shapes(scripts: readonly ScriptCoverage[]): string[] {
  return scripts.flatMap(({ path, sha256, functions }) => functions.map(({ functionName, ranges }) =>
    JSON.stringify([path, sha256, functionName, ranges.map(({ startOffset, endOffset, count }) => [startOffset, endOffset, count > 0])])));
}

/** Each counter of a file that is hit; and the file. */
function hits(files: readonly InstrumentedFile[]): string[] {
  return files.flatMap(({ path, shape, s, f, b }) => [
    'file',
    ...Object.keys(s).map((id) => `s ${id}`),
    ...Object.keys(f).map((id) => `f ${id}`),
    ...Object.entries(b).flatMap(([id, arms]) => arms.flatMap((count, arm) => (count > 0 ? [`b ${id} ${arm}`] : []))),
  ].map((counter) => `${path} ${shape} ${counter}`));
}

type Items = readonly never[];
type Days = ReadonlyArray<readonly [day: string, items: Items]>;
type NewsOf = (news: News) => (items: Items, day: string) => never[];
type Kind = [name: string, takes: fc.Arbitrary<Days>, told: (items: Items) => string[], newsOf: NewsOf];

describe.each<Kind>([
  ['of scripts', takesOf(script) as never, shapes as never, (news) => news.ofScripts.bind(news) as never],
  ['of instrumented files', takesOf(file) as never, hits as never, (news) => news.ofFiles.bind(news) as never],
])('news %s:', (_name, takes, told, newsOf) => {
  test('each day, all that ran is sent', () => {
    fc.assert(fc.property(takes, (all) => {
      const news = newsOf(new News());
      const sent = all.map(([day, items]) => [day, news(items, day)] as const);
      for (const day of DAYS) {
        const on = (days: Days) => new Set(days.filter(([one]) => one === day).flatMap(([, items]) => told(items)));
        expect(on(sent)).toEqual(on(all));
      }
    }), { numRuns: 300 });
  });

  test('what was sent on a day is no news on it', () => {
    fc.assert(fc.property(takes, (all) => {
      const news = newsOf(new News());
      const known = new Map(DAYS.map((day) => [day, new Set<string>()]));
      for (const [day, items] of all) {
        const before = known.get(day)!;
        for (const item of news(items, day)) {
          expect(told([item]).some((one) => !before.has(one))).toBe(true);
        }
        told(items).forEach((one) => before.add(one));
        expect(news(items, day)).toEqual([]);
      }
    }), { numRuns: 300 });
  });

  test('what is sent is of the take, as it was', () => {
    fc.assert(fc.property(takes, (all) => {
      const news = newsOf(new News());
      for (const [day, items] of all) {
        const before = structuredClone(items);
        const contained = new Set(told(items));
        expect(told(news(items, day)).filter((one) => !contained.has(one))).toEqual([]);
        expect(items).toEqual(before);
      }
    }));
  });
});

describe('of a function', () => {
  const take = (...counts: number[]): ScriptCoverage[] => [{
    url: 'file:///var/task/index.js',
    path: 'index.js',
    sha256: A,
    wrapperLength: 0,
    functions: [{ functionName: 'f', isBlockCoverage: true, ranges: counts.map((count, n) => ({ startOffset: n, endOffset: 50 - n, count })) }],
  }];

  test.each<[string, number[], number[], boolean]>([
    ['the same', [1, 0], [1, 0], false],
    ['the same more often', [1, 0], [5, 0], false],
    ['another block', [1, 0], [1, 1], true],
    ['a block less', [1, 1], [1, 0], true],
    ['other blocks', [1, 0], [1], true],
    ['nothing, where it was only listed', [0], [1], true],
  ])('%s after what was sent: %p, %p is news: %p', (_name, first, second, isNews) => {
    const news = new News();
    news.ofScripts(take(...first), DAYS[0]!);
    expect(news.ofScripts(take(...second), DAYS[0]!)).toEqual(isNews ? take(...second) : []);
  });

  test('the same is news on the next day, once', () => {
    const news = new News();
    expect([DAYS[0]!, DAYS[0]!, DAYS[1]!, DAYS[1]!].map((day) => news.ofScripts(take(1), day).length)).toEqual([1, 0, 1, 0]);
  });
});

test('an instrumented file of which nothing ran is sent once, since a report shows it with 0', () => {
  const news = new News();
  const nothing: InstrumentedFile[] = [{ path: '/home/a.ts', shape: A, s: {}, f: {}, b: {} }];
  expect([news.ofFiles(nothing, DAYS[0]!), news.ofFiles(nothing, DAYS[0]!)]).toEqual([nothing, []]);
});

describe('of programs that V8 counts', () => {
  const PROGRAMS = 25;
  const EVENTS = 12;
  let folder: string;

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'news-')));
    buildSync({
      entryPoints: [join(__dirname, '../../../../src/wrapper/node/counting/profiler.ts')], outfile: join(folder, 'profiler.cjs'), bundle: true, platform: 'node', logLevel: 'error',
    });
    writeFileSync(join(folder, 'driver.cjs'), `
      const { Profiler } = require('./profiler.cjs');
      const profiler = Profiler.start();
      const out = {};
      for (let seed = 0; seed < ${PROGRAMS}; seed++) {
        const { handler } = require('./program-' + seed + '.cjs');
        out[seed] = [];
        for (let event = 0; event < ${EVENTS}; event++) {
          try { handler(event * 7 + seed); } catch {}
          out[seed].push(profiler.take().scripts.filter(({ url }) => url.endsWith('/program-' + seed + '.cjs')).map(({ functions }) => functions));
        }
      }
      process.stdout.write(JSON.stringify(out));`);
    for (let seed = 0; seed < PROGRAMS; seed++) {
      writeFileSync(join(folder, `program-${seed}.cjs`), program(seed));
    }
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test.each<NodeVersion>(['current', '18', '22', '24'])('Node.js %s: the report is the same', async (version) => {
    const { path: node } = await nodeBinary(version);
    const output = execFileSync(node, [join(folder, 'driver.cjs')], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    const taken = JSON.parse(output) as Record<string, FunctionCoverage[][][]>;
    let [all, sent, hit] = [0, 0, 0];
    for (let seed = 0; seed < PROGRAMS; seed++) {
      const path = join(folder, `program-${seed}.cjs`);
      const takes = taken[seed]!.map((scripts) => scripts.map((functions): ScriptCoverage => ({
        url: pathToFileURL(path).href, path: 'index.js', sha256: createHash('sha256').update(readFileSync(path)).digest('hex'), wrapperLength: 0, functions,
      })));
      const news = new News();
      const changes = takes.map((scripts) => news.ofScripts(scripts, DAYS[0]!));
      const [whole, part] = [await reported(takes, path), await reported(changes, path)];
      expect(differences(part, whole)).toEqual([]);
      all += takes.flat(2).flatMap(({ functions }) => functions).length;
      sent += changes.flat(2).flatMap(({ functions }) => functions).length;
      hit += [...whole.values()].filter(Boolean).length / whole.size;
    }
    // the programs are neither trivial nor all alike, and there was something to leave out
    expect(hit / PROGRAMS).toBeGreaterThan(0.3);
    expect(hit / PROGRAMS).toBeLessThan(0.95);
    expect(sent).toBeLessThan(all * 0.8);
  });
});

/** What the combiner makes of takes of one script. */
async function reported(takes: ReadonlyArray<readonly ScriptCoverage[]>, path: string): Promise<Counters> {
  const merge = new RawMerge();
  takes.forEach((result) => merge.add(rawCoverage({ result })));
  const [script_] = merge.scripts();
  const source = await scriptSource(async () => readFileSync(path), script_!);
  const { files, problems } = convertScript(script_!, source!, { originals: new OriginalSources() });
  expect(problems).toEqual([]);
  return counters(Object.fromEntries(files.map(({ path: name, coverage }) => [name, coverage])));
}

/**
 * A program that branches by its argument and by what ran before, always the same for a seed.
 *
 * The loops have no variable of their own with `let`: where their body holds a closure, V8 gives the code behind them the count of the
 * body, and what a sum of takes says of an `if` there without an `else` depends on how many takes there are.
 */
function program(seed: number): string {
  const random = mulberry32(seed);
  const below = (bound: number): number => Math.floor(random() * bound);
  const condition = (): string => [
    () => `n % ${2 + below(5)} === ${below(3)}`, () => `state % ${2 + below(3)} === ${below(2)}`, () => `n > ${below(90)}`, () => 'state < 0',
    () => `(n % 2 === ${below(2)} && state > ${below(30)})`, () => `(n > ${below(90)} || state % 2 === ${below(2)})`,
  ][below(6)]!();
  const block = (depth: number): string => `{ ${Array.from({ length: 1 + below(3) }, () => statement(depth)).join(' ')} }`;
  const statement = (depth: number): string => {
    const simple = [
      () => `state += ${1 + below(9)};`,
      () => `state += ${condition()} ? ${below(9)} : ${below(9)};`,
      () => `${condition()} && (state += ${below(9)});`,
      () => `state += (${condition()} ? undefined : ${below(9)}) ?? ${below(9)};`,
    ];
    const nested = [
      () => `if (${condition()}) ${block(depth - 1)}`,
      () => `if (${condition()}) ${block(depth - 1)} else ${block(depth - 1)}`,
      () => `if (${condition()}) ${block(depth - 1)} else if (${condition()}) ${block(depth - 1)}`,
      () => {
        const i = `i${below(1_000_000)}`;
        return `for (var ${i} = 0; ${i} < n % ${2 + below(4)}; ${i}++) { ${statement(depth - 1)} if (${i} === ${below(4)} && ${condition()}) { ${['continue', 'break'][below(2)]!}; } state++; }`;
      },
      () => `switch (n % ${2 + below(4)}) { case 0: ${statement(depth - 1)} ${below(2) ? 'break;' : ''} case 1: ${statement(depth - 1)} break; default: ${statement(depth - 1)} }`,
      () => `try { if (${condition()}) { throw new Error('no'); } ${statement(depth - 1)} } catch { ${statement(depth - 1)} } finally { state++; }`,
      () => `if (${condition()}) { return state; }`,
      () => `if (${condition()}) { throw new Error('out'); }`,
      () => `[1, 2, n].forEach((each) => { if (each > ${below(60)}) { state += each; } });`,
    ];
    const choices = depth > 0 ? [...simple, ...nested, ...nested] : simple;
    return choices[below(choices.length)]!();
  };
  const functions = Array.from({ length: 4 }, (_, n) => `function f${n}(n) ${block(2)}`);
  const calls = functions.map((_, n) => `if (n % ${2 + below(3)} !== ${below(2)}) { f${n}(n + ${below(5)}); }`);
  return `let state = 0;\n${functions.join('\n').replaceAll('; ', ';\n')}\nexports.handler = (n) => {\n${calls.join('\n')}\nreturn state;\n};\n`;
}
