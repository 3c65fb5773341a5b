/** Several invocations at once, in worker threads: what ran arrives, whichever invocation it was of. */
import { setTimeout as delay } from 'node:timers/promises';
import { BUCKET, counts, LAYER, rawObjects, startS3 } from './attached-function';
import { index } from './comparison';
import { DEFAULT_SETTINGS, encodeEnvironment } from '../../../src/contract/environment';
import { WRAPPER_HANDLER } from '../../../src/contract/layer';
import { ManagedInstance } from '../../lambda/managed-instance';
import { taskFolder } from '../../task-folder';

const FILES = index(`
const { setTimeout: delay } = require('node:timers/promises');
const { threadId } = require('node:worker_threads');
async function slow(n) { await delay(50); return { n, threadId }; }
function fail() { throw new Error('no'); }
exports.handler = async ({ n }) => (n === 13 ? fail() : slow(n));
`);

interface Answer { readonly n?: number; readonly threadId?: number; readonly errorMessage?: string }

let instance: ManagedInstance | undefined;

afterEach(async () => instance?.stop());

test.each(['22', '24'] as const)('Node.js %s: each thread uploads what ran in it when it is idle, a few times only', async (node) => {
  const s3 = await startS3();
  instance = await ManagedInstance.start({
    runtime: node,
    taskRoot: taskFolder(FILES),
    handler: WRAPPER_HANDLER,
    layer: LAYER,
    environment: { ...s3.environment(), ...encodeEnvironment({ ...DEFAULT_SETTINGS, bucket: BUCKET, handler: 'index.handler' }) },
  });
  const started = Date.now();
  const answers = await Promise.all(Array.from({ length: 40 }, async (_, n) => instance!.invoke({ n }) as Promise<Answer>));
  expect(answers.map(({ n, errorMessage }) => errorMessage ?? n)).toEqual(Array.from({ length: 40 }, (_, n) => (n === 13 ? 'no' : n)));
  // one after the other they would take 2 s
  expect(Date.now() - started).toBeLessThan(1_900);
  const threads = new Set(answers.flatMap(({ threadId }) => (threadId === undefined ? [] : [threadId])));

  const ran = (name: string) => rawObjects(s3).map(({ raw }) => counts(raw)['index.js']?.[name] ?? 0).reduce((a, b) => a + b, 0);
  for (const end = Date.now() + 10_000; ran('slow') < 39 && Date.now() < end;) {
    await delay(100);
  }
  expect([ran('slow'), ran('fail'), ran('exports.handler')]).toEqual([39, 1, 40]);
  const environments = new Set(rawObjects(s3).map(({ key }) => key.execution.environmentId));
  expect(environments.size).toBe(threads.size);
  expect(rawObjects(s3).length).toBeLessThanOrEqual(3 * threads.size);
  expect(instance.logs.filter((line) => !line.includes('"requestId"'))).toEqual([]);
}, 60_000);
