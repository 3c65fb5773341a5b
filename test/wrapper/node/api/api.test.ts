/** Each function of the API against values of the reference, by hand. */
import fs from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type * as Api from '../../../../src/wrapper/node/api';
import { licensedPackages } from '../../../package/bundled-packages';
import type { LocalS3 } from '../../../s3/local-s3';
import { BUCKET, startS3 } from '../attached-function';

const ROOT = join(__dirname, '../../../..');
let logged: string[] = [];
// what writes is taken when the module is loaded
const writing = jest.spyOn(fs, 'writeSync').mockImplementation((_file, text) => logged.push(String(text)));
const api = jest.requireActual<typeof Api>('../../../../assets/wrapper');
const {
  CoverageCombineError, CoverageConfig, CoverageContext, CoverageError, CoverageInitializationError, S3UploadError, coverageHandler, generateS3Key,
  getCoverageStatus, getLayerInfo, getS3Config, uploadCoverageFile,
} = api;

const environment = process.env;

afterAll(() => writing.mockRestore());

beforeEach(() => {
  process.env = Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(AWS|COVERAGE)_/.test(name)));
  logged = [];
});

afterEach(() => {
  process.env = environment;
});

test('exports what the reference has, in camelCase', () => {
  expect(Object.keys(api).sort()).toEqual([
    'CoverageCombineError', 'CoverageConfig', 'CoverageContext', 'CoverageError', 'CoverageInitializationError', 'S3UploadError', 'coverageHandler',
    'generateS3Key', 'getCoverageStatus', 'getLayerInfo', 'getS3Config', 'healthCheckHandler', 'uploadCoverageFile',
  ]);
});

describe('generateS3Key', () => {
  const time = new Date('2024-01-15T10:30:00Z');

  test.each([
    ['the example of the reference', ['my-function', 'abc123', 'coverage/', time], 'coverage/2024/01/15/my-function-abc123.coverage'],
    ['the default prefix', ['f', 'e', undefined, time], 'coverage/2024/01/15/f-e.coverage'],
    ['no prefix', ['f', 'e', '', time], '2024/01/15/f-e.coverage'],
    ['a deep prefix', ['f', 'e', 'team/a/', time], 'team/a/2024/01/15/f-e.coverage'],
    ['the day in UTC', ['f', 'e', 'c/', new Date('2024-12-31T23:59:59.999-01:00')], 'c/2025/01/01/f-e.coverage'],
  ] as const)('%s', (_name, args, key) => expect(generateS3Key(...args as unknown as Parameters<typeof generateS3Key>)).toBe(key));

  test('the time is now by default', () => {
    const day = () => new Date().toISOString().slice(0, 10).replaceAll('-', '/');
    const [before, key, after] = [day(), generateS3Key('f', 'e'), day()];
    expect([`coverage/${before}/f-e.coverage`, `coverage/${after}/f-e.coverage`]).toContain(key);
  });
});

describe('getS3Config', () => {
  test('has the defaults of the reference', () => {
    process.env.COVERAGE_S3_BUCKET = 'b';
    process.env.AWS_REGION = 'eu-west-1';
    expect(getS3Config()).toEqual({ bucket: 'b', prefix: 'coverage/', timeout: 30, region: 'eu-west-1' });
  });

  test('reads the variables', () => {
    Object.assign(process.env, { COVERAGE_S3_BUCKET: 'b', COVERAGE_S3_PREFIX: 'p/', COVERAGE_UPLOAD_TIMEOUT: '5', AWS_DEFAULT_REGION: 'us-west-2' });
    expect(getS3Config()).toEqual({ bucket: 'b', prefix: 'p/', timeout: 5, region: 'us-west-2' });
  });

  test('names the variable that is missing', () => {
    expect(() => getS3Config()).toThrow(CoverageInitializationError);
    expect(() => getS3Config()).toThrow(/^COVERAGE_S3_BUCKET is not set; /);
  });
});

describe('CoverageConfig', () => {
  const DEFAULTS = { s3Bucket: 'b', s3Prefix: 'coverage/', uploadTimeout: 30, branchCoverage: true, debug: false };

  test('has the defaults of the reference', () => {
    expect({ ...new CoverageConfig({ s3Bucket: 'b' }) }).toEqual({ ...DEFAULTS, includePatterns: undefined, excludePatterns: undefined });
  });

  test('is read from the environment', () => {
    process.env.COVERAGE_S3_BUCKET = 'b';
    expect(CoverageConfig.fromEnvironment()).toEqual(new CoverageConfig({ s3Bucket: 'b' }));
    Object.assign(process.env, {
      COVERAGE_S3_PREFIX: 'p/',
      COVERAGE_UPLOAD_TIMEOUT: '5',
      COVERAGE_INCLUDE_PATTERNS: 'src/*,lib/*,app/*',
      COVERAGE_EXCLUDE_PATTERNS: 'tests/*',
      COVERAGE_BRANCH_COVERAGE: 'false',
      COVERAGE_DEBUG: 'true',
    });
    expect({ ...CoverageConfig.fromEnvironment() }).toEqual({
      s3Bucket: 'b', s3Prefix: 'p/', uploadTimeout: 5, includePatterns: ['src/*', 'lib/*', 'app/*'], excludePatterns: ['tests/*'], branchCoverage: false, debug: true,
    });
  });

  test('needs a bucket in the environment', () => expect(() => CoverageConfig.fromEnvironment()).toThrow(CoverageInitializationError));
});

