import fc from 'fast-check';
import { prefix } from './arbitraries';
import {
  DEFAULT_SETTINGS, decodeEnvironment, DEPRECATED_VARIABLES, encodeEnvironment, ENGINES, patternsProblem, samplingProblem, UPLOAD_MODES, Variable,
  type Settings,
} from '../../src/contract/environment';

const text = fc.string({ minLength: 1, maxLength: 40 });
const patterns = fc
  .array(fc.oneof(fc.constantFrom('src/**', '**/*.test.ts', 'a b/*'), fc.string({ maxLength: 20 })), { maxLength: 10 })
  .filter((list) => patternsProblem(list) === undefined);

const settings: fc.Arbitrary<Settings> = fc.record(
  {
    bucket: text,
    prefix,
    uploadTimeout: fc.integer({ min: 1, max: 900 }),
    include: patterns,
    exclude: patterns,
    branchCoverage: fc.boolean(),
    debug: fc.boolean(),
    handler: text,
    runId: text,
    uploadMode: fc.constantFrom(...UPLOAD_MODES),
    sampling: fc.double({ min: 0, max: 1, noNaN: true }),
    directory: text.map((path) => `/${path}`),
    engine: fc.constantFrom(...ENGINES),
  },
  { requiredKeys: ['prefix', 'uploadTimeout', 'include', 'exclude', 'branchCoverage', 'debug', 'uploadMode', 'sampling', 'engine'] },
);

test('decoding inverts encoding', () => {
  fc.assert(
    fc.property(settings, (given) => {
      expect(decodeEnvironment(encodeEnvironment(given))).toEqual({ settings: given, problems: [], deprecated: [] });
    }),
  );
});

test('nothing is set for the defaults, and nothing set means the defaults of the reference', () => {
  expect(encodeEnvironment(DEFAULT_SETTINGS)).toEqual({});
  expect(decodeEnvironment({})).toEqual({
    settings: {
      prefix: 'coverage/', uploadTimeout: 30, include: [], exclude: [], branchCoverage: true, debug: false, uploadMode: 'every-invocation', sampling: 1, engine: 'v8',
    },
    problems: [],
    deprecated: [],
  });
});

test("the reference's example is understood", () => {
  expect(
    decodeEnvironment({
      COVERAGE_S3_BUCKET: 'my-coverage-bucket',
      COVERAGE_S3_PREFIX: 'coverage/',
      COVERAGE_UPLOAD_TIMEOUT: '30',
      COVERAGE_INCLUDE_PATTERNS: 'src/*,lib/*,app/*',
      COVERAGE_EXCLUDE_PATTERNS: 'tests/*,*/__pycache__/*,*/migrations/*',
      COVERAGE_BRANCH_COVERAGE: 'true',
      COVERAGE_DEBUG: 'false',
      AWS_REGION: 'eu-central-1',
    }),
  ).toEqual({
    settings: {
      ...DEFAULT_SETTINGS,
      bucket: 'my-coverage-bucket',
      include: ['src/*', 'lib/*', 'app/*'],
      exclude: ['tests/*', '*/__pycache__/*', '*/migrations/*'],
    },
    problems: [],
    deprecated: [],
  });
});

test('any environment gives settings that can be used, and names each value that is not', () => {
  const names = fc.constantFrom(...Object.values(Variable), ...Object.values(DEPRECATED_VARIABLES));
  const odd = ['', '0', 'TRUE', '901', '-1', '1e3', ' 5', 'x/', '/x/', ',', '__proto__', 'constructor', '0.5', 'NaN', 'Infinity', 'on-change'];
  const values = fc.oneof(fc.string(), fc.constantFrom(...odd));
  fc.assert(
    fc.property(fc.dictionary(names, values), (environment) => {
      const decoded = decodeEnvironment(environment);
      expect(decodeEnvironment(encodeEnvironment(decoded.settings))).toEqual({ settings: decoded.settings, problems: [], deprecated: [] });
      for (const { variable, value } of [...decoded.problems, ...decoded.deprecated]) {
        expect(environment[variable]).toBe(value);
      }
    }),
  );
});

