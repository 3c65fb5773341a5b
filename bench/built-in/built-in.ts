import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { buildSync } from 'esbuild';
import { median } from 'simple-statistics';
import { TABLE_FOLDER, type CounterTable } from '../../src/contract/counter-table';
import { encodeCounterValues } from '../../src/contract/counter-values';
import { RAW_COVERAGE_VERSION, type CountersRawCoverage } from '../../src/contract/raw-coverage';
import { instrumentFolder } from '../../src/instrumenter/instrument-folder';
import { nodeBinary } from '../../test/lambda/node-versions';
import { seededRandom } from '../estimate';
import { NODE_VERSIONS, type Mode, type NodeVersion } from '../row';
import { bundle } from '../subjects';

/** What built-in counters take beside the function's own time, which the rows measure. */
export interface BuiltInResults {
  /** So many counters have the scripts of `takes`. */
  readonly counters: number;
  /** Milliseconds of one take: of the first, and the median of those that follow. */
  readonly takes: ReadonlyArray<{ readonly node: NodeVersion; readonly first: number; readonly later: number }>;
  readonly objectsMerged: number;
  readonly mergedPerSecond: number;
  /** Milliseconds of `attachTo` for a bundle of 1.7 MB, where nothing is made yet, and where the copy is in the cloud assembly already; medians. */
  readonly synth: { readonly first: number; readonly cached: number; readonly runs: number };
}

const FOLDER = path.join(__dirname, '..', 'out', 'built-in');
const TSX = path.join(__dirname, '..', '..', 'node_modules', '.bin', 'tsx');
const TSCONFIG = path.join(__dirname, '..', '..', 'tsconfig.dev.json');
const FUNCTIONS_OF_SCRIPT = 3_333;

export async function measureBuiltIn(mode: Mode): Promise<BuiltInResults> {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const { counters, takes } = await measureTakes();
  const objectsMerged = mode === 'quick' ? 50_000 : 500_000;
  return { counters, takes, objectsMerged, mergedPerSecond: objectsMerged / measureMerge(counters, objectsMerged), synth: await measureSynth(mode === 'quick' ? 3 : 15) };
}

/** One of the programs beside this file, as one file that any Node.js runs. */
function program(name: string): string {
  const outfile = path.join(FOLDER, `${name}.js`);
  buildSync({ entryPoints: [path.join(__dirname, `${name}.ts`)], outfile, bundle: true, platform: 'node', target: 'node20', logLevel: 'error' });
  return outfile;
}

const printed = <T>(command: string, ...args: string[]): T => JSON.parse(execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as T;

async function measureTakes(): Promise<Pick<BuiltInResults, 'counters' | 'takes'>> {
  const [code, copy] = [path.join(FOLDER, 'many'), path.join(FOLDER, 'many-instrumented')];
  [code, copy].forEach((folder) => mkdirSync(folder));
  const functions = Array.from({ length: FUNCTIONS_OF_SCRIPT }, (_, n) => `(x) => { if (x % ${n + 2} === 0) { return ${n}; } return x; },`);
  writeFileSync(path.join(code, 'index.js'), `const all = [\n${functions.join('\n')}\n];\nexports.run = (round) => all.forEach((one, at) => at % 2 === round % 2 && one(at));\n`);
  instrumentFolder(code, copy, { include: [], exclude: [], counts: false });
  const [table] = readdirSync(path.join(copy, TABLE_FOLDER));
  const { size } = JSON.parse(readFileSync(path.join(copy, TABLE_FOLDER, table!), 'utf8')) as CounterTable;
  const take = program('take');
  const takes = [];
  for (const node of NODE_VERSIONS) {
    const [first, ...later] = printed<number[]>((await nodeBinary(node)).path, take, copy);
    takes.push({ node, first: first!, later: median(later) });
  }
  return { counters: size, takes };
}

/** Each object tells of half of what the one before told, and of some that it did not. @returns seconds */
function measureMerge(counters: number, objects: number): number {
  const random = seededRandom(1);
  const metadata = {
    functionName: 'orders',
    functionVersion: '$LATEST',
    runtime: 'AWS_Lambda_nodejs22.x',
    layerVersion: '1.0.0',
    environmentId: '0123456789ab',
    timestamp: '2026-11-26T12:00:00.000Z',
    phase: 'invocation',
    engine: 'instrumented',
    include: [],
    exclude: [],
    branchCoverage: true,
  } as const;
  const different = Array.from({ length: 1_000 }, (_, sequence): CountersRawCoverage => {
    const from = Math.floor(random() * counters * 0.9);
    const isSet = (counter: number) => counter >= from && counter < from + 200 && random() < 0.7;
    const flags = encodeCounterValues(Array.from({ length: counters }, (_value, counter) => (isSet(counter) ? 1 : 0)), false);
    return { version: RAW_COVERAGE_VERSION, kind: 'counters', metadata: { ...metadata, sequence }, omitted: [], result: [{ table: '0'.repeat(64), flags }] };
  });
  const file = path.join(FOLDER, 'objects.json');
  writeFileSync(file, JSON.stringify(different));
  return printed<number>(process.execPath, program('merge'), file, String(objects));
}

async function measureSynth(runs: number): Promise<BuiltInResults['synth']> {
  const code = path.join(FOLDER, 'orders');
  mkdirSync(code);
  await bundle('orders', code);
  const times = { first: [] as number[], cached: [] as number[] };
  for (let run = 0; run < runs; run++) {
    const outdir = path.join(FOLDER, `cdk.out-${run}`);
    for (const which of ['first', 'cached'] as const) {
      times[which].push(printed<number>(TSX, '--tsconfig', TSCONFIG, path.join(__dirname, 'synth.ts'), code, outdir));
    }
    rmSync(outdir, { recursive: true });
  }
  return { first: median(times.first), cached: median(times.cached), runs };
}
