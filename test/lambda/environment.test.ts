/**
 * What the user's code finds around it: variables, options of Node.js, `/opt`, and nothing of the emulator.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LocalLambdaOptions } from './local-lambda';
import { LocalLambda } from './local-lambda';
import { nodeBinary } from './node-versions';

const FUNCTIONS = path.join(__dirname, 'functions');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'layers-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Invokes a function as many times as there are events. */
async function invoke(handler: string, options: Partial<LocalLambdaOptions>, ...events: unknown[]): Promise<any[]> {
  const lambda = await LocalLambda.start({ runtime: 'nodejs22.x', handler, taskRoot: FUNCTIONS, ...options });
  try {
    const payloads: unknown[] = [];
    for (const event of events) payloads.push((await lambda.invoke(event)).payload);
    return payloads;
  } finally {
    await lambda.stop();
  }
}

/** A layer with these files, by their paths below /opt. */
async function layer(name: string, files: Record<string, string>): Promise<string> {
  for (const [file, text] of Object.entries(files)) {
    const target = path.join(folder, name, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
  }
  return path.join(folder, name);
}

test("has Lambda's variables, the function's and the PATH, and nothing else of this process's environment", async () => {
  process.env.OF_THE_TESTS = 'secret';
  const [{ variables, folder: cwd }] = await invoke('handlers.environment', {
    functionName: 'my-function',
    functionVersion: '7',
    memorySize: 256,
    environment: { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKIA', MINE: 'yes' },
  }, { globals: [] });

  expect(variables).toEqual({
    _HANDLER: 'handlers.environment',
    _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/),
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_LAMBDA_FUNCTION_NAME: 'my-function',
    AWS_LAMBDA_FUNCTION_VERSION: '7',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/my-function',
    AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[7\][0-9a-f]{32}$/),
    AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    AWS_REGION: 'eu-west-1',
    LAMBDA_RUNTIME_DIR: expect.any(String),
    LAMBDA_TASK_ROOT: FUNCTIONS,
    LANG: 'en_US.UTF-8',
    MINE: 'yes',
    NODE_PATH: expect.any(String),
    PATH: expect.stringContaining(process.env.PATH!),
    TMPDIR: expect.any(String),
    TZ: ':UTC',
  });
  expect(cwd).toBe(FUNCTIONS);
});

describe.each(['18', '20', '22', '24'] as const)('Node.js %s', (version) => {
  const runtime = `nodejs${version}.x` as const;

  test('the runtime client leaves nothing behind: no global, no thread', async () => {
    const node = await nodeBinary(version);
    const plain = JSON.parse(execFileSync(node.path, ['--expose-gc', '-p', `JSON.stringify({
      globals: Object.getOwnPropertyNames(globalThis),
      threads: require('fs').readdirSync('/proc/self/task').length,
    })`], { encoding: 'utf8' }));
    const [result] = await invoke('handlers.environment', { runtime, node: version }, plain);

    // the one global is AWS's own
    expect(result.unfamiliarGlobals).toEqual(['awslambda']);
    // libuv's pool, which the native addon starts as well
    expect(result.threads - plain.threads).toBeLessThanOrEqual(4);
  });

  test('the event loop can be empty during an invocation, and is not between two', async () => {
    // as with the native addon, whose `next` is a libuv work item (RuntimeApiNextPromiseWorker in rapid-client.cc)
    const lambda = await LocalLambda.start({ runtime, handler: 'handlers.emptyLoop', taskRoot: FUNCTIONS, node: version });
    const payloads = [(await lambda.invoke({})).payload, (await lambda.invoke({})).payload];
    await lambda.settled();
    await lambda.stop();

    // aws-lambda-ric 3 answers null then, which is how handlers without a callback end (`_setDefaultExitListener`)
    const payload = runtime === 'nodejs24.x' ? 'after the empty loop' : null;
    expect(payloads).toEqual([payload, payload]);
    expect(lambda.logs.filter((line) => line === 'the loop is empty')).toHaveLength(2);
  });
});

