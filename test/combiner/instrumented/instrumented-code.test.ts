import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { build } from 'esbuild';
import fc from 'fast-check';
import { createCoverageMap, createFileCoverage } from 'istanbul-lib-coverage';
import {
  BUILD, compiled, instrument, istanbulObject, kept, sha256, shapeOf, takeOf, TYPESCRIPT, v8Object, type Instrumented, type InstrumentedCoverage,
} from './instrumented-function';
import { combine } from '../../../src/combiner/combine';
import { writeReports } from '../../../src/combiner/report/write-reports';
import { Repository } from '../../../src/combiner/repository';
import { FolderStore } from '../../../src/combiner/stores/folder-store';
import type { InstrumentedFile } from '../../../src/contract/raw-coverage';
import { writeObjects, type TinyObject } from '../tiny-function';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'instrumented-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function combined(objects: readonly TinyObject[], repository?: string) {
  const bucket = mkdtempSync(path.join(folder, 'bucket-'));
  writeObjects(bucket, objects);
  return combine(new FolderStore(bucket), { repository: repository === undefined ? undefined : new Repository(repository) });
}

/** The function's file as its developers have it. */
function repositoryWith(files: Record<string, string>): string {
  const root = mkdtempSync(path.join(folder, 'repository-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  return root;
}

const SOURCE = compiled().code;
const ORDERS = [{ amount: 10 }, { amount: 1 }, { amount: 2, note: 'gift' }, { amount: 30 }];

/** Plain JavaScript, as babel-plugin-istanbul or `nyc instrument` leave it. */
function plain(orders: readonly unknown[] = ORDERS, file = `${BUILD}/src/price.js`): Instrumented {
  const instrumented = instrument(SOURCE, file);
  orders.forEach((order) => instrumented.exports.price!(order));
  return instrumented;
}

/** TypeScript that was compiled and then instrumented. */
function mapped(map = compiled().map, orders: readonly unknown[] = ORDERS): Instrumented {
  const instrumented = instrument(compiled().code, `${BUILD}/dist/price.js`, map);
  orders.forEach((order) => instrumented.exports.price!(order));
  return instrumented;
}

const objectsOf = ({ coverage }: Instrumented) => [kept(shapeOf(coverage)), istanbulObject([takeOf(coverage)], 0)];

const counters = ({ s, f, b, statementMap, fnMap, branchMap }: InstrumentedCoverage) =>
  JSON.parse(JSON.stringify({ s, f, b, statementMap, branchMap, fnMap })) as object;

describe('a file without a source map', () => {
  test('has the counters of the run', async () => {
    const instrumented = plain();
    const { coverage, filesProcessed, lambdaFunctions } = await combined(objectsOf(instrumented));
    expect(coverage.files()).toEqual(['home/ci/shop/src/price.js']);
    expect(counters(coverage.fileCoverageFor('home/ci/shop/src/price.js').data as InstrumentedCoverage)).toEqual(counters(instrumented.coverage));
    expect([filesProcessed, lambdaFunctions]).toEqual([1, ['orders']]);
  });

  test('of two environments has the sum, as Istanbul merges it', async () => {
    const [one, other] = [plain(), plain([{ amount: 1 }])];
    const truth = createFileCoverage(structuredClone(one.coverage));
    truth.merge(createFileCoverage(structuredClone(other.coverage)));
    const { coverage } = await combined([
      kept(shapeOf(one.coverage)), istanbulObject([takeOf(one.coverage)], 0), istanbulObject([takeOf(other.coverage)], 0, { environmentId: 'ba9876543210' }),
    ]);
    const { s, f, b } = coverage.fileCoverageFor('home/ci/shop/src/price.js');
    expect({ s, f, b }).toEqual({ s: truth.s, f: truth.f, b: truth.b });
  });

  test('of which nothing ran is there with 0', async () => {
    const { coverage: file } = instrument('export function never() { return 1; }', `${BUILD}/src/never.js`);
    const { coverage } = await combined([kept(shapeOf(file)), istanbulObject([takeOf(file)], 0)]);
    expect(coverage.getCoverageSummary().statements).toMatchObject({ total: 1, covered: 0 });
  });

  test('has no branches where branch coverage is off, and obeys include and exclude', async () => {
    const { coverage: file } = plain();
    const files = async (change: object) => (await combined([kept(shapeOf(file)), istanbulObject([takeOf(file)], 0, change)])).coverage;
    const { branches, functions } = (await files({ branchCoverage: false })).getCoverageSummary();
    expect([branches.total, functions.total]).toEqual([0, Object.keys(file.f).length]);
    expect((await files({ include: ['src/*'] })).files()).toHaveLength(1);
    expect((await files({ include: ['lib/*'] })).files()).toEqual([]);
    expect((await files({ exclude: ['**/price.js'] })).files()).toEqual([]);
  });
});

test('any counts add up to the same, over however many takes they come and in whatever order', async () => {
  const { coverage: file } = plain();
  const ids = { s: Object.keys(file.s), f: Object.keys(file.f), b: Object.keys(file.b) };
  const shape = sha256(shapeOf(file));
  const record = <T>(keys: readonly string[], value: fc.Arbitrary<T>) => fc.dictionary(fc.constantFrom(...keys), value, { noNullPrototype: true });
  const arms = Object.fromEntries(ids.b.map((id) => [id, fc.tuple(...file.b[id]!.map(() => fc.nat(1_000)))]));
  const take: fc.Arbitrary<InstrumentedFile> = fc.record({
    path: fc.constant(file.path),
    shape: fc.constant(shape),
    s: record(ids.s, fc.nat(1_000)),
    f: record(ids.f, fc.nat(1_000)),
    b: fc.record(arms, { requiredKeys: [], noNullPrototype: true }) as fc.Arbitrary<InstrumentedFile['b']>,
  });
  await fc.assert(fc.asyncProperty(fc.array(take, { minLength: 1, maxLength: 6 }), fc.array(fc.nat()), async (takes, order) => {
    const shuffled = takes.map((one, index) => [order[index] ?? index, one] as const).sort(([a], [b]) => a - b).map(([, one]) => one);
    const { coverage } = await combined([kept(shapeOf(file)), ...shuffled.map((one, sequence) => istanbulObject([one], sequence))]);
    const { s, f, b } = coverage.fileCoverageFor('home/ci/shop/src/price.js');
    const sum = (kind: 's' | 'f', id: string) => takes.reduce((total, one) => total + (one[kind][id] ?? 0), 0);
    expect(s).toEqual(Object.fromEntries(ids.s.map((id) => [id, sum('s', id)])));
    expect(f).toEqual(Object.fromEntries(ids.f.map((id) => [id, sum('f', id)])));
    const sumOfArm = (id: string, arm: number) => takes.reduce((total, one) => total + (one.b[id]?.[arm] ?? 0), 0);
    expect(b).toEqual(Object.fromEntries(ids.b.map((id) => [id, file.b[id]!.map((_, arm) => sumOfArm(id, arm))])));
  }), { numRuns: 30 });
});

describe('a file with a source map', () => {
  /** The same source with counters of its own: no map takes part. */
  const truth = (orders: readonly unknown[] = ORDERS) => {
    const original = instrument(TYPESCRIPT, 'src/price.ts', undefined, ['typescript']);
    orders.forEach((order) => original.exports.price!(order));
    return createFileCoverage(original.coverage);
  };

  test('is told as its original file, with the text that the map holds', async () => {
    const { coverage, texts, errors } = await combined(objectsOf(mapped()));
    expect(errors).toEqual([]);
    expect(coverage.files()).toEqual(['home/ci/shop/src/price.ts']);
    const file = coverage.fileCoverageFor('home/ci/shop/src/price.ts');
    const expected = truth();
    for (const [line, count] of Object.entries(expected.getLineCoverage())) {
      expect([line, file.getLineCoverage()[Number(line)]]).toEqual([line, count]);
    }
    const functions = ({ fnMap, f }: { fnMap: any; f: any }) =>
      Object.fromEntries(Object.keys(fnMap).map((id) => [fnMap[id].loc.start.line, f[id]]));
    expect(functions(file)).toMatchObject(functions(expected));
    expect(texts.get('home/ci/shop/src/price.ts')).toBe(TYPESCRIPT);
  });

  test.each([
    ['/home/ci/shop/lib/a.ts', 'home/ci/shop/lib/a.ts'],
    ['../../other/a.ts', 'home/ci/other/a.ts'],
    ['file:///home/ci/shop/lib/a.ts', 'home/ci/shop/lib/a.ts'],
    ['C:\\shop\\a.ts', 'shop/a.ts'],
    ['../../../../../../../etc/passwd', 'etc/passwd'],
  ])('whose source is %s is told as %s', async (source, expected) => {
    const { coverage } = await combined(objectsOf(mapped({ ...compiled().map, sources: [source] })));
    expect(coverage.files()).toEqual([expected]);
  });

  test('of packages is left out', async () => {
    const { coverage } = await combined(objectsOf(mapped({ ...compiled().map, sources: ['../node_modules/left-pad/index.ts'] })));
    expect(coverage.files()).toEqual([]);
  });

  test('that cannot be read is told as it was instrumented, and says so', async () => {
    const instrumented = mapped();
    const damaged = { ...instrumented, coverage: { ...instrumented.coverage, inputSourceMap: { version: 3, sources: 7, mappings: 'AAAA', names: [] } } };
    const { coverage, errors } = await combined(objectsOf(damaged));
    expect(coverage.files()).toEqual(['home/ci/shop/dist/price.js']);
    expect(errors).toContainEqual(expect.stringMatching(/^orders: .*price\.js: its source map cannot be read .* as it was instrumented/));
  });

  test('that leads nowhere is named', async () => {
    const { errors } = await combined(objectsOf(mapped({ version: 3, sources: ['a.ts'], names: [], mappings: '' })));
    expect(errors).toEqual(['orders: /home/ci/shop/dist/price.js: its source map leads to no original file, so it is left out']);
  });
});

describe('what is damaged', () => {
  const good = plain();
  const goodPath = 'home/ci/shop/src/price.js';
  const fine = [kept(shapeOf(good.coverage)), istanbulObject([takeOf(good.coverage)], 0)];
  const bad = (shape: string, change: object = {}) => [
    kept(shape), istanbulObject([{ path: '/bad.js', shape: sha256(shape), s: {}, f: {}, b: {}, ...change }], 1),
  ];
  const shape = (change: object) => JSON.stringify({ path: '/bad.js', statementMap: {}, fnMap: {}, branchMap: {}, ...change });
  const place = { start: { line: 1, column: 0 }, end: { line: 1, column: 5 } };
  const proto = (name: string) => shape({}).replace(`"${name}":{}`, `"${name}":{"__proto__":${JSON.stringify(place)}}`);

  test.each<[string, TinyObject[], RegExp]>([
    ['a shape that is no JSON', bad('{'), /is damaged: it is not JSON/],
    ['a shape of other things', bad('[]'), /is damaged: it is not an object/],
    ['a shape without statements', bad(shape({ statementMap: null })), /is damaged: statementMap is not an object/],
    ['a place that is none', bad(shape({ statementMap: { 0: { start: { line: 'x', column: 0 } } } })), /statementMap\.0\.start is not a line and a column/],
    ['a function without a place', bad(shape({ fnMap: { 0: { name: 'f' } } })), /fnMap\.0\.loc is not an object/],
    ['a branch without arms', bad(shape({ branchMap: { 0: { loc: place, locations: [] } } })), /branchMap\.0\.locations has no places/],
    ['the id __proto__ in a shape', bad(proto('statementMap')), /statementMap has the id '__proto__', which is not a number/],
    ['the counter __proto__', bad(shape({}), { s: Object.fromEntries([['__proto__', 5]]) }), /has no place for the counter s\.__proto__/],
    ['the counter constructor', bad(shape({}), { f: { constructor: 5 } }), /has no place for the counter f\.constructor/],
    ['too many arms', bad(shape({ branchMap: { 0: { loc: place, locations: [place] } } }), { b: { 0: [1, 2] } }), /has 1 places for the 2 counters of b\.0/],
    ['a shape that is not there', bad(shape({})).slice(1), /its shape was not kept/],
    ['a shape of another hash', [{ ...kept('other'), key: kept(shape({})).key }, ...bad(shape({})).slice(1)], /has other content/],
  ])('%s is named, and the rest is combined', async (_, objects, message) => {
    const { coverage, errors } = await combined([...fine, ...objects]);
    expect(coverage.files()).toEqual([goodPath]);
    expect(errors).toContainEqual(expect.stringMatching(/^orders: \/bad\.js: /));
    expect(errors).toContainEqual(expect.stringMatching(message));
    expect(({} as any).start).toBeUndefined();
  });

  test.each(['__proto__', 'constructor'])('the path %s is a file of that name, and changes no prototype', async (name) => {
    const text = shape({ statementMap: { 0: place } });
    const { coverage } = await combined([...fine, kept(text), istanbulObject([{ path: name, shape: sha256(text), s: { 0: 1 }, f: {}, b: {} }], 1)]);
    expect(coverage.files().sort()).toEqual([`./${name}`, goodPath]);
    expect(({} as any).statementMap).toBeUndefined();
  });

  test.each(['/'])('the path %s is no file', async (name) => {
    const text = shape({ statementMap: { 0: place } });
    const { coverage, errors } = await combined([...fine, kept(text), istanbulObject([{ path: name, shape: sha256(text), s: {}, f: {}, b: {} }], 1)]);
    expect(coverage.files()).toEqual([goodPath]);
    expect(errors).toContainEqual(expect.stringMatching(/is not the path of a file/));
  });
});

describe('beside V8\'s coverage of the same code', () => {
  const withMap = (code: string, map: object) => ({ path: 'index.js', text: `${code}\n//# sourceMappingURL=index.js.map\n`, map: JSON.stringify(map) });
  const v8 = (script: { path: string; text: string; map?: string }, sequence = 0, change = {}) =>
    [kept(script.text), ...(script.map === undefined ? [] : [kept(script.map)]), v8Object([script], sequence, change)];

  /** A bundle of an instrumented module and one that is not, as a plugin of a bundler makes it. */
  async function bundle(orders: readonly unknown[] = ORDERS, root = BUILD, value = 9) {
    const instrumented = instrument(SOURCE.replace('9', `${value}`), `${root}/src/price.js`);
    orders.forEach((order) => instrumented.exports.price!(order));
    const repository = repositoryWith({ 'src/price.js': instrumented.script, 'src/index.js': "import './price.js';\nimport './other.js';\n", 'src/other.js': 'console.log(1);\n' });
    const { outputFiles } = await build({
      entryPoints: [path.join(repository, 'src/index.js')], outfile: path.join(repository, 'out/index.js'), bundle: true, write: false, sourcemap: 'external', logLevel: 'error',
    });
    return { instrumented, script: withMap(outputFiles[1]!.text, JSON.parse(outputFiles[0]!.text)) };
  }

  test('the file\'s own counters count, under the name that V8\'s coverage has, and the other files are V8\'s', async () => {
    const { instrumented, script } = await bundle();
    const { coverage } = await combined([...v8(script), ...objectsOf(instrumented)]);
    expect(coverage.files()).toEqual(['src/index.js', 'src/other.js', 'src/price.js']);
    expect(counters(coverage.fileCoverageFor('src/price.js').data as InstrumentedCoverage)).toEqual(counters(instrumented.coverage));
    expect(coverage.fileCoverageFor('src/other.js').s).toEqual({ 0: 1 });
  });

  test('a script that was instrumented as a whole is told by its counters, whatever its map says', async () => {
    const instrumented = mapped();
    for (const map of [undefined, compiled().map]) {
      const script = map ? withMap(instrumented.script, map) : { path: 'index.js', text: instrumented.script };
      const { coverage, texts, errors } = await combined([...v8({ ...script, path: 'dist/price.js' }), ...objectsOf(instrumented)]);
      expect(coverage.files()).toEqual(['src/price.ts']);
      expect(texts.get('src/price.ts')).toBe(TYPESCRIPT);
      expect(errors).toEqual([]);
    }
  });

  test('a script without a map that holds instrumented files is not told as itself, and says so', async () => {
    const instrumented = plain();
    const { coverage, errors } = await combined([...v8({ path: 'index.js', text: instrumented.script }), ...objectsOf(instrumented)]);
    expect(coverage.files()).toEqual(['home/ci/shop/src/price.js']);
    expect(errors[0]).toMatch(/^orders: index\.js: it was instrumented and has no source map/);
  });

  test('a script of another function that was not instrumented adds up where its shape is the same', async () => {
    const { instrumented, script } = await bundle();
    const other = v8({ path: 'src/price.js', text: SOURCE }, 1, { functionName: 'other' });
    const { coverage, texts } = await combined([...v8(script), ...objectsOf(instrumented), ...other]);
    expect(coverage.files()).toEqual(['src/index.js', 'src/other.js', 'src/price.js']);
    const { s, statementMap } = coverage.fileCoverageFor('src/price.js');
    expect(statementMap).toEqual(JSON.parse(JSON.stringify(instrumented.coverage.statementMap)));
    expect(s[0]).toBe(instrumented.coverage.s[0]! + 1);
    expect(texts.get('src/price.js')).toBe(SOURCE);
  });

  test('the newest build counts, from whatever folder it was built', async () => {
    const before = await bundle(ORDERS, '/codebuild/output/src111/src', 8);
    const after = await bundle([{ amount: 10 }], '/codebuild/output/src222/src');
    const { coverage, errors } = await combined([
      ...v8(before.script), ...objectsOf(before.instrumented),
      ...v8(after.script, 1), kept(shapeOf(after.instrumented.coverage)), istanbulObject([takeOf(after.instrumented.coverage)], 1),
    ]);
    expect(coverage.files()).toEqual(['src/index.js', 'src/other.js', 'src/price.js']);
    expect(counters(coverage.fileCoverageFor('src/price.js').data as InstrumentedCoverage)).toEqual(counters(after.instrumented.coverage));
    expect(errors).toContainEqual('orders: src/price.js: an older build, deployed before the newest; it is left out');
  });

  test('counters of a build that was replaced by one without them are left out', async () => {
    const { instrumented, script } = await bundle();
    const { coverage } = await combined([...v8(script), ...objectsOf(instrumented), ...v8({ path: 'index.js', text: 'run();\n' }, 1)]);
    expect(coverage.files()).toEqual(['index.js']);
  });
});

describe('the repository', () => {
  test('where it is the one of the build gives paths and texts', async () => {
    const repository = repositoryWith({ 'src/price.js': SOURCE });
    const { coverage, texts, errors } = await combined(objectsOf(plain(ORDERS, `${repository}/src/price.js`)), repository);
    expect(coverage.files()).toEqual(['src/price.js']);
    expect(texts.get('src/price.js')).toBe(SOURCE);
    expect(errors).toEqual([]);
  });

  test('at another place gives them where its files are named alike', async () => {
    const { coverage, texts } = await combined(objectsOf(plain()), repositoryWith({ 'src/price.js': SOURCE }));
    expect(coverage.files()).toEqual(['src/price.js']);
    expect(texts.get('src/price.js')).toBe(SOURCE);
  });

  test('gives no text that cannot be the one that was instrumented', async () => {
    const { coverage, texts, errors } = await combined(objectsOf(plain()), repositoryWith({ 'src/price.js': 'shorter\n' }));
    expect(coverage.files()).toEqual(['src/price.js']);
    expect(texts.size).toBe(0);
    expect(errors).toEqual([expect.stringMatching(/^the text of src\/price\.js is not at hand/)]);
  });

  test('gives nothing that is outside of it, or is not code', () => {
    const root = repositoryWith({ 'src/price.js': SOURCE, '.env': 'SECRET=1' });
    writeFileSync(path.join(folder, 'outside.js'), 'secret');
    symlinkSync(path.join(folder, 'outside.js'), path.join(root, 'link.js'));
    const repository = new Repository(root);
    expect(['src/price.js', '../outside.js', 'link.js', '.env', 'src', 'gone.js'].map((name) => repository.text(name)))
      .toEqual([SOURCE, undefined, undefined, undefined, undefined, undefined]);
  });
});

test('a file without its text is in all numbers, and its page says so', async () => {
  const instrumented = plain([]);
  const result = await combined(objectsOf(instrumented));
  const output = path.join(folder, 'report');
  writeReports(result, { folder: output, formats: ['html', 'lcov', 'json'] });
  const page = readFileSync(path.join(output, 'price.js.html'), 'utf8');
  expect(page).toContain('// the text of home/ci/shop/src/price.js is not at hand');
  expect(page.match(/cline-no/g)!.length).toBe(createFileCoverage(instrumented.coverage).getUncoveredLines().length);
  const json = JSON.parse(readFileSync(path.join(output, 'coverage-final.json'), 'utf8'));
  expect(createCoverageMap(json).getCoverageSummary().toJSON()).toEqual(result.coverage.getCoverageSummary().toJSON());
  expect(readFileSync(path.join(output, 'lcov.info'), 'utf8')).toContain('SF:home/ci/shop/src/price.js');
});
