/** Functions whose code has counters: on the runtime client, with a real upload. */
import { gzipSync, gunzipSync } from 'node:zlib';
import { combine, type CombinedStore } from '../../../../src/combiner/combine';
import type { Selection } from '../../../../src/combiner/reading/selection';
import type { CountedScript } from '../../../../src/contract/raw-coverage';

import { instrumentFolder } from '../../../../src/instrumenter/instrument-folder';
import type { LocalS3 } from '../../../s3/local-s3';
import { taskFolder, type TaskFiles } from '../../../task-folder';
import { bundledFunction, startOwn } from '../api/own-handler';
import { BUCKET, rawObjects, startAttached, startS3, type AttachOptions } from '../attached-function';
import { storeOf } from '../bucket-as-store';
import { RUNTIMES } from '../comparison';

const FILES = {
  'index.js': [
    "const { double } = require('./lib/double');",
    'exports.handler = async ({ n }) => {',
    "  if (n > 5) { return 'large'; }",
    '  for (let i = 0; i < n; i++) { double(i); }',
    "  return n === 0 ? 'none' : 'some';",
    '};',
    '',
  ].join('\n'),
  'lib/double.js': 'exports.double = (n) => n * 2;\n',
  'lib/never.js': 'exports.never = () => 1;\n',
};

function instrumented(files: TaskFiles, counts = false): string {
  const output = taskFolder({});
  instrumentFolder(taskFolder(files), output, { include: [], exclude: [], counts });
  return output;
}

const start = (s3: LocalS3, options: Partial<AttachOptions> = {}) =>
  startAttached(s3, { runtime: 'nodejs22.x', taskRoot: instrumented(FILES), handler: 'index.handler', ...options, settings: { engine: 'instrumented', ...options.settings } });

const hitsOf = ({ coverage }: CombinedStore, file: string) => Object.values(coverage.fileCoverageFor(file).data.s);

describe.each(RUNTIMES)('%s', (runtime) => {
  test('each invocation uploads what it ran, and V8 is not asked', async () => {
    const s3 = await startS3();
    const fn = await start(s3, { runtime });
    expect(await fn.invoke({ n: 9 })).toMatchObject({ payload: 'large' });
    expect(await fn.invoke({ n: 2 })).toMatchObject({ payload: 'some' });
    await fn.settled();
    const objects = rawObjects(s3);
    // scripts that are new are told of, though nothing of them ran
    expect(objects.map(({ key, raw }) => [key.execution.sequence, raw.kind, raw.metadata.phase, raw.result.length])).toEqual([
      [0, 'counters', 'init', 2], [0, 'counters', 'invocation', 1], [1, 'counters', 'invocation', 2],
    ]);
    const combined = await combine(storeOf(s3, BUCKET));
    expect(combined.errors).toEqual([]);
    // by hand: the require, the handler, the if, its return, the for with its init, double(i), the last return
    expect(hitsOf(combined, 'index.js').map(Number)).toEqual([1, 1, 2, 1, 1, 1, 1, 1].map(() => expect.any(Number)));
    expect(hitsOf(combined, 'index.js').every((count) => count > 0)).toBe(true);
    expect(combined.coverage.files()).toEqual(['index.js', 'lib/double.js']);
  });
});

test('what an environment ran when it started is in a report of what it ran later, and its first invocation is not', async () => {
  const s3 = await startS3();
  const files = {
    'index.js': [
      'const setUp = () => new Map();',
      'const known = setUp();',
      'exports.handler = async ({ n }) => {',
      "  if (n === 1) { return 'first'; }",
      '  return known.get(n);',
      '};',
      '',
    ].join('\n'),
  };
  const fn = await start(s3, { taskRoot: instrumented(files) });
  await fn.invoke({ n: 1 });
  await fn.settled();
  const since = new Date();
  await fn.invoke({ n: 2 });
  await fn.settled();
  const reached = async (selection: Selection) => hitsOf(await combine(storeOf(s3, BUCKET), { selection }), 'index.js').map((count) => count > 0);
  // by hand: setUp's declaration, known, the handler; what setUp returns; the if, its return, the last return
  expect(await reached({ since })).toEqual([true, true, true, true, true, false, true]);
  expect(await reached({ since, phase: 'invocation' })).toEqual([false, false, false, false, true, false, true]);
  expect(await reached({ until: since, phase: 'init' })).toEqual([true, true, true, true, false, false, false]);
  expect(await reached({ until: since })).toEqual([true, true, true, true, true, true, false]);
});

