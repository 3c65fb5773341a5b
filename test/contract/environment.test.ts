import fc from 'fast-check';
import { prefix } from './arbitraries';
import { DEFAULT_SETTINGS, decodeEnvironment, encodeEnvironment, patternsProblem, Variable, type Settings } from '../../src/contract/environment';

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
  },
  { requiredKeys: ['prefix', 'uploadTimeout', 'include', 'exclude', 'branchCoverage', 'debug'] },
);

test('decoding inverts encoding', () => {
  fc.assert(
    fc.property(settings, (given) => {
      expect(decodeEnvironment(encodeEnvironment(given))).toEqual({ settings: given, problems: [] });
    }),
  );
});

test('nothing is set for the defaults, and nothing set means the defaults of the reference', () => {
  expect(encodeEnvironment(DEFAULT_SETTINGS)).toEqual({});
  expect(decodeEnvironment({})).toEqual({
    settings: { prefix: 'coverage/', uploadTimeout: 30, include: [], exclude: [], branchCoverage: true, debug: false },
    problems: [],
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
  });
});

test('any environment gives settings that can be used, and names each value that is not', () => {
  const values = fc.oneof(fc.string(), fc.constantFrom('', '0', 'TRUE', '901', '-1', '1e3', ' 5', 'x/', '/x/', ',', '__proto__', 'constructor'));
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.values(Variable)), values), (environment) => {
      const decoded = decodeEnvironment(environment);
      expect(decodeEnvironment(encodeEnvironment(decoded.settings))).toEqual({ settings: decoded.settings, problems: [] });
      for (const { variable, value } of decoded.problems) {
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
  ['COVERAGE_BRANCH_COVERAGE', 'yes', 'branchCoverage', /none of 'true', 'false', '1' and '0'/],
  ['COVERAGE_DEBUG', 'toString', 'debug', /none of 'true'/],
])('%s=%s is named, and its default taken', (variable, value, setting, message) => {
  const decoded = decodeEnvironment({ [variable]: value });
  expect(decoded.settings[setting]).toEqual(DEFAULT_SETTINGS[setting]);
  expect(decoded.problems).toEqual([{ variable, value, message: expect.stringMatching(message) }]);
});

test.each<[string, string, keyof Settings, unknown]>([
  ['COVERAGE_DEBUG', 'True', 'debug', true],
  ['COVERAGE_DEBUG', '1', 'debug', true],
  ['COVERAGE_BRANCH_COVERAGE', '0', 'branchCoverage', false],
  ['COVERAGE_UPLOAD_TIMEOUT', '900', 'uploadTimeout', 900],
  ['COVERAGE_INCLUDE_PATTERNS', ' src/* , ,lib/* ', 'include', ['src/*', 'lib/*']],
  ['COVERAGE_S3_PREFIX', '', 'prefix', ''],
  ['COVERAGE_S3_BUCKET', '', 'bucket', undefined],
])('%s=%s is understood', (variable, value, setting, expected) => {
  const { settings: decoded, problems } = decodeEnvironment({ [variable]: value });
  expect(problems).toEqual([]);
  expect(decoded[setting]).toEqual(expected);
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