test('getCoverageStatus says what would be used', () => {
  process.env.COVERAGE_S3_BUCKET = 'b';
  const config = { s3Bucket: 'b', s3Prefix: 'coverage/', uploadTimeout: 30, branchCoverage: true, debug: false };
  expect(getCoverageStatus()).toEqual({ initialized: false, active: false, config });
});

test('getLayerInfo has the versions of what runs', () => {
  const { packages } = JSON.parse(fs.readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, { version: string }> };
  const bundled = licensedPackages(fs.readFileSync(join(ROOT, 'assets/wrapper/THIRD-PARTY-LICENSES.txt'), 'utf8')).map(({ name }) => name);
  expect(bundled).toContain('aws4');
  const dependencies = Object.fromEntries(bundled.map((name) => [name, packages[`node_modules/${name}`]!.version]));
  expect(getLayerInfo()).toEqual({ version: '0.0.0', nodeVersion: process.versions.node, v8Version: process.versions.v8, dependencies });
});

describe('errors', () => {
  test.each([
    ['CoverageError', CoverageError], ['CoverageInitializationError', CoverageInitializationError], ['S3UploadError', S3UploadError], ['CoverageCombineError', CoverageCombineError],
  ])('%s has its name, a message and details', (name, type) => {
    const error = new type('what', { why: 1 });
    expect(error).toBeInstanceOf(type);
    expect(error).toBeInstanceOf(CoverageError);
    expect(error).toBeInstanceOf(Error);
    expect({ ...error, message: error.message, text: String(error) }).toEqual({ name, details: { why: 1 }, message: 'what', text: `${name}: what` });
    expect(new type('what').details).toEqual({});
  });
});

describe('uploadCoverageFile', () => {
  let s3: LocalS3;

  beforeEach(async () => {
    s3 = await startS3();
    Object.assign(process.env, s3.environment(), { COVERAGE_S3_BUCKET: BUCKET });
  });

  const KEY = expect.stringMatching(/^coverage\/\d{4}\/\d\d\/\d\d\/my-function-abc123\.coverage$/);

  test('uploads the bytes with their metadata', async () => {
    const upload = await uploadCoverageFile(Buffer.from('covered'), 'my-function', 'abc123');
    expect(upload).toEqual({ s3Key: KEY, bucket: BUCKET, fileSize: 7, uploadTimeMs: expect.any(Number), success: true });
    expect(Number.isSafeInteger(upload.uploadTimeMs)).toBe(true);
    const { body, metadata, contentType, contentEncoding } = s3.object(BUCKET, upload.s3Key);
    expect(body.toString()).toBe('covered');
    expect({ metadata, contentType, contentEncoding }).toEqual({
      metadata: { 'function-name': 'my-function', 'execution-id': 'abc123', 'file-size': '7' }, contentType: 'application/octet-stream', contentEncoding: undefined,
    });
  });

  test('says of what is gzipped that it is', async () => {
    const { s3Key } = await uploadCoverageFile(new Uint8Array(gzipSync('{}')), 'my-function', 'abc123');
    expect(s3.object(BUCKET, s3Key)).toMatchObject({ contentType: 'application/json', contentEncoding: 'gzip' });
  });

  test('takes a configuration', async () => {
    delete process.env.COVERAGE_S3_BUCKET;
    const { s3Key, success } = await uploadCoverageFile(Buffer.from(''), 'f', 'e', new CoverageConfig({ s3Bucket: BUCKET, s3Prefix: 'other/' }));
    expect({ s3Key, success }).toEqual({ s3Key: expect.stringMatching(/^other\/20/), success: true });
    expect(s3.keys(BUCKET)).toEqual([s3Key]);
  });

  test('logs what fails as the reference does, and answers it', async () => {
    const upload = await uploadCoverageFile(Buffer.from('x'), 'my-function', 'abc123', { s3Bucket: 'no-such-bucket' });
    const details = { s3_key: upload.s3Key, bucket: 'no-such-bucket', error_code: 'NoSuchBucket', retry_count: 0 };
    expect(upload).toMatchObject({ s3Key: KEY, bucket: 'no-such-bucket', fileSize: 1, success: false });
    expect(upload.error).toBeInstanceOf(S3UploadError);
    expect(upload.error!.details).toEqual(details);
    expect(logged.map((line) => JSON.parse(line))).toEqual([{
      level: 'ERROR',
      timestamp: expect.any(String),
      error_type: 'S3UploadError',
      message: expect.stringMatching(/^Failed to upload coverage file/),
      details,
      function_name: 'unknown',
      request_id: null,
    }]);
  });

  test('answers that there is no bucket', async () => {
    delete process.env.COVERAGE_S3_BUCKET;
    const upload = await uploadCoverageFile(Buffer.from('x'), 'f', 'e');
    expect(upload).toMatchObject({ bucket: '', success: false });
    expect(upload.error).toBeInstanceOf(CoverageInitializationError);
    expect(JSON.parse(logged.at(-1)!)).toMatchObject({ error_type: 'CoverageInitializationError', message: expect.stringMatching(/^COVERAGE_S3_BUCKET is not set/) });
  });
});

