/** `cdk-lambda-coverage/combiner` as a project imports it, against a bucket. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import * as ts from 'typescript';
import * as api from '../../../src/combiner/api';
import { decodeRawCoverageFile } from '../../../src/contract/raw-coverage';
import { codeBlocks } from '../../docs/markdown';
import { BUCKET, Bucket, objectOf } from '../incremental/bucket';
import { tinyObject, tinySource } from '../tiny-function';

const ROOT = path.join(__dirname, '../../..');
let bucket: Bucket;
let project: string;

beforeAll(() => {
  project = mkdtempSync(path.join(tmpdir(), 'combiner-api-'));
  const installed = path.join(project, 'node_modules', 'cdk-lambda-coverage');
  mkdirSync(path.join(installed, 'assets'), { recursive: true });
  cpSync(path.join(ROOT, 'package.json'), path.join(installed, 'package.json'));
  cpSync(path.join(ROOT, 'assets', 'combiner-api'), path.join(installed, 'assets', 'combiner-api'), { recursive: true });
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

beforeEach(async () => {
  bucket = await Bucket.start([tinySource(), objectOf(0), objectOf(1, { large: true }), objectOf(2, { day: 1 })]);
});

afterEach(() => bucket.s3.stop());

/** What a module of the project prints as JSON; the functions are in scope. */
async function run(expression: string, extension: 'mjs' | 'cjs' = 'mjs'): Promise<{ value: any; stderr: string }> {
  const names = '{ combineCoverageFiles, compactCoverageFiles, downloadCoverageFiles, mergeCoverageData, CoverageCombineError, CoverageError }';
  const importing = extension === 'mjs' ? `import ${names} from 'cdk-lambda-coverage/combiner';` : `const ${names} = require('cdk-lambda-coverage/combiner');`;
  const file = path.join(project, `use.${extension}`);
  writeFileSync(file, `${importing}\n(async () => ${expression})().then((value) => console.log(JSON.stringify(value)));`);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], {
    env: { PATH: process.env.PATH, ...bucket.s3.environment(), AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  });
  return { value: JSON.parse(stdout) as unknown, stderr };
}

/** The error that a call ends in. */
async function errorOf(call: string): Promise<any> {
  const { value } = await run(`{ try { return { unexpected: await ${call} }; } catch (error) {
    return { name: error.name, message: error.message, details: error.details, isOurs: error instanceof CoverageError };
  } }`);
  return value as unknown;
}

describe.each(['mjs', 'cjs'] as const)('combineCoverageFiles, from a module %s', (extension) => {
  test('answers with the fields of the reference, and writes an Istanbul coverage map', async () => {
    const { value } = await run(`await combineCoverageFiles('${BUCKET}')`, extension);
    expect(value).toEqual({
      files_processed: 3,
      files_skipped: 0,
      // all 4 statements and both arms of the branch
      combined_coverage: 100,
      output_location: `s3://${BUCKET}/coverage/combined/coverage-final.json`,
      processing_time_ms: expect.any(Number),
      errors: [],
      complete: true,
    });
    const { body, metadata } = bucket.s3.object(BUCKET, 'coverage/combined/coverage-final.json');
    expect(JSON.parse(body.toString('utf8'))).toMatchObject({ 'index.js': { f: { 0: 3 } } });
    expect(metadata).toMatchObject({ 'coverage-percentage': '100' });
  });
});

test('combineCoverageFiles takes a day, and a key for the result', async () => {
  const day = await run(`await combineCoverageFiles('${BUCKET}', 'coverage/2026/02/01/')`);
  expect(day.value).toMatchObject({ files_processed: 1, output_location: `s3://${BUCKET}/coverage/combined/2026/02/01/coverage-final.json`, combined_coverage: 66.67 });
  const named = await run(`await combineCoverageFiles('${BUCKET}', 'coverage/2026/01/31/', 'reports/daily.json')`);
  expect(named.value).toMatchObject({ files_processed: 2, output_location: `s3://${BUCKET}/reports/daily.json` });
  expect(bucket.s3.keys(BUCKET, 'reports/')).toEqual(['reports/daily.json']);
});