test('a bundle that has the API in it is instrumented as any other, and its blocks are told of', async () => {
  const s3 = await startS3();
  const source = `import { CoverageContext } from 'cdk-lambda-coverage/wrapper';
const context = new CoverageContext();
const work = (n) => (n > 1 ? 'many' : 'one');
export const handler = async ({ n }) => context.run(() => work(n));`;
  const bundled = bundledFunction(source, { format: 'esm' });
  const taskRoot = taskFolder({});
  instrumentFolder(bundled, taskRoot, { include: [], exclude: [], counts: false });
  const fn = await startOwn(s3, { runtime: 'nodejs22.x', taskRoot, handler: 'index.handler', settings: { engine: 'instrumented' } });
  expect(await fn.invoke({ n: 1 })).toMatchObject({ payload: 'one' });
  await fn.settled();
  const { coverage, errors } = await combine(storeOf(s3, BUCKET));
  expect(errors).toEqual([]);
  const [app, ...others] = coverage.files();
  expect([app, others]).toEqual([expect.stringMatching(/src\/app\.ts$/), []]);
  const { b, f } = coverage.fileCoverageFor(app!).data;
  expect(Object.values(b)).toEqual([[0, 1]]);
  // work, and what the block calls; the handler began before the block
  expect(Object.values(f)).toEqual([1, 0, 1]);
});

test('counts add up to how often each statement ran', async () => {
  const s3 = await startS3();
  const fn = await start(s3, { taskRoot: instrumented(FILES, true) });
  for (const n of [3, 0, 9, 2]) {
    await fn.invoke({ n });
  }
  await fn.settled();
  const { coverage, errors } = await combine(storeOf(s3, BUCKET));
  expect(errors).toEqual([]);
  const { s, b, f } = coverage.fileCoverageFor('index.js').data;
  // require, exports.handler, if, return 'large', for, i = 0, double(i), return
  expect(Object.values(s)).toEqual([1, 1, 4, 1, 3, 3, 5, 3]);
  expect(Object.values(f)).toEqual([4]);
  expect(Object.values(b)).toEqual([[1, 3], [1, 2]]);
  expect(Object.values(coverage.fileCoverageFor('lib/double.js').data.s)).toEqual([1, 5]);
});

test('on change, an invocation without news makes no request, and all together hold the same', async () => {
  const [always, changes] = await Promise.all([startS3(), startS3()]);
  const taskRoot = instrumented(FILES);
  const [one, other] = [await start(always, { taskRoot }), await start(changes, { taskRoot, settings: { uploadMode: 'on-change' } })];
  const objects: number[] = [];
  for (const n of [0, 0, 3, 3, 0, 9, 9, 3]) {
    await one.invoke({ n });
    await other.invoke({ n });
    await other.settled();
    objects.push(new Set(rawObjects(changes).map(({ key }) => key.execution.sequence)).size);
  }
  await one.settled();
  expect(objects).toEqual([1, 1, 2, 2, 2, 3, 3, 3]);
  expect((await combine(storeOf(changes, BUCKET))).coverage.toJSON()).toEqual((await combine(storeOf(always, BUCKET))).coverage.toJSON());
});