test.each<[string, string, keyof Settings, RegExp]>([
  ['COVERAGE_S3_PREFIX', 'coverage', 'prefix', /does not end with a slash; use 'coverage\/'; the default is used: "coverage\/"/],
  ['COVERAGE_UPLOAD_TIMEOUT', '0', 'uploadTimeout', /not a whole number of seconds from 1 to 900; the default is used: 30/],
  ['COVERAGE_UPLOAD_TIMEOUT', '901', 'uploadTimeout', /from 1 to 900/],
  ['COVERAGE_UPLOAD_TIMEOUT', '1.5', 'uploadTimeout', /whole number/],
  ['COVERAGE_UPLOAD_TIMEOUT', '0x10', 'uploadTimeout', /whole number/],
  ['COVERAGE_UPLOAD_TIMEOUT', '', 'uploadTimeout', /whole number/],
  ['COVERAGE_INCLUDE_PATTERNS', 'x'.repeat(1025), 'include', /1025 characters; 1024 at most/],
  ['COVERAGE_INCLUDE_PATTERNS', 'src/**,*a*a*a*a*b', 'include', /pattern '\*a\*a\*a\*a\*b' takes too long to match: it has more than 4 wildcards in one name/],
  ['COVERAGE_BRANCH_COVERAGE', 'yes', 'branchCoverage', /none of 'true', 'false', '1' and '0'/],
  ['COVERAGE_DEBUG', 'toString', 'debug', /none of 'true'/],
  ['COVERAGE_UPLOAD_MODE', 'On-Change', 'uploadMode', /^is none of 'every-invocation' and 'on-change'; the default is used: "every-invocation"$/],
  ['COVERAGE_UPLOAD_MODE', 'ON_CHANGE', 'uploadMode', /none of 'every-invocation'/],
  ['COVERAGE_UPLOAD_MODE', ' on-change', 'uploadMode', /none of 'every-invocation'/],
  ['COVERAGE_UPLOAD_MODE', '', 'uploadMode', /none of 'every-invocation'/],
  ['COVERAGE_SAMPLING', 'abc', 'sampling', /^is not a number from 0 to 1; the default is used: 1$/],
  ['COVERAGE_SAMPLING', '-0.1', 'sampling', /not a number from 0 to 1/],
  ['COVERAGE_SAMPLING', '1.01', 'sampling', /not a number from 0 to 1/],
  ['COVERAGE_SAMPLING', '', 'sampling', /not a number from 0 to 1/],
  ['COVERAGE_SAMPLING', ' ', 'sampling', /not a number from 0 to 1/],
  ['COVERAGE_SAMPLING', '0,5', 'sampling', /not a number from 0 to 1/],
  ['COVERAGE_SAMPLING', '10%', 'sampling', /not a number from 0 to 1/],
  ['COVERAGE_SAMPLING', 'NaN', 'sampling', /not a number from 0 to 1/],
  ['COVERAGE_SAMPLING', 'Infinity', 'sampling', /not a number from 0 to 1/],
  ['COVERAGE_DIRECTORY', 'coverage', 'directory', /^is not an absolute path; it is ignored$/],
  ['COVERAGE_DIRECTORY', './coverage', 'directory', /not an absolute path/],
  ['COVERAGE_DIRECTORY', '~/coverage', 'directory', /not an absolute path/],
])('%s=%s is named, and its default taken', (variable, value, setting, message) => {
  const decoded = decodeEnvironment({ [variable]: value });
  expect(decoded.settings[setting]).toEqual(DEFAULT_SETTINGS[setting]);
  expect(decoded.problems).toEqual([{ variable, value, message: expect.stringMatching(message) }]);
  expect(decoded.deprecated).toEqual([]);
});

test.each<[string, string, keyof Settings, unknown]>([
  ['COVERAGE_DEBUG', 'True', 'debug', true],
  ['COVERAGE_DEBUG', '1', 'debug', true],
  ['COVERAGE_BRANCH_COVERAGE', '0', 'branchCoverage', false],
  ['COVERAGE_UPLOAD_TIMEOUT', '900', 'uploadTimeout', 900],
  ['COVERAGE_INCLUDE_PATTERNS', ' src/* , ,lib/* ', 'include', ['src/*', 'lib/*']],
  ['COVERAGE_INCLUDE_PATTERNS', '**/*-*-*.js,!(*.spec|*.test).ts,+(a|b)/**', 'include', ['**/*-*-*.js', '!(*.spec|*.test).ts', '+(a|b)/**']],
  ['COVERAGE_S3_PREFIX', '', 'prefix', ''],
  ['COVERAGE_S3_BUCKET', '', 'bucket', undefined],
  ['COVERAGE_UPLOAD_MODE', 'on-change', 'uploadMode', 'on-change'],
  ['COVERAGE_UPLOAD_MODE', 'every-invocation', 'uploadMode', 'every-invocation'],
  ['COVERAGE_SAMPLING', '0', 'sampling', 0],
  ['COVERAGE_SAMPLING', '1', 'sampling', 1],
  ['COVERAGE_SAMPLING', '0.25', 'sampling', 0.25],
  ['COVERAGE_SAMPLING', '1e-2', 'sampling', 0.01],
  ['COVERAGE_DIRECTORY', '/tmp/coverage', 'directory', '/tmp/coverage'],
  ['COVERAGE_DIRECTORY', '', 'directory', undefined],
])('%s=%s is understood', (variable, value, setting, expected) => {
  const { settings: decoded, problems } = decodeEnvironment({ [variable]: value });
  expect(problems).toEqual([]);
  expect(decoded[setting]).toEqual(expected);
});