test('combineCoverageFiles counts and names what cannot be read, and leaves it', async () => {
  const { key } = tinyObject(9);
  bucket.put([{ key, body: Buffer.from([0x1f, 0x8b, 1]) }]);
  const { value } = await run(`await combineCoverageFiles('${BUCKET}')`);
  expect(value).toMatchObject({ files_processed: 3, files_skipped: 1, errors: [expect.stringContaining(`${key}: damaged gzip`)] });
  expect(bucket.keys()).toContain(key);
});

test('downloadCoverageFiles gives the files with what a report needs, and mergeCoverageData one that says the same', async () => {
  const { value } = await run(`await downloadCoverageFiles('${BUCKET}').then(async (files) => ({ files, merged: await mergeCoverageData(files) }))`);
  const { files, merged } = value as { files: string[]; merged: string };
  expect(files.map((file) => file.slice(file.indexOf('/coverage/') + 1))).toEqual(bucket.keys());
  const folder = files[0]!.slice(0, files[0]!.indexOf('/coverage/'));
  expect(existsSync(path.join(folder, tinySource().key))).toBe(true);
  const raws = decodeRawCoverageFile(gunzipSync(readFileSync(merged)).toString('utf8'));
  const handler = raws.flatMap((raw) => (raw.kind === 'v8' ? raw.result : [])).flatMap(({ functions }) => functions).find(({ functionName }) => functionName === 'exports.handler');
  expect(handler!.ranges.map(({ count }) => count)).toEqual([3, 1]);
  [folder, path.dirname(merged)].forEach((one) => rmSync(one, { recursive: true, force: true }));
});

test('downloadCoverageFiles fails where one file of many may not be read, with the right that is missing', async () => {
  bucket.put(Array.from({ length: 40 }, (_, sequence) => objectOf(10 + sequence)));
  const denied = bucket.keys()[5]!;
  bucket.s3.deny(({ operation, key }) => operation === 'GetObject' && key === denied);
  expect(await errorOf(`downloadCoverageFiles('${BUCKET}')`)).toMatchObject({
    name: 'CoverageCombineError', message: expect.stringContaining('the credentials need s3:GetObject'), isOurs: true,
  });
});

test('mergeCoverageData names what it leaves out, and fails where nothing is left', async () => {
  const [good, bad] = ['good', 'bad'].map((name) => path.join(project, `${name}.coverage`)) as [string, string];
  writeFileSync(good, tinyObject(0).body);
  writeFileSync(bad, '{');
  const { value, stderr } = await run(`await mergeCoverageData(${JSON.stringify([good, bad])})`);
  expect(existsSync(value as string)).toBe(true);
  expect(JSON.parse(stderr)).toMatchObject({ level: 'ERROR', error_type: 'CoverageCombineError', message: expect.stringContaining(`${bad}: not JSON`) });
  expect(await errorOf(`mergeCoverageData(${JSON.stringify([bad])})`)).toMatchObject({
    name: 'CoverageCombineError', message: expect.stringContaining('none of the 1 coverage files can be read'), isOurs: true,
  });
  rmSync(path.dirname(value as string), { recursive: true, force: true });
});

test('compactCoverageFiles replaces files', async () => {
  expect((await run(`await compactCoverageFiles('${BUCKET}')`)).value).toEqual({ files_replaced: 2, files_written: 1, errors: [] });
  expect((await run(`await combineCoverageFiles('${BUCKET}')`)).value).toMatchObject({ files_processed: 2, combined_coverage: 100 });
});

