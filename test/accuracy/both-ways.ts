/** Runs programs counted by V8 and by counters built in, as the wrapper does it, and by Istanbul's counters, with the same events. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { createCoverageMap, type CoverageMapData, type FileCoverageData } from 'istanbul-lib-coverage';
import { AS_IT_IS, BUILDS, ONE_FILE } from './builds';
import { instrumentedBundle } from './istanbul-truth';
import type { Program } from './program';
import { COUNTERS_SYMBOL, type CounterTable } from '../../src/contract/counter-table';
import type { FunctionCoverage } from '../../src/contract/raw-coverage';
import { OriginalSources } from '../../src/conversion/original-sources';
import { instrumentScript } from '../../src/instrumenter/instrument-script';
import { nodeBinary, type NodeVersion } from '../lambda/node-versions';

/** A program in one build on one version of Node.js, run in both ways. */
export interface BothWays {
  readonly program: string;
  readonly build: string;
  readonly node: NodeVersion;
  /** Where the program's `src` is; the script is in another folder of it. */
  readonly folder: string;
  readonly script: string;
  /** Nothing where the script has none, or an inline one. */
  readonly sourceMap: string | undefined;
  /** What V8 said after each event, of the script; in its coordinates. */
  readonly takes: ReadonlyArray<readonly FunctionCoverage[]>;
  /** The table of the counters that were built in, and their values with all events. */
  readonly builtIn: { readonly table: CounterTable; readonly values: ReadonlyArray<number | undefined> };
  /** By paths such as `src/handler.ts`. */
  readonly truth: CoverageMapData;
}

export interface BothWaysOptions {
  /** @default - all builds */
  readonly builds?: readonly string[];
  /** @default - the one that runs the tests */
  readonly nodes?: readonly NodeVersion[];
}

/** A script and what its handler is called with. */
interface Call {
  readonly file: string;
  readonly events: readonly unknown[];
}

interface Output {
  readonly takes: Array<Array<{ readonly url: string; readonly functions: readonly FunctionCoverage[] }>>;
  readonly coverage: CoverageMapData;
  /** Of each file, the values of what it registered. */
  readonly counters: Array<readonly [string, Array<Array<number | null>>]>;
}

const DRIVER = `
  import { readFileSync, writeFileSync } from 'node:fs';
  import { Session } from 'node:inspector';
  const [input, output, counted] = process.argv.slice(2);
  const session = new Session();
  session.connect();
  const post = (method, parameters) => {
    let answer;
    session.post(method, parameters, (error, value) => { answer = value; });
    return answer;
  };
  const takes = [];
  const counters = [];
  const registered = () => globalThis[Symbol.for('${COUNTERS_SYMBOL}')] ?? [];
  const take = () => counted && takes.push(post('Profiler.takePreciseCoverage').result.filter(({ url }) => url.startsWith('file:')));
  if (counted) {
    post('Profiler.enable');
    post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }
  for (const { file, events } of JSON.parse(readFileSync(input, 'utf8'))) {
    const before = registered().length;
    const handler = await import(file).then((module) => module.handler ?? module.default.handler, () => () => {});
    for (const event of events) {
      try { JSON.stringify(await handler(event)); } catch {}
      take();
    }
    take();
    counters.push([file, registered().slice(before).map(([, read]) => read())]);
  }
  writeFileSync(output, JSON.stringify({ takes, coverage: globalThis.__coverage__ ?? {}, counters }));
  process.exit(); // as Lambda freezes what still waits
`;

/** Runs each program in each build on each version of Node.js; `folder` is for their files. */
export async function runBothWays(
  programs: readonly Program[], folder: string, { builds = Object.keys(BUILDS), nodes = ['current'] }: BothWaysOptions = {},
): Promise<BothWays[]> {
  const places = programs.map((_, index) => join(folder, String(index)));
  const sources = programs.map((program, index) => writeSource(program, places[index]!));
  const forTruth = await Promise.all(programs.map(async (program, index) => truthCall(program, index, sources[index]!, folder)));
  const scripts: Array<Call & { index: number; build: string; copy: Instrumented }> = [];
  const originals = new OriginalSources();
  for (const [index, program] of programs.entries()) {
    for (const build of builds.filter((name) => isPossible(program, name))) {
      const own = join(places[index]!, build);
      mkdirSync(own, { recursive: true });
      const file = await BUILDS[build]!(sources[index]!, own);
      if (file) {
        scripts.push({ index, build, file, events: program.events, copy: instrumented(file, build, places[index]!, originals) });
      }
    }
  }
  const runs: BothWays[] = [];
  for (const node of nodes) {
    const { path } = await nodeBinary(node);
    const { coverage } = await run(forTruth, join(folder, `truth-${node}`), path);
    const { takes } = await run(scripts, join(folder, `counted-${node}`), path, true);
    const copies = scripts.map(({ copy, events }) => ({ file: copy.file, events }));
    const { counters } = await run(copies, join(folder, `built-in-${node}`), path);
    runs.push(...scripts.map(({ index, build, file, copy }) => ({
      program: programs[index]!.name,
      build,
      node,
      folder: places[index]!,
      script: file,
      sourceMap: existsSync(`${file}.map`) ? `${file}.map` : undefined,
      takes: takes.flatMap((take) => take.filter(({ url }) => url === pathToFileURL(file).href).map(({ functions }) => functions)),
      builtIn: { table: copy.table, values: valuesOf(counters, copy.file) },
      truth: withoutFirstFolder(coverage, String(index)),
    })));
  }
  return runs;
}

