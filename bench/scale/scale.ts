import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { median } from 'simple-statistics';
import { S3Store } from '../../src/combiner/stores/s3-store';
import { DEFAULT_BATCH_SIZE, type MergeItem, type PlanAnswer } from '../../src/contract/distributed-run';
import { partialsPrefix } from '../../src/contract/object-keys';
import { FOLDER, runFunctions, writeObjects } from '../combining/data-set';
import type { Mode } from '../row';

/** What one kind of function of a distributed combiner took. */
export interface Step {
  readonly name: 'plan' | 'merge' | 'reduce' | 'report';
  /** How often it was invoked. */
  readonly invocations: number;
  /** Of all invocations together, one after the other. */
  readonly seconds: number;
  /** Median of an invocation. */
  readonly milliseconds: number;
  /** Peak of resident memory, of one process for all invocations. */
  readonly megabytes: number;
  /** By their names. */
  readonly requests: Readonly<Record<string, number>>;
}

export interface ScaleResult {
  readonly objects: number;
  readonly batchSize: number;
  readonly steps: readonly Step[];
  readonly manifestMegabytes: number;
  /** Mean of a partial of raw objects. */
  readonly partialKilobytes: number;
  readonly statements: number;
}

const BUCKET = 'scale';
const PREFIX = 'coverage/';
const ASSETS = path.join(__dirname, '..', '..', 'assets', 'combiner');
const PEAK = path.join(__dirname, '..', 'combining', 'peak-memory.cjs');
/** So many objects have content of their own; more are the same ones under further days. */
const DISTINCT = 10_000;

const SIZES: Readonly<Record<Mode, readonly number[]>> = { full: [10_000, 100_000, 1_000_000], quick: [2_000] };

export async function measureScale(mode: Mode): Promise<ScaleResult[]> {
  const templates = await runFunctions();
  const results: ScaleResult[] = [];
  for (const objects of SIZES[mode]) {
    const folder = writeObjects(templates, Math.min(objects, DISTINCT));
    results.push(await measure(folder, objects));
    rmSync(folder, { recursive: true, force: true });
    console.error(`scale, ${objects} objects: ${results.at(-1)!.steps.map(({ name, seconds, megabytes }) => `${name} ${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB`).join('; ')}`);
  }
  return results;
}

async function measure(folder: string, objects: number): Promise<ScaleResult> {
  const server = fork(path.join(__dirname, 'bucket.ts'), [BUCKET, folder, String(objects)], { execArgv: ['--import', 'tsx', '--max-old-space-size=12000'] });
  try {
    const [environment] = await once(server, 'message') as [Record<string, string>];
    const asked = async () => {
      const answer = once(server, 'message');
      server.send('requests');
      return (await answer)[0] as Record<string, number>;
    };
    const store = new S3Store(BUCKET, PREFIX, {
      endpoint: environment.AWS_ENDPOINT_URL_S3!,
      region: environment.AWS_REGION!,
      credentials: {
        accessKeyId: environment.AWS_ACCESS_KEY_ID!,
        secretAccessKey: environment.AWS_SECRET_ACCESS_KEY!,
        sessionToken: environment.AWS_SESSION_TOKEN!,
      },
    });
    const steps: Step[] = [];
    const step = async <T>(name: Step['name'], bundle: string, events: readonly unknown[]): Promise<T> => {
      await asked();
      const { milliseconds, answer, megabytes } = await run<T>(bundle, events, environment);
      const before = steps.findIndex((one) => one.name === name);
      const all = [...(before < 0 ? [] : steps.splice(before, 1)), {
        name,
        invocations: events.length,
        seconds: milliseconds.reduce((sum, one) => sum + one, 0) / 1_000,
        milliseconds: median(milliseconds),
        megabytes,
        requests: await asked(),
      }];
      steps.push(all.reduce(sumOf));
      return answer;
    };
    let manifestBytes = 0;
    let partialBytes = 0;
    let batches = 0;
    let input: PlanAnswer | undefined;
    while (input?.step !== 'report') {
      input = await step<PlanAnswer>('plan', 'plan.js', [{ execution: 'bench', input: input ?? {} }]);
      if (input.step === 'merge') {
        const manifest = await store.read(input.manifest!);
        const items = JSON.parse(manifest.toString('utf8')) as MergeItem[];
        const isOfObjects = items[0]!.objects !== undefined;
        await step(isOfObjects ? 'merge' : 'reduce', 'merge.js', items);
        if (isOfObjects) {
          manifestBytes += manifest.length;
          batches += items.length;
          partialBytes += await bytesBelow(store, partialsPrefix(PREFIX));
        }
      }
    }
    await step('report', 'index.js', [input.input]);
    const combined = JSON.parse((await store.read(`${PREFIX}combined/coverage-final.json`)).toString('utf8')) as Record<string, { s: object }>;
    return {
      objects,
      batchSize: DEFAULT_BATCH_SIZE,
      steps,
      manifestMegabytes: manifestBytes / 1e6,
      partialKilobytes: partialBytes / batches / 1e3,
      statements: Object.values(combined).reduce((sum, { s }) => sum + Object.keys(s).length, 0),
    };
  } finally {
    server.disconnect();
  }
}

function sumOf(a: Step, b: Step): Step {
  const requests = { ...a.requests };
  Object.entries(b.requests).forEach(([name, count]) => (requests[name] = (requests[name] ?? 0) + count));
  return {
    name: a.name,
    invocations: a.invocations + b.invocations,
    seconds: a.seconds + b.seconds,
    milliseconds: Math.max(a.milliseconds, b.milliseconds),
    megabytes: Math.max(a.megabytes, b.megabytes),
    requests,
  };
}

interface Ran<T> {
  readonly milliseconds: readonly number[];
  readonly answer: T;
}

async function run<T>(
  bundle: string, events: readonly unknown[], environment: Record<string, string>,
): Promise<Ran<T> & { readonly megabytes: number }> {
  mkdirSync(FOLDER, { recursive: true });
  const [file, peak] = ['events.jsonl', 'peak'].map((name) => path.join(FOLDER, name)) as [string, string];
  writeFileSync(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const child = spawn(process.execPath, ['--require', PEAK, path.join(__dirname, 'step.cjs'), path.join(ASSETS, bundle), file], {
    env: { ...process.env, ...environment, COVERAGE_S3_BUCKET: BUCKET, COVERAGE_S3_PREFIX: PREFIX, COVERAGE_REPORT_FORMATS: 'json-summary', PEAK_MEMORY_FILE: peak },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stderr!.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString('utf8')).slice(-4_000)));
  const [code] = await once(child, 'close') as [number | null];
  if (code !== 0) {
    throw new Error(`${bundle} failed with ${code}: ${errors}`);
  }
  // metrics are lines before it
  return { ...JSON.parse(output.slice(output.lastIndexOf('\n') + 1)) as Ran<T>, megabytes: Number(readFileSync(peak, 'utf8')) / 1_024 };
}

async function bytesBelow(store: S3Store, prefix: string): Promise<number> {
  let bytes = 0;
  for await (const key of store.keys(prefix)) {
    bytes += (await store.read(key)).length;
  }
  return bytes;
}