test.each([
  ["combineCoverageFiles('s3://b')", 'CoverageError', "bucketName 's3://b' is not the name of a bucket; pass a text such as 'my-coverage-bucket', without s3://"],
  ['combineCoverageFiles(undefined)', 'CoverageError', 'bucketName undefined is not the name of a bucket'],
  ["combineCoverageFiles('tiny-coverage', 'coverage')", 'CoverageError', "prefix 'coverage' does not end with a slash; use 'coverage/'"],
  ["combineCoverageFiles('tiny-coverage', 'coverage/', '')", 'CoverageError', "outputKey '' is not a key for the result"],
  ["combineCoverageFiles('no-such-coverage')", 'CoverageCombineError', "bucket 'no-such-coverage' does not exist"],
  ["combineCoverageFiles('tiny-coverage', 'other/')", 'CoverageCombineError', 'no coverage in s3://tiny-coverage/other/'],
  ["combineCoverageFiles('tiny-coverage', 'coverage/', undefined, { app: 'nowhere' })", 'CoverageCombineError', "'nowhere' is not a cloud assembly"],
  ["downloadCoverageFiles('no-such-coverage')", 'CoverageCombineError', "bucket 'no-such-coverage' does not exist"],
  ['mergeCoverageData([])', 'CoverageError', 'coverageFiles [] is not a list of the paths of coverage files, at least one'],
  ["compactCoverageFiles('tiny-coverage', 'coverage/2026/')", 'CoverageError', "prefix 'coverage/2026/' names a part of the coverage; pass 'coverage/'"],
])('%s is a %s that says why', async (call, name, message) => {
  expect(await errorOf(call)).toMatchObject({ name, message: expect.stringContaining(message), isOurs: true });
});

test('has types, in every way that TypeScript finds modules', () => {
  const use = `import { combineCoverageFiles, compactCoverageFiles, downloadCoverageFiles, mergeCoverageData, CoverageCombineError, CoverageError,
  type CombineCoverageOptions, type CombineResult, type CompactCoverageResult } from 'cdk-lambda-coverage/combiner';
const options: CombineCoverageOptions = { app: 'cdk.out', allBuilds: true };
export async function use(): Promise<[number, string, CompactCoverageResult]> {
  const result: CombineResult = await combineCoverageFiles('b', 'coverage/', undefined, options);
  const merged: string = await mergeCoverageData(await downloadCoverageFiles('b'));
  const error: CoverageError = new CoverageCombineError('a', { b: 1 });
  return [result.combined_coverage, merged + result.errors.join() + error.message, await compactCoverageFiles('b')];
}
// @ts-expect-error a bucket is needed
void combineCoverageFiles();
`;
  const ways: Array<[string, ts.CompilerOptions]> = [
    ['types.mts', { module: ts.ModuleKind.NodeNext }],
    ['types.cts', { module: ts.ModuleKind.Node16 }],
    ['types.ts', { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }],
    ['types10.ts', { module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10, ignoreDeprecations: '6.0' }],
  ];
  for (const [file, options] of ways) {
    writeFileSync(path.join(project, file), use);
    expect(typeErrors(file, options)).toEqual([]);
  }
});

test('the snippet of docs/combining.md compiles, and the page names every function', () => {
  const page = path.join(ROOT, 'docs/combining.md');
  const [snippet, ...others] = codeBlocks(page).filter(({ text }) => text.includes('cdk-lambda-coverage/combiner'));
  expect(others).toEqual([]);
  writeFileSync(path.join(project, 'snippet.mts'), snippet!.text);
  expect(typeErrors('snippet.mts', { module: ts.ModuleKind.NodeNext, types: ['node'], typeRoots: [path.join(ROOT, 'node_modules/@types')] })).toEqual([]);
  const text = readFileSync(page, 'utf8');
  expect(Object.keys(api).filter((name) => !text.includes(name))).toEqual([]);
});

function typeErrors(file: string, options: ts.CompilerOptions): string[] {
  const base: ts.CompilerOptions = { strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, lib: ['lib.es2022.d.ts'], types: [] };
  const program = ts.createProgram([path.join(project, file)], { ...base, ...options });
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