test.each([
  // https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html lists what Lambda turns off
  ['nodejs20.x', {}, ['--no-experimental-require-module']],
  ['nodejs22.x', {}, ['--no-experimental-require-module', '--no-experimental-detect-module']],
  ['nodejs22.x', { NODE_OPTIONS: '--experimental-require-module' }, ['--no-experimental-detect-module']],
  ['nodejs24.x', {}, []],
] as const)('%s with %j runs with the options %j', async (runtime, environment, options) => {
  const [result] = await invoke('handlers.environment', { runtime, environment, memorySize: 1000 }, { globals: [] });
  expect(result.options).toEqual(['--expose-gc', '--max-http-header-size=81920', '--max-semi-space-size=50', '--max-old-space-size=900', ...options]);
});

describe('/opt', () => {
  test('is the folder of a layer, in the handler, in variables and for require', async () => {
    const one = await layer('one', {
      'wrapper.js': 'exports.handler = async () => ({ file: __filename, config: process.env.CONFIG, dependency: require("dependency") });',
      'nodejs/node_modules/dependency/index.js': 'module.exports = "from the layer";',
    });
    const [payload] = await invoke('/opt/wrapper.handler', { layers: [one], environment: { CONFIG: 'a=/opt/config.json,b=/opt:/optional:/home/opt/x' } }, {});

    expect(payload).toEqual({
      file: path.join(one, 'wrapper.js'),
      config: `a=${one}/config.json,b=${one}:/optional:/home/opt/x`,
      dependency: 'from the layer',
    });
  });

  test('has the files of all layers, later ones over earlier ones', async () => {
    const module = (text: string) => `module.exports = ${JSON.stringify(text)};`;
    const layers = [
      await layer('lower', { 'nodejs/node_modules/a/index.js': module('lower a'), 'nodejs/node_modules/b/index.js': module('lower b') }),
      await layer('upper', { 'nodejs/node_modules/b/index.js': module('upper b'), 'nodejs/node22/node_modules/c/index.js': module('c of 22') }),
    ];
    expect(await invoke('handlers.requires', { layers }, { module: 'a' }, { module: 'b' }, { module: 'c' })).toEqual(['lower a', 'upper b', 'c of 22']);
  });

  test('can hold a wrapper script, which gets the command of the runtime', async () => {
    // https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html
    const scripts = await layer('scripts', { wrap: '#!/bin/sh\nexport WRAPPED=yes\nexec "$@"\n' });
    await chmod(path.join(scripts, 'wrap'), 0o755);
    const [{ variables }] = await invoke('handlers.environment', { layers: [scripts], environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/wrap' } }, { globals: [] });
    expect(variables.WRAPPED).toBe('yes');
  });
});

test("works with the runtime's other client, which asks for the next event over HTTP itself", async () => {
  const environment = { AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: 'true' };
  expect(await invoke('handlers.length', { environment }, { text: 'ab' }, { text: 'abc' })).toEqual([2, 3]);
});

test('says which file or folder is missing', async () => {
  await expect(invoke('handlers.echo', { taskRoot: '/no/such/folder' }, {})).rejects.toThrow(/^cannot start .*node in \/no\/such\/folder/);
});

test('a frozen process does not outlive the one that started it', async () => {
  const parent = spawn(process.execPath, ['--import', 'tsx', path.join(FUNCTIONS, 'abandoned.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // it will not come to delete what it puts there
    env: { ...process.env, TMPDIR: folder },
  });
  const pid = Number(String((await once(parent.stdout!, 'data'))[0]));
  expect(exists(pid)).toBe(true);

  parent.kill('SIGKILL');

  for (let attempt = 0; exists(pid) && attempt < 50; attempt++) await delay(100);
  expect(exists(pid)).toBe(false);
});

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