describe('the names of release 0.x', () => {
  const bucket = { variable: 'COVERAGE_BUCKET', value: 'old-bucket', message: 'is the name of release 0.x; use COVERAGE_S3_BUCKET' };
  const oldPrefix = { variable: 'COVERAGE_PREFIX', value: 'old/', message: 'is the name of release 0.x; use COVERAGE_S3_PREFIX' };

  test.each<[string, Record<string, string>, Partial<Settings>, object[]]>([
    ['the bucket', { COVERAGE_BUCKET: 'old-bucket' }, { bucket: 'old-bucket' }, [bucket]],
    ['the prefix', { COVERAGE_PREFIX: 'old/' }, { prefix: 'old/' }, [oldPrefix]],
    ['both', { COVERAGE_PREFIX: 'old/', COVERAGE_BUCKET: 'old-bucket' }, { bucket: 'old-bucket', prefix: 'old/' }, [bucket, oldPrefix]],
  ])('are read, and each is named with the name to use: %s', (_, environment, expected, deprecated) => {
    expect(decodeEnvironment(environment)).toEqual({ settings: { ...DEFAULT_SETTINGS, ...expected }, problems: [], deprecated });
  });

  test.each<[string, Record<string, string>, Partial<Settings>]>([
    ['the bucket', { COVERAGE_BUCKET: 'old-bucket', COVERAGE_S3_BUCKET: 'new-bucket' }, { bucket: 'new-bucket' }],
    ['an empty bucket', { COVERAGE_BUCKET: 'old-bucket', COVERAGE_S3_BUCKET: '' }, {}],
    ['the prefix', { COVERAGE_PREFIX: 'old/', COVERAGE_S3_PREFIX: 'new/' }, { prefix: 'new/' }],
    ['the bucket, of a prefix', { COVERAGE_PREFIX: 'old/', COVERAGE_S3_BUCKET: 'new-bucket' }, { bucket: 'new-bucket' }],
    ['an empty prefix', { COVERAGE_PREFIX: 'old/', COVERAGE_S3_PREFIX: '' }, { prefix: '' }],
  ])('say nothing where the new name is set: %s', (_, environment, expected) => {
    expect(decodeEnvironment(environment)).toEqual({ settings: { ...DEFAULT_SETTINGS, ...expected }, problems: [], deprecated: [] });
  });

  test('are what a problem with the value names', () => {
    const decoded = decodeEnvironment({ COVERAGE_PREFIX: 'old' });
    expect(decoded.settings.prefix).toBe('coverage/');
    expect(decoded.problems).toEqual([
      { variable: 'COVERAGE_PREFIX', value: 'old', message: "does not end with a slash; use 'old/'; the default is used: \"coverage/\"" },
    ]);
    expect(decoded.deprecated).toEqual([{ ...oldPrefix, value: 'old' }]);
  });

  test('are never written', () => {
    const written = encodeEnvironment({ ...DEFAULT_SETTINGS, bucket: 'bucket', prefix: 'team/' });
    expect(written).toEqual({ COVERAGE_S3_BUCKET: 'bucket', COVERAGE_S3_PREFIX: 'team/' });
  });
});

test.each([0, 1, 0.5, Number.MIN_VALUE])('sampling %d can be used', (rate) => {
  expect(samplingProblem(rate)).toBeUndefined();
});

test.each([-0.1, 1.01, NaN, Infinity, -Infinity])('sampling %d cannot', (rate) => {
  expect(samplingProblem(rate)).toBe('is not a number from 0 to 1');
});

test.each([[[]], [['src/**']], [['a b']], [['x'.repeat(1024)]]])('patterns %j can be used', (list) => {
  expect(patternsProblem(list)).toBeUndefined();
});

test.each<[string[], string]>([
  [['a', 'b,c'], "pattern 'b,c'"],
  [[''], "pattern ''"],
  [[' a'], "pattern ' a'"],
  [['a '], "pattern 'a '"],
  [['x'.repeat(1000), 'y'.repeat(24)], '1025 characters'],
])('patterns %j cannot', (list, problem) => {
  expect(patternsProblem(list)).toContain(problem);
});
