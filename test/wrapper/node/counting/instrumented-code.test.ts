import { createHash } from 'node:crypto';
import { createCoverageMap, type CoverageMapData } from 'istanbul-lib-coverage';
import { createInstrumenter } from 'istanbul-lib-instrument';
import { InstrumentedCode, type InstrumentedTake } from '../../../../src/wrapper/node/counting/instrumented-code';

const PATH = '/home/ci/shop/src/price.js';
/** Statements, by hand: `price = …` 0, the `if` 1, its `return` 2, the other `return` 3; one function, one branch of two arms. */
const SOURCE = 'globalThis.price = (n) => {\n  if (n > 9) {\n    return n * 0.9;\n  }\n  return n;\n};\n';

const user = globalThis as { __coverage__?: any; price?: (n: number) => number };

afterEach(() => {
  delete user.__coverage__;
  delete user.price;
});

/** Runs code with Istanbul's counters in it, as the user's module would be loaded. */
function load(source = SOURCE, path = PATH): void {
  const instrumenter = createInstrumenter({ esModules: false, coverageGlobalScope: 'globalThis', coverageGlobalScopeFunc: false });
  // eslint-disable-next-line no-new-func -- the instrumented code is a text
  new Function(instrumenter.instrumentSync(source, path))();
}

function counters({ files }: InstrumentedTake) {
  return files.map(({ s, f, b }) => ({ s, f, b }));
}

test('nothing is taken where nothing is instrumented', () => {
  expect(new InstrumentedCode().take()).toEqual({ files: [], sources: [], omitted: [] });
});

test('a take has what ran since the one before, and the first has what ran when the module was loaded', () => {
  const code = new InstrumentedCode();
  load();
  expect(counters(code.take())).toEqual([{ s: { 0: 1 }, f: {}, b: {} }]);
  user.price!(10);
  user.price!(1);
  user.price!(2);
  expect(counters(code.take())).toEqual([{ s: { 1: 3, 2: 1, 3: 2 }, f: { 0: 3 }, b: { 0: [1, 2] } }]);
  user.price!(3);
  expect(counters(code.take())).toEqual([{ s: { 1: 1, 3: 1 }, f: { 0: 1 }, b: { 0: [0, 1] } }]);
  expect(code.take()).toEqual({ files: [], sources: [], omitted: [] });
});

test('a file of which nothing ran is told of once, so that a report has it', () => {
  const code = new InstrumentedCode();
  load('function never() { return 1; }');
  expect(counters(code.take())).toEqual([{ s: {}, f: {}, b: {} }]);
  expect(code.take().files).toEqual([]);
});

test('the shape is all of the file but its counters, by its hash and once', () => {
  const code = new InstrumentedCode();
  load();
  const { files, sources } = code.take();
  const { path, statementMap, fnMap, branchMap, hash } = user.__coverage__[PATH];
  expect(sources).toHaveLength(1);
  expect(JSON.parse(sources[0]!.text)).toEqual(JSON.parse(JSON.stringify({ path, statementMap, fnMap, branchMap, hash })));
  expect(files).toMatchObject([{ path: PATH, shape: createHash('sha256').update(sources[0]!.text).digest('hex') }]);
  expect(files[0]!.shape).toBe(sources[0]!.sha256);
  user.price!(1);
  expect(code.take().sources).toEqual([]);
});

test('the takes of a process add up to its counters', () => {
  const code = new InstrumentedCode();
  load();
  load('globalThis.twice = (n) => n ? n * 2 : 0; twice(1);', '/home/ci/shop/src/twice.js');
  const takes = [[1, 20], [], [30], [4, 5, 60]].map((numbers) => {
    numbers.forEach((n) => user.price!(n));
    return code.take();
  });
  const shapes = new Map(takes.flatMap(({ sources }) => sources.map(({ sha256, text }) => [sha256, JSON.parse(text)])));
  const sum = createCoverageMap({});
  takes.flatMap(({ files }) => files).forEach(({ path, shape, s, f, b }) => {
    const { statementMap, fnMap, branchMap } = shapes.get(shape);
    const zeros = (places: object) => Object.fromEntries(Object.keys(places).map((id) => [id, 0]));
    const arms = Object.fromEntries(Object.entries<any>(branchMap).map(([id, { locations }]) => [id, locations.map(() => 0)]));
    const all = { s: { ...zeros(statementMap), ...s }, f: { ...zeros(fnMap), ...f }, b: { ...arms, ...b } as never };
    sum.addFileCoverage({ path, statementMap, fnMap, branchMap, ...all });
  });
  const truth = JSON.parse(JSON.stringify(user.__coverage__)) as CoverageMapData;
  expect(sum.files().sort()).toEqual(Object.keys(truth).sort());
  for (const path of sum.files()) {
    const { s, f, b } = truth[path] as any;
    expect(sum.fileCoverageFor(path).data).toMatchObject({ s, f, b });
  }
});

