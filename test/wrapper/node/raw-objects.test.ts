/** What arrives in the bucket. */
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { BUCKET, counts, rawObjects, scriptsOf, startAttached, startS3 } from './attached-function';
import { RUNTIMES } from './comparison';
import { parseSourceKey } from '../../../src/contract/object-keys';
import type { LocalS3 } from '../../s3/local-s3';
import { taskFolder } from '../../task-folder';

const MAP = JSON.stringify({ version: 3, sources: ['../src/index.ts'], names: [], mappings: 'AAAA' });
const INDEX = `const { twice } = require('./lib/math');
require('dep').vendored();
function atInit() { return 1; }
atInit();
function left() { return twice(1); }
function right() { return 2; }
exports.handler = async ({ side }) => (side === 'left' ? left() : right());
//# sourceMappingURL=index.js.map
`;
const FILES = {
  'index.js': INDEX,
  'index.js.map': MAP,
  'lib/math.js': 'exports.twice = function twice(n) { return 2 * n; };\n',
  'node_modules/dep/index.js': 'exports.vendored = () => {};\n',
};

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const sourceRequests = (s3: LocalS3) => s3.requests.filter(({ key }) => key !== undefined && parseSourceKey(key) !== undefined);

describe.each(RUNTIMES)('%s', (runtime) => {
  test('the first object holds init and its invocation, each other one what ran in its own', async () => {
    const s3 = await startS3();
    const lambda = await startAttached(s3, {
      runtime, taskRoot: taskFolder(FILES), handler: 'index.handler', functionName: 'my-fn-7', functionVersion: '12', settings: { runId: 'run-1', exclude: ['x/*'] },
    });
    const requestIds: string[] = [];
    for (const side of ['left', 'right', 'right', 'left']) {
      requestIds.push((await lambda.invoke({ side })).requestId);
    }
    await lambda.settled();

    const objects = rawObjects(s3);
    expect(objects.map(({ raw }) => counts(raw))).toEqual([
      { 'index.js': { 'atInit': 1, 'left': 1, 'right': 0, 'exports.handler': 1 }, 'lib/math.js': { twice: 1 } },
      { 'index.js': { 'right': 1, 'exports.handler': 1 } },
      { 'index.js': { 'right': 1, 'exports.handler': 1 } },
      { 'index.js': { 'left': 1, 'exports.handler': 1 }, 'lib/math.js': { twice: 1 } },
    ]);
    const environmentId = objects[0]!.key.execution.environmentId;
    objects.forEach(({ key, raw }, sequence) => {
      expect(key).toEqual({
        prefix: 'coverage/',
        day: raw.metadata.timestamp.slice(0, 10),
        functionName: 'my-fn-7',
        execution: { requestId: requestIds[sequence], environmentId, sequence },
      });
      expect(raw.metadata).toEqual({
        functionName: 'my-fn-7',
        functionVersion: '12',
        requestId: requestIds[sequence],
        environmentId,
        sequence,
        timestamp: expect.any(String),
        phase: sequence === 0 ? 'init' : 'invocation',
        runId: 'run-1',
        runtime: `AWS_Lambda_${runtime}`,
        engine: expect.stringMatching(/^\d+\.\d+\.\d+/),
        layerVersion: expect.stringMatching(/^\d+\.\d+\.\d+/),
        include: [],
        exclude: ['x/*'],
        branchCoverage: true,
      });
      expect(raw.omitted).toEqual([]);
    });
    const [script] = scriptsOf(objects[0]!.raw);
    expect(script).toMatchObject({ path: 'index.js', sha256: sha256(INDEX), sourceMap: sha256(MAP), wrapperLength: 0 });
    // the arm of the conditional that did not run is a block of its own
    const handler = script!.functions.find(({ functionName }) => functionName === 'exports.handler')!;
    expect(handler).toMatchObject({ isBlockCoverage: true, ranges: [{ count: 1 }, { startOffset: INDEX.indexOf(': right()'), count: 0 }] });
  });

  test('scripts and maps are kept once per content, in the next environment, too', async () => {
    const s3 = await startS3();
    const taskRoot = taskFolder(FILES);
    const coldStart = async () => {
      const lambda = await startAttached(s3, { runtime, taskRoot, handler: 'index.handler' });
      await lambda.invoke({ side: 'left' });
      await lambda.invoke({ side: 'left' });
      await lambda.settled();
    };
    await coldStart();

    const own = [INDEX, MAP, FILES['lib/math.js']];
    expect(s3.keys(BUCKET, 'coverage/sources/')).toEqual(own.map((text) => `coverage/sources/${sha256(text)}`).sort());
    for (const text of own) {
      const { body, contentEncoding } = s3.object(BUCKET, `coverage/sources/${sha256(text)}`);
      expect([contentEncoding, gunzipSync(body).toString()]).toEqual(['gzip', text]);
    }
    const before = sourceRequests(s3).length;

    await coldStart();

    const again = sourceRequests(s3).slice(before);
    expect(again.map(({ status, requestBytes }) => [status, requestBytes])).toEqual(own.map(() => [412, 0]));
    expect(rawObjects(s3)).toHaveLength(4);
    expect(s3.requests.every(({ method, headers }) => method === 'PUT' && headers['if-none-match'] === '*')).toBe(true);
  });
});

test('what init and the invocations of an ES module ran is told the same way', async () => {
  const s3 = await startS3();
  const files = {
    'package.json': '{"type":"module"}',
    'index.js': "import { n } from './lib.js';\nfunction used() { return n(); }\nfunction unused() {}\nexport const handler = async () => used() ?? unused();\n",
    'lib.js': 'export function n() { return 1; }\nawait null;\n',
  };
  const lambda = await startAttached(s3, { runtime: 'nodejs24.x', taskRoot: taskFolder(files), handler: 'index.handler' });
  await lambda.invoke({});
  await lambda.invoke({});
  await lambda.settled();
  expect(rawObjects(s3).map(({ raw }) => counts(raw))).toEqual([
    { 'index.js': { used: 1, unused: 0, handler: 1 }, 'lib.js': { n: 1 } },
    { 'index.js': { used: 1, handler: 1 }, 'lib.js': { n: 1 } },
  ]);
});

test('a prefix with all that S3 keys may hold unescaped is signed as S3 reads it', async () => {
  const s3 = await startS3();
  const prefix = "a!b_c.d'e(f)/g-h/";
  const lambda = await startAttached(s3, { runtime: 'nodejs22.x', taskRoot: taskFolder(FILES), handler: 'index.handler', settings: { prefix } });
  await lambda.invoke({ side: 'left' });
  await lambda.settled();
  expect(rawObjects(s3, prefix)).toHaveLength(1);
  expect(lambda.logs).toEqual([]);
});

test('an unbundled function of many files has its sources kept over a few connections', async () => {
  const s3 = await startS3({ delayMs: 5 });
  const names = Array.from({ length: 100 }, (_, n) => `part${n}.js`);
  const parts = Object.fromEntries(names.map((name, n) => [`lib/${name}`, `exports.n = () => ${n};\n`]));
  const files = { 'index.js': `for (const name of ${JSON.stringify(names)}) require('./lib/' + name);\nexports.handler = async () => {};\n`, ...parts };
  const lambda = await startAttached(s3, { runtime: 'nodejs22.x', taskRoot: taskFolder(files), handler: 'index.handler', timeoutSeconds: 10 });
  await lambda.invoke({});
  await lambda.settled();
  expect(s3.keys(BUCKET, 'coverage/sources/')).toHaveLength(101);
});
