import fc from 'fast-check';
import { sha256, time } from './arbitraries';
import { decodeRawCoverage, encodeRawCoverage, type IstanbulRawCoverage, type RawCoverage } from '../../src/contract/raw-coverage';

const list = <T>(item: fc.Arbitrary<T>, minLength = 0) => fc.array(item, { minLength, maxLength: 4 });

const functionCoverage = fc
  .record({ functionName: fc.string(), isBlockCoverage: fc.boolean(), offsets: list(fc.tuple(fc.nat(), fc.nat(), fc.maxSafeNat()), 1) })
  .map(({ functionName, isBlockCoverage, offsets }) => {
    const ranges = offsets.map(([one, other, count]) => ({ startOffset: Math.min(one, other), endOffset: Math.max(one, other), count }));
    const whole = {
      startOffset: Math.min(...ranges.map((range) => range.startOffset)),
      endOffset: Math.max(...ranges.map((range) => range.endOffset)),
      count: 1,
    };
    return { functionName, isBlockCoverage, ranges: [whole, ...ranges] };
  });

const envelope = {
  version: fc.constant(1 as const),
  metadata: fc.record(
    {
      functionName: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
      functionVersion: fc.string(),
      requestId: fc.string(),
      environmentId: fc.string(),
      sequence: fc.nat(),
      timestamp: time.map((date) => date.toISOString()),
      phase: fc.constantFrom('init' as const, 'invocation' as const),
      runId: fc.string(),
      runtime: fc.string(),
      engine: fc.string(),
      layerVersion: fc.string(),
      include: list(fc.string()),
      exclude: list(fc.string()),
      branchCoverage: fc.boolean(),
    },
    {
      requiredKeys: [
        'functionName', 'functionVersion', 'environmentId', 'sequence', 'timestamp', 'phase', 'runtime', 'engine', 'layerVersion', 'include', 'exclude', 'branchCoverage',
      ],
    },
  ),
  omitted: list(fc.record({ url: fc.string(), reason: fc.string() })),
};

/** Own properties of any name, `__proto__` and `constructor` among them. */
const byId = <T>(item: fc.Arbitrary<T>) => fc.array(fc.tuple(fc.oneof(fc.string(), fc.constantFrom('0', '__proto__', 'constructor')), item), { maxLength: 4 })
  .map((entries) => Object.fromEntries(entries));

const raw: fc.Arbitrary<RawCoverage> = fc.oneof(
  fc.record({
    ...envelope,
    kind: fc.constant('v8' as const),
    result: list(
      fc.record(
        { url: fc.string(), path: fc.string(), sha256, wrapperLength: fc.integer(), sourceMap: sha256, functions: list(functionCoverage) },
        { requiredKeys: ['url', 'path', 'sha256', 'wrapperLength', 'functions'] },
      ),
    ),
  }),
  fc.record({
    ...envelope,
    kind: fc.constant('istanbul' as const),
    result: list(fc.record({ path: fc.string(), shape: sha256, s: byId(fc.maxSafeNat()), f: byId(fc.maxSafeNat()), b: byId(list(fc.maxSafeNat())) })),
  }),
);

/** A fresh one for each test to damage. */
function example(): any {
  return {
    version: 1,
    kind: 'v8',
    metadata: {
      functionName: 'orders',
      functionVersion: '$LATEST',
      requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      environmentId: '0123456789ab',
      sequence: 3,
      timestamp: '2026-01-31T23:59:59.999Z',
      phase: 'invocation',
      runId: 'build-7',
      runtime: 'AWS_Lambda_nodejs22.x',
      engine: '12.4.254.21-node.33',
      layerVersion: '1.0.0',
      include: ['src/**'],
      exclude: ['**/generated/**'],
      branchCoverage: true,
    },
    omitted: [{ url: 'file:///var/task/gone.js', reason: 'it is no longer there' }],
    result: [
      {
        url: 'file:///var/task/app.js',
        path: 'app.js',
        sha256: 'a'.repeat(64),
        wrapperLength: 0,
        sourceMap: 'b'.repeat(64),
        functions: [
          {
            functionName: 'main',
            isBlockCoverage: true,
            ranges: [
              { startOffset: 10, endOffset: 90, count: 2 },
              { startOffset: 20, endOffset: 30, count: 0 },
            ],
          },
        ],
      },
    ],
  };
}

/** As {@link example}, of code that was instrumented. */
function instrumentedExample(): any {
  return {
    ...example(),
    kind: 'istanbul',
    result: [{ path: '/home/ci/shop/src/app.ts', shape: 'c'.repeat(64), s: { 0: 2, 7: 1 }, f: { 0: 2 }, b: { 3: [0, 2] } }],
  };
}

const OPTIONAL = ['metadata.requestId', 'metadata.runId', 'result[0].sourceMap'];

/** Every field of a value, as an error names it, with what takes it away or gives it another value. */
function fieldsOf(value: any, at = ''): string[] {
  const children = Object.keys(value).map((key) => (Array.isArray(value) ? `${at}[${key}]` : `${at}${at && '.'}${key}`));
  return Object.values(value).flatMap((child, index) => {
    const own = Array.isArray(value) ? [] : [children[index]!];
    return typeof child === 'object' && child !== null ? [...own, ...fieldsOf(child, children[index])] : own;
  });
}

function change(value: any, path: string, to: unknown): string {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
  const last = keys.pop()!;
  keys.reduce((parent, key) => parent[key], value)[last] = to;
  return JSON.stringify(value);
}

test('decoding inverts encoding', () => {
  fc.assert(fc.property(raw, (given) => expect(decodeRawCoverage(encodeRawCoverage(given))).toEqual(given)));
});