describe('the user\'s own dealings with the counters', () => {
  test('counters that were reset count from there', () => {
    const code = new InstrumentedCode();
    load();
    [1, 2, 3].forEach((n) => user.price!(n));
    code.take();
    const file = user.__coverage__[PATH];
    Object.keys(file.s).forEach((id) => (file.s[id] = 0));
    file.f[0] = 0;
    file.b[0].fill(0);
    user.price!(10);
    expect(counters(code.take())).toEqual([{ s: { 1: 1, 2: 1 }, f: { 0: 1 }, b: { 0: [1, 0] } }]);
  });

  test('a copy of a file is the same file by its hash', () => {
    const code = new InstrumentedCode();
    load();
    code.take();
    user.__coverage__ = JSON.parse(JSON.stringify(user.__coverage__));
    user.__coverage__[PATH].s[0]++;
    expect(code.take()).toMatchObject({ files: [{ s: { 0: 1 } }], sources: [] });
  });

  test('another build at the same path is another file, from nothing', () => {
    const code = new InstrumentedCode();
    load();
    user.price!(1);
    const [before] = code.take().files;
    load('globalThis.price = (n) => n;\n');
    const { files, sources } = code.take();
    expect(counters({ files } as InstrumentedTake)).toEqual([{ s: { 0: 1 }, f: {}, b: {} }]);
    expect(files[0]!.shape).not.toBe(before!.shape);
    expect(sources).toHaveLength(1);
  });

  test('nothing of theirs is changed', () => {
    const code = new InstrumentedCode();
    load();
    user.price!(1);
    const before = structuredClone(user.__coverage__);
    const freeze = (value: any): any => Object.freeze(Object.values(value).forEach((one) => typeof one === 'object' && one && freeze(one)) ?? value);
    freeze(user.__coverage__);
    code.take();
    expect(user.__coverage__).toEqual(before);
  });

  const thrower = (): never => {
    throw new Error('not today');
  };

  test.each<[string, () => unknown]>([
    ['a text', () => 'x'],
    ['null', () => null],
    ['a number', () => 7],
    ['a function', () => () => 1],
    ['a list', () => [1, 'x', null]],
    ['files that are none', () => ({ a: 1, b: null, c: {}, d: { s: 1, statementMap: {} }, e: { s: {} } })],
  ])('%s is not Istanbul\'s', (_, value) => {
    user.__coverage__ = value();
    expect(new InstrumentedCode().take()).toEqual({ files: [], sources: [], omitted: [] });
  });

  test('something that cannot be listed is let be', () => {
    let listed = 0;
    // only once: jest lists what it finds in globals when it is done
    user.__coverage__ = new Proxy({}, { ownKeys: () => (listed++ === 0 ? thrower() : []) });
    expect(new InstrumentedCode().take()).toEqual({ files: [], sources: [], omitted: [] });
    expect(listed).toBe(1);
  });

  test('a variable that cannot be read is let be', () => {
    Object.defineProperty(globalThis, '__coverage__', { configurable: true, get: thrower });
    expect(new InstrumentedCode().take()).toEqual({ files: [], sources: [], omitted: [] });
  });

  test.each<[string, (file: any) => void]>([
    ['a getter that throws', (file) => Object.defineProperty(file, 's', { get: thrower })],
    ['a shape that is no JSON', (file) => (file.statementMap.self = file.statementMap)],
    ['a getter that throws what has no text', (file) => Object.defineProperty(file, 'f', {
      get: () => {
        throw Object.create(null);
      },
    })],
  ])('a file with %s is told of once, and the others are taken', (_, damage) => {
    const code = new InstrumentedCode();
    load();
    load('1;', '/other.js');
    damage(user.__coverage__[PATH]);
    expect(code.take()).toMatchObject({
      files: [{ path: '/other.js', s: { 0: 1 } }],
      omitted: [{ url: PATH, reason: expect.stringMatching(/^its counters in __coverage__ cannot be read: ./) }],
    });
    user.__coverage__['/other.js'].s[0]++;
    expect(code.take()).toMatchObject({ files: [{ path: '/other.js', s: { 0: 1 } }], omitted: [] });
  });

  test('what is no counter counts nothing', () => {
    const code = new InstrumentedCode();
    load();
    const file = user.__coverage__[PATH];
    Object.assign(file.s, { 0: 'x', 1: -1, 2: NaN, 3: 1.5, 4: 2 ** 60, 5: null, 6: 2 });
    file.b = null;
    expect(counters(code.take())).toEqual([{ s: { 6: 2 }, f: {}, b: {} }]);
  });

  test('an id such as __proto__ is an id', () => {
    const code = new InstrumentedCode();
    load();
    Object.defineProperty(user.__coverage__[PATH].s, '__proto__', { value: 3, enumerable: true });
    expect(Object.entries(code.take().files[0]!.s)).toEqual([['0', 1], ['__proto__', 3]]);
  });
});
