import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { median } from 'simple-statistics';
import { measureCombine, type CombineResult } from './combine';
import { pythonInterpreters, type PythonVersion } from '../../projenrc/python-layer/interpreters';
import { DEFAULT_SETTINGS, encodeEnvironment, type Settings } from '../../src/contract/environment';
import { PYTHON_WRAPPER_HANDLER } from '../../src/contract/layer';
import { cachedFolder } from '../../test/lambda/cache-folder';
import { LocalLambda, type LocalLambdaOptions } from '../../test/lambda/local-lambda';
import { ProcessorLimit } from '../../test/lambda/processor-limit';
import { hasPython } from '../../test/lambda/python-runtime';
import { LocalS3 } from '../../test/s3/local-s3';
import type { Mode } from '../row';

/** What coverage costs functions in Python, by version; medians, and differences of medians to no coverage. */
export interface PythonResults {
  readonly versions: readonly VersionResults[];
  readonly combine: CombineResult;
}

export interface VersionResults {
  readonly version: PythonVersion;
  /** Milliseconds that the caller waits longer, S3 answering in 300 ms. */
  readonly latency: { readonly ours: number; readonly decorated: number };
  /** Milliseconds that a cold start takes longer. */
  readonly init: { readonly ours: number; readonly decorated: number };
  /** Both in a function of 128 MB, with its share of a processor, where that can be limited. */
  readonly small?: { readonly latency: number; readonly init: number };
  /** Megabytes of resident memory more, after some invocations. */
  readonly memory: { readonly ours: number; readonly decorated: number };
  /** How many times as long computing takes; SlipCover where it has that version of Python. */
  readonly computing: { readonly branches: number; readonly lines: number; readonly slipCover?: number };
  /** On change, without news: milliseconds that the environment is held, and requests of all such invocations. */
  readonly noNews: { readonly holdMs: number; readonly requests: number };
  /** Kilobytes of resident memory that 1,000 invocations leave more than without coverage. */
  readonly leak: number;
  /** Kilobytes that Python has allocated in 1,000 invocations and not freed, with coverage. */
  readonly allocated: number;
}

type Start = (variant: Variant) => Promise<LocalLambda>;
type Variant = 'none' | 'ours' | 'lines' | 'onChange' | 'decorated' | 'slipCover';

const BUCKET = 'coverage-bucket';
const FOLDER = path.join(__dirname, '..', 'out', 'python');
const LAYER = path.join(__dirname, '..', '..', 'assets', 'python-layer');
const S3_MS = 300;
const PACKAGES = ['coverage>=7,<8', 'boto3>=1.37,<2'];
const SLIPCOVER = 'slipcover==1.1.0';
const PARTS = 13;
const MEMORY_SIZE = 512;
const SMALL = { memorySize: 128, limitsProcessor: true } as const;
/** So that memory is taken and given back piece by piece, and resident memory says what is left. */
const PLAIN_MALLOC = { PYTHONMALLOC: 'malloc', MALLOC_ARENA_MAX: '1' };

export async function measurePython(mode: Mode): Promise<PythonResults> {
  const versions = [...pythonInterpreters().keys()].filter(hasPython);
  if (versions.length === 0) {
    throw new Error('there is no Python with pip on this machine, which these numbers are of');
  }
  rmSync(FOLDER, { recursive: true, force: true });
  const task = taskFolder();
  const results: VersionResults[] = [];
  for (const version of mode === 'quick' ? versions.slice(-1) : versions) {
    const start = performance.now();
    results.push(await measureVersion(version, task, mode));
    console.error(`python, ${version}: ${((performance.now() - start) / 1_000).toFixed(0)} s`);
  }
  return { versions: results, combine: await measureCombine(versions.at(-1)!, FOLDER, mode) };
}

/** The function with thirteen more files. */
function taskFolder(): string {
  const task = path.join(FOLDER, 'task');
  cpSync(path.join(__dirname, 'function'), task, { recursive: true });
  for (let part = 0; part < PARTS; part++) {
    const branches = Array.from({ length: 20 }, (_, n) => `    if number % ${n + 2} == ${part % (n + 2)}:\n        total += ${n}\n`).join('');
    writeFileSync(path.join(task, 'shop', `part${String(part).padStart(2, '0')}.py`), `RATE = ${part}\n\n\ndef price(number):\n    total = RATE\n${branches}    return total\n`);
  }
  return task;
}