describe('refuses', () => {
  const bytes = Buffer.from('');
  const bad = (value: unknown) => value as never;

  test.each<[string, () => unknown, string | RegExp]>([
    ['a handler that is none', () => coverageHandler(bad({ handler: 1 })), 'handler {"handler":1} is not a function; pass the function that Lambda calls, as in coverageHandler(async (event) => …)'],
    ['no handler', () => coverageHandler(bad(undefined)), /^handler undefined is not a function/],
    ['a function name with a colon', () => generateS3Key('f:1', 'e'), "functionName 'f:1' is not 1 to 64 letters, digits, '-' and '_'; pass the name only, as context.functionName has it"],
    ['a function name that is too long', () => generateS3Key('f'.repeat(65), 'e'), /^functionName 'f+' is not 1 to 64/],
    ['an execution id with a slash', () => generateS3Key('f', 'a/b'), "executionId 'a/b' is not 1 to 200 letters, digits, '.', '-' and '_'; context.awsRequestId is one"],
    ['no execution id', () => generateS3Key('f', bad(undefined)), /^executionId undefined is not/],
    ['a prefix without its slash', () => generateS3Key('f', 'e', 'coverage'), "prefix 'coverage' does not end with a slash; use 'coverage/'"],
    ['a prefix that is no text', () => generateS3Key('f', 'e', bad(1)), "prefix 1 is not a text; pass one that ends with a slash, such as 'coverage/'"],
    ['a time that is none', () => generateS3Key('f', 'e', 'c/', new Date('x')), "timestamp 'Invalid Date' is not a valid Date"],
    ['a time as text', () => generateS3Key('f', 'e', 'c/', bad('2024-01-15')), "timestamp '2024-01-15' is not a valid Date"],
    ['no options', () => new CoverageConfig(bad('b')), /^the options of CoverageConfig, 'b' are not an object; pass \{ s3Bucket/],
    ['no bucket', () => new CoverageConfig(bad({})), 's3Bucket undefined is not the name of a bucket; pass a text'],
    ['a bucket without a name', () => new CoverageConfig({ s3Bucket: '' }), /^s3Bucket '' is not/],
    ['a timeout of nothing', () => new CoverageConfig({ s3Bucket: 'b', uploadTimeout: 0 }), 'uploadTimeout 0 is not a whole number of seconds from 1 to 900'],
    ['a timeout as text', () => new CoverageConfig({ s3Bucket: 'b', uploadTimeout: bad('30') }), /^uploadTimeout '30' is not/],
    ['patterns as text', () => new CoverageConfig({ s3Bucket: 'b', includePatterns: bad('src/*') }), "includePatterns 'src/*' is not a list of texts; pass one such as ['src/**']"],
    ['a pattern with a comma', () => new CoverageConfig({ s3Bucket: 'b', excludePatterns: ['a,b'] }), /^excludePatterns \["a,b"\] cannot be used: pattern 'a,b' is empty, has a comma/],
    ['a boolean as text', () => new CoverageConfig({ s3Bucket: 'b', debug: bad('true') }), "debug 'true' is neither true nor false"],
    ['a context with a wrong prefix', () => new CoverageContext({ s3Bucket: 'b', s3Prefix: '/x/' }), "s3Prefix '/x/' begins with a slash; use 'x/'"],
    ['a value that is long', () => new CoverageConfig(bad('x'.repeat(200))), /'x{99}… are not/],
  ])('%s', (_name, call, message) => {
    expect(call).toThrow(CoverageError);
    expect(call).toThrow(message instanceof RegExp ? message : new CoverageError(message));
  });

  test.each<[string, () => Promise<unknown>, string]>([
    ['text in the place of bytes', () => uploadCoverageFile(bad('text'), 'f', 'e'), "coverageData 'string' is not the type of bytes; pass a Buffer or a Uint8Array, as in Buffer.from(text)"],
    ['an upload under a name that is none', () => uploadCoverageFile(bytes, '', 'e', { s3Bucket: 'b' }), "functionName '' is not 1 to 64 letters, digits, '-' and '_'; pass the name only, as context.functionName has it"],
    ['nothing to run', () => new CoverageContext().run(bad(undefined)), 'fn undefined is not a function; pass the code to cover, as in context.run(() => work())'],
  ])('%s', async (_name, call, message) => expect(call()).rejects.toEqual(new CoverageError(message)));
});
