/** Runs programs twice, counted by V8 as the wrapper does it and by Istanbul's counters, and compares counter by counter. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { CoverageMapData } from 'istanbul-lib-coverage';
import { convertScript, OriginalSources } from '../../../src/combiner/convert-script';
import { RawMerge } from '../../../src/combiner/merging/raw-merge';
import { scriptSource } from '../../../src/combiner/script-source';
import type { ScriptCoverage } from '../../../src/contract/raw-coverage';
import { counters, differences, type Counters } from '../../accuracy/counters';
import { instrumentedBundle } from '../../accuracy/istanbul-truth';
import { rawCoverage } from '../raw-coverage';
import { BUILDS, ONE_FILE } from './builds';
import type { Program } from './program';

/** A script and what its handler is called with. */
interface Call {
  readonly file: string;
  readonly events: readonly unknown[];
}

type Takes = Array<Array<{ readonly url: string; readonly functions: ScriptCoverage['functions'] }>>;

const DRIVER = `
  import { readFileSync, writeFileSync } from 'node:fs';
  import { Session } from 'node:inspector';
  const [input, output] = process.argv.slice(2);
  const session = new Session();
  session.connect();
  const post = (method, parameters) => {
    let answer;
    session.post(method, parameters, (error, value) => { answer = value; });
    return answer;
  };
  const takes = [];
  const take = () => takes.push(post('Profiler.takePreciseCoverage').result.filter(({ url }) => url.startsWith('file:')));
  post('Profiler.enable');
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  for (const { file, events } of JSON.parse(readFileSync(input, 'utf8'))) {
    const handler = await import(file).then((module) => module.handler ?? module.default.handler, () => () => {});
    for (const event of events) {
      try { JSON.stringify(await handler(event)); } catch {}
      take();
    }
    take();
  }
  writeFileSync(output, JSON.stringify({ takes, coverage: globalThis.__coverage__ ?? {} }));
`;

export interface Comparison {
  readonly program: string;
  readonly build: string;
  readonly counters: number;
  /** As `counters.ts` prints them, without the file's name. */
  readonly differences: readonly string[];
  /** What the conversion could not tell. */
  readonly problems: readonly string[];
}

export interface ComparisonOptions {
  /** @default - all builds */
  readonly builds?: readonly string[];
  /** The `node` to run the programs with. @default - the one that runs the tests */
  readonly node?: string;
}

/** Runs each program in each build; `folder` is for their files. */
export async function compareBothWays(
  programs: readonly Program[], folder: string, { builds = Object.keys(BUILDS), node = process.execPath }: ComparisonOptions = {},
): Promise<Comparison[]> {
  const sources = programs.map((program, index) => writeSource(program, join(folder, String(index))));
  const truth = await truths(programs, sources, folder, node);
  const scripts: Array<Call & { program: Program; index: number; build: string }> = [];
  for (const [index, program] of programs.entries()) {
    for (const build of builds.filter((name) => isPossible(program, name))) {
      const own = join(folder, String(index), build);
      mkdirSync(own, { recursive: true });
      const file = await BUILDS[build]!(sources[index]!, own);
      if (file) {
        scripts.push({ program, index, build, file, events: program.events });
      }
    }
  }
  const { takes } = await run(scripts, join(folder, 'counted'), node);
  const originals = new OriginalSources();
  return Promise.all(scripts.map(async ({ program, index, build, file }) => {
    const { data, problems } = await converted(file, takes, originals);
    const all = withoutFirstFolder(counters(Object.fromEntries(Object.entries(truth).filter(([path]) => path.startsWith(`${index}/`)))));
    // A file of which the bundler took nothing is known to nobody.
    const files = new Set([...data.keys()].map(fileOf));
    const expected = new Map([...all].filter(([counter]) => files.has(fileOf(counter))));
    return { program: program.name, build, counters: expected.size, differences: differences(data, expected), problems };
  }));
}

/** Istanbul's results are named by the paths below the root. */
function truthSource(program: Program, index: number, source: string, folder: string): { entry: string; root: string } {
  if (program.sourceForIstanbul === undefined) {
    return { entry: source, root: folder };
  }
  const root = join(folder, 'for-istanbul');
  return { entry: writeSource({ ...program, source: program.sourceForIstanbul }, join(root, String(index))), root };
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

async function truths(programs: readonly Program[], sources: readonly string[], folder: string, node: string): Promise<CoverageMapData> {
  const calls = await Promise.all(sources.map(async (source, index) => {
    const format = programs[index]!.moduleOnly ? 'esm' : 'cjs';
    const file = join(folder, `truth-${index}.${format === 'esm' ? 'mjs' : 'cjs'}`);
    await instrumentedBundle({ ...truthSource(programs[index]!, index, source, folder), outfile: file, format });
    return { file, events: programs[index]!.events };
  }));
  return (await run(calls, join(folder, 'truth'), node)).coverage;
}

async function run(calls: readonly Call[], name: string, node: string): Promise<{ takes: Takes; coverage: CoverageMapData }> {
  const [driver, input, output] = [`${name}.driver.mjs`, `${name}.input.json`, `${name}.output.json`];
  writeFileSync(driver, DRIVER);
  writeFileSync(input, JSON.stringify(calls.map(({ file, events }) => ({ file, events }))));
  await promisify(execFile)(node, [driver, input, output], { maxBuffer: 2 ** 26 });
  return JSON.parse(readFileSync(output, 'utf8')) as { takes: Takes; coverage: CoverageMapData };
}

async function converted(file: string, takes: Takes, originals: OriginalSources): Promise<{ data: Counters; problems: readonly string[] }> {
  const kept = new Map<string, Buffer>();
  const keep = (path: string) => {
    const content = readFileSync(path);
    const hash = createHash('sha256').update(content).digest('hex');
    kept.set(hash, content);
    return hash;
  };
  const sha256 = keep(file);
  const sourceMap = existsSync(`${file}.map`) ? keep(`${file}.map`) : undefined;
  const url = pathToFileURL(file).href;
  const merge = new RawMerge();
  for (const take of takes) {
    const script = take.find((one) => one.url === url);
    if (script) {
      merge.add(rawCoverage({ result: [{ ...script, path: sourceMap || !file.endsWith('main.mjs') ? 'build/main.js' : 'src/handler.js', sha256, wrapperLength: 0, ...(sourceMap && { sourceMap }) }] }));
    }
  }
  const [script] = merge.scripts();
  const source = await scriptSource(async (hash) => kept.get(hash), script!);
  const { files, problems } = convertScript(script!, source!, originals);
  const data = counters(Object.fromEntries(files.map(({ path, coverage }) => [`0/${path}`, { ...coverage, path: `0/${path}` }])));
  return { data: withoutFirstFolder(data), problems };
}

function fileOf(counter: string): string {
  return counter.slice(0, counter.indexOf(' '));
}

/** Counters are named by their files first. */
function withoutFirstFolder(found: Counters): Counters {
  return new Map([...found].map(([counter, hit]) => [counter.slice(counter.indexOf('/') + 1), hit]));
}