async function measureVersion(version: PythonVersion, task: string, mode: Mode): Promise<VersionResults> {
  const few = mode === 'quick';
  const s3 = await LocalS3.start({ buckets: [BUCKET], delayMs: S3_MS });
  const start = (variant: Variant, more: Partial<LocalLambdaOptions> = {}) => startFunction(variant, version, task, s3, more);
  try {
    const init = await measureInit(start, ['none', 'ours', 'decorated'], few ? 3 : 15);
    const warm = { none: await invoked(await start('none'), few ? 10 : 60), ours: await invoked(await start('ours'), few ? 10 : 60), decorated: await invoked(await start('decorated'), few ? 4 : 15) };
    const small = ProcessorLimit.obstacle() === undefined ? await measureSmall(async (variant) => start(variant, SMALL), few) : undefined;
    s3.delayMs = 0;
    const computing = await measureComputing(start, few, hasSlipCover(version));
    return {
      version,
      latency: { ours: warm.ours.latency - warm.none.latency, decorated: warm.decorated.latency - warm.none.latency },
      init: { ours: init.ours! - init.none!, decorated: init.decorated! - init.none! },
      small,
      memory: { ours: warm.ours.megabytes - warm.none.megabytes, decorated: warm.decorated.megabytes - warm.none.megabytes },
      computing,
      noNews: await measureNoNews(await start('onChange'), s3, few ? 20 : 100),
      leak: await measureLeak(await start('ours', { environment: PLAIN_MALLOC }), few ? 200 : 3_000) - await measureLeak(await start('none', { environment: PLAIN_MALLOC }), few ? 200 : 3_000),
      allocated: await measureAllocated(await start('ours')),
    };
  } finally {
    await s3.stop();
  }
}

async function startFunction(
  variant: Variant, version: PythonVersion, task: string, s3: LocalS3, more: Partial<LocalLambdaOptions>,
): Promise<LocalLambda> {
  const settings: Partial<Settings> = variant === 'lines' ? { branchCoverage: false } : variant === 'onChange' ? { uploadMode: 'on-change' } : {};
  const attached = ['ours', 'lines', 'onChange'].includes(variant);
  const handlers: Record<Variant, string> = {
    none: 'app.handler',
    ours: PYTHON_WRAPPER_HANDLER,
    lines: PYTHON_WRAPPER_HANDLER,
    onChange: PYTHON_WRAPPER_HANDLER,
    decorated: 'decorated.handler',
    slipCover: 'slipcovered.handler',
  };
  return LocalLambda.start({
    runtime: `python${version}`,
    taskRoot: task,
    handler: handlers[variant],
    layers: attached ? [LAYER] : variant === 'none' ? [] : [await peerLayer(version)],
    memorySize: MEMORY_SIZE,
    timeoutSeconds: 60,
    ...more,
    environment: {
      ...s3.environment(),
      BENCH_BUCKET: BUCKET,
      ...more.environment,
      ...(attached && encodeEnvironment({ ...DEFAULT_SETTINGS, bucket: BUCKET, handler: 'app.handler', ...settings })),
    },
  });
}

/** @returns medians of milliseconds */
async function measureInit(start: Start, variants: readonly Variant[], times: number): Promise<Partial<Record<Variant, number>>> {
  const init = new Map<Variant, number[]>(variants.map((variant) => [variant, []]));
  for (let run = 0; run < times; run++) {
    for (const variant of variants) {
      const lambda = await start(variant);
      init.get(variant)!.push((await lambda.init())!);
      await lambda.stop();
    }
  }
  return Object.fromEntries([...init].map(([variant, samples]) => [variant, median(samples)]));
}

async function measureSmall(start: Start, few: boolean): Promise<VersionResults['small']> {
  const init = await measureInit(start, ['none', 'ours'], few ? 2 : 5);
  const times = few ? 5 : 30;
  const none = await invoked(await start('none'), times);
  const ours = await invoked(await start('ours'), times);
  return { latency: ours.latency - none.latency, init: init.ours! - init.none! };
}