/** Runs of the same script with other events, as one. */
export function together(runs: readonly BothWays[]): BothWays {
  const truth = createCoverageMap({});
  runs.forEach((one) => truth.merge(structuredClone(one.truth)));
  const values = runs.map(({ builtIn }) => builtIn.values).reduce(added);
  return { ...runs[0]!, takes: runs.flatMap(({ takes }) => takes), truth: truth.toJSON(), builtIn: { ...runs[0]!.builtIn, values } };
}

interface Instrumented {
  readonly file: string;
  readonly table: CounterTable;
}

/** A copy with counters built in. */
function instrumented(file: string, build: string, folder: string, originals: OriginalSources): Instrumented {
  const text = readFileSync(file, 'utf8');
  const map = existsSync(`${file}.map`) ? readFileSync(`${file}.map`, 'utf8') : undefined;
  const path = build === AS_IT_IS ? 'src/handler.js' : relative(folder, file).replaceAll(sep, '/');
  const textOf = (name: string) => readFileSync(join(folder, name), 'utf8');
  const script = instrumentScript({ path, text, map, textOf, include: [], exclude: [] }, { counts: false }, originals)!;
  const copy = file.replace(/main(\.\w+)$/, 'instrumented$1');
  writeFileSync(copy, script.text);
  return { file: copy, table: JSON.parse(script.table.json) as CounterTable };
}

function valuesOf(counters: Output['counters'], file: string): Array<number | undefined> {
  const registered = counters.filter(([name]) => name === file).flatMap(([, all]) => all);
  return registered.map((values) => values.map((value) => value ?? undefined)).reduce(added, []);
}

function added(some: ReadonlyArray<number | undefined>, others: ReadonlyArray<number | undefined>): Array<number | undefined> {
  return Array.from({ length: Math.max(some.length, others.length) }, (_, counter) => (some[counter] ?? 0) + (others[counter] ?? 0));
}

/** Istanbul's results are named by the paths below the root. */
async function truthCall(program: Program, index: number, source: string, folder: string): Promise<Call> {
  const format = program.moduleOnly ? 'esm' : 'cjs';
  const file = join(folder, `truth-${index}.${format === 'esm' ? 'mjs' : 'cjs'}`);
  const { sourceForIstanbul } = program;
  const root = sourceForIstanbul === undefined ? folder : join(folder, 'for-istanbul');
  const entry = sourceForIstanbul === undefined ? source : writeSource({ ...program, source: sourceForIstanbul }, join(root, String(index)));
  await instrumentedBundle({ entry, root, outfile: file, format });
  return { file, events: program.events };
}

function writeSource({ source, language = 'js', imports = {} }: Program, folder: string): string {
  const file = join(folder, 'src', `handler.${language}`);
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(file, source);
  Object.entries(imports).forEach(([name, from]) => cpSync(from, join(folder, 'src', name), { recursive: true }));
  return file;
}

function isPossible({ moduleOnly = false, imports }: Program, build: string): boolean {
  return !(moduleOnly && build.includes('CommonJS')) && !(imports && ONE_FILE.has(build));
}

async function run(calls: readonly Call[], name: string, node: string, isCounted = false): Promise<Output> {
  const [driver, input, output] = [`${name}.driver.mjs`, `${name}.input.json`, `${name}.output.json`];
  writeFileSync(driver, DRIVER);
  writeFileSync(input, JSON.stringify(calls.map(({ file, events }) => ({ file, events }))));
  await promisify(execFile)(node, [driver, input, output, ...(isCounted ? ['counted'] : [])], { maxBuffer: 2 ** 26 });
  return JSON.parse(readFileSync(output, 'utf8')) as Output;
}

function withoutFirstFolder(coverage: CoverageMapData, first: string): CoverageMapData {
  return Object.fromEntries(Object.entries(coverage).filter(([path]) => path.startsWith(`${first}/`)).map(([path, file]) => {
    const rest = path.slice(first.length + 1);
    return [rest, { ...(file as FileCoverageData), path: rest }];
  }));
}
