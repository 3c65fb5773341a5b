/** Functions that share their process with other tools: outcomes are as without coverage, and coverage arrives. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { BUCKET, counts, LAYER, rawObjects, scriptsOf, startAttached, startPlain, startS3 } from './attached-function';
import { expectSame, EXTREMES, index, RUNTIMES } from './comparison';
import { INSPECTORS, LOADING, PATCHES, SPIES, TOOLS } from './other-tools';
import { DEFAULT_SETTINGS, encodeEnvironment } from '../../../src/contract/environment';
import { WRAPPER_HANDLER } from '../../../src/contract/layer';
import type { LambdaRuntime } from '../../lambda/function-configuration';
import { LocalLambda } from '../../lambda/local-lambda';
import { taskFolder } from '../../task-folder';

describe.each(EXTREMES)('%s:', (runtime) => {
  describe.each(Object.entries({ 'watches': SPIES, 'patches': PATCHES, 'inspects with': INSPECTORS, 'runs beside': TOOLS }))('%s', (_kind, rows) => {
    test.each(Object.entries(rows))('%s', async (_name, row) => expectSame(row, runtime));
  });
});

test.each(Object.entries(LOADING))('nodejs24.x: watches %s', async (_name, row) => expectSame(row, 'nodejs24.x'));

/** Blocks that are exact where V8 has compiled the code itself, and are not where it comes from a cache of bytecode. */
describe.each<LambdaRuntime>(['nodejs22.x', 'nodejs24.x'])('%s: the compile cache', (runtime) => {
  const FILES = {
    'index.js': "require('node:module').enableCompileCache?.(process.env.CACHE_FOLDER);\nmodule.exports = require('./app');",
    'app.js': "function choose(n) { if (n > 1) { return 'many'; } return 'one'; }\nexports.handler = async ({ n }) => choose(n);",
  };
  const SECOND_PROCESS = { 'that the code enables': {}, 'that a variable enables': { NODE_COMPILE_CACHE: '' } };

  test.each(Object.entries(SECOND_PROCESS))('%s is not used by an attached function, and coverage is exact', async (_name, variables) => {
    const cache = taskFolder({});
    const taskRoot = taskFolder(FILES);
    const environment = { CACHE_FOLDER: cache, ...Object.fromEntries(Object.keys(variables).map((name) => [name, cache])) };
    const options = { runtime, taskRoot, handler: 'index.handler' };
    const plain = await startPlain({ ...options, environment });
    await plain.invoke({ n: 1 });
    await plain.invoke({ n: 2 });
    await plain.stop();

    const s3 = await startS3();
    const lambda = await startAttached(s3, { ...options, environment: { ...environment, NODE_DISABLE_COMPILE_CACHE: '1' } });
    expect((await lambda.invoke({ n: 1 })).payload).toBe('one');
    await lambda.settled();
    const choose = rawObjects(s3).flatMap(({ raw }) => scriptsOf(raw)).flatMap(({ functions }) => functions).find(({ functionName }) => functionName === 'choose')!;
    const text = FILES['app.js'];
    expect(choose.ranges.map(({ startOffset, endOffset, count }) => [text.slice(startOffset, endOffset), count])).toEqual([
      ["function choose(n) { if (n > 1) { return 'many'; } return 'one'; }", 1],
      ["{ return 'many'; }", 0],
    ]);
    expect(lambda.logs).toEqual([]);
  });
});

/** Lambda warns a process of its end only where there is an extension, so there is nothing to compare these with. */
describe.each(EXTREMES)('%s: a listener of SIGTERM that the function has', (runtime) => {
  const ending = async (listener: string) => {
    const s3 = await startS3();
    const lambda = await startAttached(s3, { runtime, handler: 'index.handler', taskRoot: taskFolder(index(`${listener}\nexports.handler = async () => 1;`)) });
    await lambda.invoke({});
    const end = await lambda.shutdown();
    return { ...end, logs: lambda.logs.map((line) => line.split('\t').at(-1)) };
  };

  // not by process.exit, which waits for the runtime's request for the next event
  test.each(['on', 'once'])('(%s) ends the process when it has done its work', async (method) => {
    const { signal, tookMs, logs } = await ending(`process.${method}('SIGTERM', () => setTimeout(() => { console.log('closed'); process.kill(process.pid, 'SIGINT'); }, 200));`);
    expect({ signal, logs }).toEqual({ signal: 'SIGINT', logs: ['closed'] });
    expect(tookMs).toBeGreaterThanOrEqual(200);
  });

  test('keeps the process alive if it does not exit, until Lambda kills it', async () => {
    const { signal, tookMs, logs } = await ending("process.on('SIGTERM', () => console.log('ignored'));");
    expect({ signal, logs }).toEqual({ signal: 'SIGKILL', logs: ['ignored'] });
    expect(tookMs).toBeGreaterThanOrEqual(450);
  });

  test('is not there: the signal ends the process', async () => {
    expect(await ending('')).toMatchObject({ exitCode: null, signal: 'SIGTERM', logs: [] });
  });
});

test.each(RUNTIMES)('%s: a wrapper script that sets options of Node.js', async (runtime) => {
  const files = { ...index('exports.handler = async () => [global.preloaded, process.env.BY_SCRIPT];'), 'preload.cjs': 'global.preloaded = true;', 'wrapper.sh': '#!/bin/sh\nexport BY_SCRIPT=yes NODE_OPTIONS="--require ./preload.cjs"\nexec "$@"\n' };
  const taskRoot = taskFolder(files);
  chmodSync(join(taskRoot, 'wrapper.sh'), 0o755);
  const s3 = await startS3();
  const lambda = await startAttached(s3, { runtime, taskRoot, handler: 'index.handler', environment: { AWS_LAMBDA_EXEC_WRAPPER: join(taskRoot, 'wrapper.sh') } });
  expect((await lambda.invoke({})).payload).toEqual([true, 'yes']);
  await lambda.settled();
  expect(rawObjects(s3)).toHaveLength(1);
  expect(lambda.logs).toEqual([]);
});

/** As the layers of Datadog and Sentry: their own handler loads the one that a variable of theirs names, by the rules of the runtime. */
test.each(RUNTIMES)('%s: a tool whose variable names our handler', async (runtime) => {
  const TOOL = `import { pathToFileURL } from 'node:url';
const [, file, name] = /^(.*)\\.([^.]+)$/.exec(process.env.TOOL_HANDLER);
const { [name]: user } = await import(pathToFileURL(file + '.mjs'));
export const handler = async (event, context) => ({ tool: await user(event, context) });`;
  const s3 = await startS3();
  const layers = [LAYER];
  const environment = { ...s3.environment(), ...encodeEnvironment({ ...DEFAULT_SETTINGS, bucket: BUCKET, handler: 'index.handler' }), TOOL_HANDLER: WRAPPER_HANDLER };
  const taskRoot = taskFolder({ ...index('function work() { return 1; }\nexports.handler = async () => work();'), 'tool.mjs': TOOL });
  const lambda = await LocalLambda.start({ runtime, taskRoot, layers, environment, handler: 'tool.handler' });
  try {
    for (const _invocation of [1, 2]) {
      expect((await lambda.invoke({})).payload).toEqual({ tool: 1 });
    }
    await lambda.settled();
    expect(rawObjects(s3).map(({ raw }) => counts(raw)['index.js'])).toEqual([expect.objectContaining({ work: 1 }), expect.objectContaining({ work: 1 })]);
    expect(lambda.logs).toEqual([]);
  } finally {
    await lambda.stop();
  }
});