/** What the peers need, as a layer of theirs. */
async function peerLayer(version: PythonVersion): Promise<string> {
  const packages = hasSlipCover(version) ? [...PACKAGES, SLIPCOVER] : PACKAGES;
  const installed = await cachedFolder(path.join('bench-python-packages', `${version}-${packages.join('-').replace(/[^\w.-]/g, '')}`), async (into) => {
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', path.join(into, 'python'), ...packages];
    await promisify(execFile)(pythonInterpreters().get(version)!, pip);
  });
  const layer = path.join(FOLDER, `peer-${version}`);
  mkdirSync(path.join(layer, 'python'), { recursive: true });
  if (readdirSync(path.join(layer, 'python')).length === 0) {
    cpSync(installed, layer, { recursive: true });
    cpSync(path.join(__dirname, 'peer'), path.join(layer, 'python'), { recursive: true });
  }
  return layer;
}

function hasSlipCover(version: PythonVersion): boolean {
  return Number(version.split('.')[1]) >= 10;
}

async function invoked(lambda: LocalLambda, times: number): Promise<{ latency: number; megabytes: number }> {
  const latencies: number[] = [];
  for (let n = 0; n < times + 3; n++) {
    const { latencyMs, functionError, payload } = await lambda.invoke({ n });
    if (functionError) {
      throw new Error(`the function failed: ${JSON.stringify(payload)}`);
    }
    latencies.push(latencyMs);
    await lambda.settled();
  }
  const { rssBytes } = (await lambda.usage())!;
  await lambda.stop();
  return { latency: median(latencies.slice(3)), megabytes: rssBytes / 1024 ** 2 };
}

async function measureComputing(start: Start, few: boolean, withSlipCover: boolean): Promise<VersionResults['computing']> {
  const variants: Variant[] = ['none', 'ours', 'lines', ...withSlipCover ? ['slipCover' as const] : []];
  const functions = new Map(await Promise.all(variants.map(async (variant) => [variant, await start(variant)] as const)));
  const seconds = new Map<Variant, number[]>(variants.map((variant) => [variant, []]));
  for (let round = 0; round < (few ? 4 : 16); round++) {
    for (const [variant, lambda] of functions) {
      const { payload } = await lambda.invoke({ compute: 4 });
      await lambda.settled();
      if (round > 0) {
        seconds.get(variant)!.push(payload as number);
      }
    }
  }
  for (const lambda of functions.values()) {
    await lambda.stop();
  }
  const ratio = (variant: Variant) => median(seconds.get(variant)!) / median(seconds.get('none')!);
  return { branches: ratio('ours'), lines: ratio('lines'), ...(withSlipCover && { slipCover: ratio('slipCover') }) };
}

async function measureNoNews(lambda: LocalLambda, s3: LocalS3, times: number): Promise<VersionResults['noNews']> {
  for (let n = 0; n < 3; n++) {
    await lambda.invoke({ n: 0 });
    await lambda.settled();
  }
  const before = s3.requests.length;
  const holds: number[] = [];
  for (let n = 0; n < times; n++) {
    holds.push(await (await lambda.invoke({ n: 0 })).holdMs);
  }
  await lambda.stop();
  return { holdMs: median(holds), requests: s3.requests.length - before };
}

async function measureAllocated(lambda: LocalLambda): Promise<number> {
  const bytes = async (times: number) => {
    for (let n = 0; n < times; n++) {
      await lambda.invoke({ n });
      await lambda.settled();
    }
    return (await lambda.invoke({ traced: true })).payload as number;
  };
  await bytes(100);
  const before = await bytes(100);
  const after = await bytes(1_000);
  await lambda.stop();
  return (after - before) / 1024;
}

async function measureLeak(lambda: LocalLambda, times: number): Promise<number> {
  const rss = async (count: number) => {
    for (let n = 0; n < count; n++) {
      await lambda.invoke({ n });
      await lambda.settled();
    }
    return (await lambda.usage())!.rssBytes;
  };
  const before = await rss(times / 3);
  const after = await rss(times);
  await lambda.stop();
  return ((after - before) / 1024) * (1_000 / times);
}