test('a script that ran nothing since is left out, and what was loaded is told of though nothing else ran', async () => {
  const s3 = await startS3();
  const fn = await start(s3, { taskRoot: instrumented({ ...FILES, 'index.js': `require('./lib/never');\n${FILES['index.js']}` }) });
  await fn.invoke({ n: 9 });
  await fn.invoke({ n: 9 });
  await fn.settled();
  expect(rawObjects(s3).map(({ raw }) => raw.result.length)).toEqual([3, 1, 1]);
  expect(hitsOf(await combine(storeOf(s3, BUCKET)), 'lib/never.js')).toEqual([1, 0]);
});

test('an upload has some hundred bytes', async () => {
  const s3 = await startS3();
  const statements = Array.from({ length: 2_000 }, (_, index) => `  if (n === ${index}) { all.push(n); }`).join('\n');
  const fn = await start(s3, { taskRoot: instrumented({ 'index.js': `const all = [];\nexports.handler = async ({ n }) => {\n${statements}\n  return n;\n};\n` }) });
  await fn.invoke({ n: 1 });
  await fn.invoke({ n: 7 });
  await fn.settled();
  const [first, later] = rawObjects(s3).map(({ raw }) => gzipSync(JSON.stringify(raw)).length);
  expect(first).toBeLessThan(2_048);
  expect(later).toBeLessThan(600);
});

test('its table is in the bucket once, and what is not there is said once', async () => {
  const s3 = await startS3();
  const fn = await start(s3);
  await fn.invoke({ n: 9 });
  await fn.invoke({ n: 9 });
  await fn.settled();
  const tables = (rawObjects(s3)[0]!.raw.result as readonly CountedScript[]).map(({ table }) => table);
  expect(s3.keys(BUCKET, 'coverage/sources/').map((key) => key.replace(/^.*\//, '')).sort()).toEqual([...tables].sort());
  const { body } = s3.object(BUCKET, s3.keys(BUCKET, 'coverage/sources/')[0]!);
  expect(JSON.parse(gunzipSync(body).toString('utf8'))).toMatchObject({ version: 1, script: expect.stringMatching(/index\.js|lib\/double\.js/) });
});

test('code that is not in the package, or that tampers with its counters, does no harm', async () => {
  const s3 = await startS3();
  const registry = "globalThis[Symbol.for('cdk-lambda-' + 'coverage.counters')]";
  const index = `${registry}.push(['${'0'.repeat(64)}', () => [1], false], ['x'], null, 5, ['y', () => { throw new Error('no'); }]);\n${FILES['index.js']}`;
  const fn = await start(s3, { taskRoot: instrumented({ ...FILES, 'index.js': index }) });
  expect(await fn.invoke({ n: 9 })).toMatchObject({ payload: 'large' });
  expect(await fn.invoke({ n: 0 })).toMatchObject({ payload: 'none' });
  await fn.settled();
  const { errors, coverage } = await combine(storeOf(s3, BUCKET));
  expect(coverage.files()).toEqual(['index.js', 'lib/double.js']);
  expect(errors).toEqual([expect.stringMatching(/: \.cdk-lambda-coverage\/0{64}\.json is not in the package, so what its script ran cannot be told$/)]);
});

test('V8 and counters in one process: each tells of its own', async () => {
  const s3 = await startS3();
  const output = taskFolder({});
  instrumentFolder(taskFolder(FILES), output, { include: ['index.js'], exclude: [], counts: false });
  const fn = await start(s3, { taskRoot: output, settings: { engine: 'v8' } });
  await fn.invoke({ n: 2 });
  await fn.settled();
  expect(rawObjects(s3).map(({ raw }) => raw.kind).sort()).toEqual(['counters', 'counters', 'v8']);
  const combined = await combine(storeOf(s3, BUCKET));
  expect(combined.errors).toEqual([]);
  expect(combined.coverage.files()).toEqual(['index.js', 'lib/double.js']);
  expect(hitsOf(combined, 'lib/double.js').every((count) => count > 0)).toBe(true);
});