test('the example is what the damaged ones below are made of', () => {
  expect(decodeRawCoverage(JSON.stringify(example()))).toEqual(example());
});

test('what the contract does not know is left out, so that later releases may add to it', () => {
  const later = { ...example(), later: 1 };
  later.metadata.later = 1;
  later.result[0].later = 1;
  expect(decodeRawCoverage(JSON.stringify(later))).toEqual(example());
});

test('any other text is refused with a reason', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => expect(() => decodeRawCoverage(text)).toThrow(/^(not JSON|the object is|version )/)));
});

test.each(fieldsOf(example()).filter((path) => !OPTIONAL.includes(path)))('%s missing is named', (path) => {
  expect(() => decodeRawCoverage(change(example(), path, undefined))).toThrow(path === 'version' ? 'version missing' : `${path} is missing`);
});

test.each(fieldsOf(example()).filter((path) => path !== 'version'))('%s of a wrong type is named', (path) => {
  expect(() => decodeRawCoverage(change(example(), path, null))).toThrow(`${path} is null`);
});

test.each(OPTIONAL)('%s may be missing', (path) => {
  expect(() => decodeRawCoverage(change(example(), path, undefined))).not.toThrow();
});

test.each<[string, string, unknown, string]>([
  ['a later version', 'version', 2, 'version 2 cannot be read by this release (it reads 1); update cdk-lambda-coverage'],
  ['an unknown kind', 'kind', 'blocks', "kind 'blocks' cannot be read by this release (it reads v8, istanbul, counters, python); update cdk-lambda-coverage"],
  ['a kind of the prototype', 'kind', 'constructor', "kind 'constructor' cannot be read"],
  ['a time without its zone', 'metadata.timestamp', '2026-01-31T23:59:59', 'not a time such as 2026-01-31T23:59:59.999Z'],
  ['a day that there is not', 'metadata.timestamp', '2026-02-30T00:00:00.000Z', 'not a time'],
  ['an unknown phase', 'metadata.phase', 'shutdown', 'metadata.phase is "shutdown", not \'init\' or \'invocation\''],
  ['a negative sequence', 'metadata.sequence', -1, 'metadata.sequence is -1, not a whole number from 0'],
  ['a digest that is none', 'result[0].sha256', 'abc', 'result[0].sha256 is "abc", not a SHA-256 in hexadecimal'],
  ['half a character', 'result[0].wrapperLength', 0.5, 'result[0].wrapperLength is 0.5, not a whole number'],
  ['a function without ranges', 'result[0].functions[0].ranges', [], 'result[0].functions[0].ranges is empty'],
  ['a range that ends before it begins', 'result[0].functions[0].ranges[1].endOffset', 19, 'result[0].functions[0].ranges[1] begins at 20, after its end 19'],
  ['a range outside of its function', 'result[0].functions[0].ranges[1].endOffset', 91, 'result[0].functions[0].ranges has {"startOffset":20,"endOffset":91,"count":0} outside of its function\'s range'],
  ['a count that is no longer exact', 'result[0].functions[0].ranges[0].count', 2 ** 53, 'result[0].functions[0].ranges[0].count is 9007199254740992'],
])('%s is refused', (_, path, value, message) => {
  expect(() => decodeRawCoverage(change(example(), path, value))).toThrow(message);
});

describe('instrumented files', () => {
  const damaged = (path: string, value: unknown) => () => decodeRawCoverage(change(instrumentedExample(), path, value));
  /** Ids may be missing, and what they stand for with them. */
  const fields = fieldsOf({ result: instrumentedExample().result }).filter((path) => path.startsWith('result'));

  test('are read as they were written', () => {
    expect(decodeRawCoverage(JSON.stringify(instrumentedExample()))).toEqual(instrumentedExample());
  });

  test.each(['path', 'shape', 's', 'f', 'b'])('without %s are refused', (name) => {
    expect(damaged(`result[0].${name}`, undefined)).toThrow(`result[0].${name} is missing`);
  });

  test.each(fields)('%s of a wrong type is named', (path) => {
    expect(damaged(path, null)).toThrow(`${path} is null`);
  });

  test.each<[string, string, unknown, string]>([
    ['a shape that is no digest', 'result[0].shape', 'abc', 'result[0].shape is "abc", not a SHA-256 in hexadecimal'],
    ['a negative counter', 'result[0].s.7', -1, 'result[0].s.7 is -1, not a whole number from 0'],
    ['a counter that is no longer exact', 'result[0].f.0', 2 ** 53, 'result[0].f.0 is 9007199254740992'],
    ['half an arm', 'result[0].b.3[1]', 0.5, 'result[0].b.3[1] is 0.5, not a whole number from 0'],
    ['a branch with one counter', 'result[0].b.3', 1, 'result[0].b.3 is 1, not a list'],
    ['counters in a list', 'result[0].s', [1], 'result[0].s is [1], not an object'],
  ])('with %s are refused', (_, path, value, message) => {
    expect(damaged(path, value)).toThrow(message);
  });

  test('whose ids are names of the prototype have them as their own, and nothing else gets them', () => {
    const json = JSON.stringify(instrumentedExample()).replace('"s":{', '"s":{"__proto__":5,"constructor":6,');
    const decoded = decodeRawCoverage(json);
    const { s } = (decoded.result as IstanbulRawCoverage['result'])[0]!;
    expect(Object.entries(s)).toEqual([['0', 2], ['7', 1], ['__proto__', 5], ['constructor', 6]]);
    expect(Object.getPrototypeOf(s)).toBe(Object.prototype);
    expect(JSON.parse(encodeRawCoverage(decoded))).toEqual(JSON.parse(json));
  });
});
