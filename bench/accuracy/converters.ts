import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CoverageMapData } from 'istanbul-lib-coverage';
import type { FunctionCoverage } from '../../src/contract/raw-coverage';
import { OriginalSources } from '../../src/conversion/original-sources';
import { inlineMap } from '../../src/conversion/script-source';
import type { BothWays } from '../../test/accuracy/both-ways';
import { converted } from '../../test/accuracy/comparison';
import { peers, PEERS_FOLDER } from '../peers';

/** A tool that makes Istanbul's coverage of V8's, as its users run it. */
export interface Converter {
  readonly title: string;
  /** @returns by absolute paths, or by paths below the folder of the run */
  convert(run: BothWays): Promise<CoverageMapData>;
}

interface V8Script {
  readonly scriptId: string;
  readonly url: string;
  readonly functions: readonly FunctionCoverage[];
}

interface C8Report {
  getCoverageMapFromAllCoverageFiles(): Promise<{ toJSON(): CoverageMapData }>;
}

/** `ours` first. */
export function converters(): Record<string, Converter> {
  const required = peers();
  const version = (name: string) => (JSON.parse(readFileSync(path.join(PEERS_FOLDER, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;
  const originals = new OriginalSources();
  return {
    ours: { title: 'cdk-lambda-coverage', convert: async (run) => (await converted(run, originals)).coverage },
    c8: { title: `c8 ${version('c8')}`, convert: async (run) => withC8(required, run) },
    monocart: { title: `monocart-coverage-reports ${version('monocart-coverage-reports')}`, convert: async (run) => withMonocart(required, run) },
    vitest: { title: `ast-v8-to-istanbul ${version('ast-v8-to-istanbul')} (Vitest)`, convert: withVitests },
  };
}

async function withC8(required: NodeJS.Require, run: BothWays): Promise<CoverageMapData> {
  const { Report } = required('c8') as { Report: new (options: object) => C8Report };
  return inFolder(async (tempDirectory) => {
    run.takes.forEach((functions, index) => writeFileSync(path.join(tempDirectory, `coverage-${index}.json`), JSON.stringify({ result: [script(run, functions)] })));
    const report = new Report({
      tempDirectory, resolve: run.folder, src: [], include: [], exclude: [], extension: ['.js', '.cjs', '.mjs', '.ts'], allowExternal: true, excludeNodeModules: false,
    });
    return (await report.getCoverageMapFromAllCoverageFiles()).toJSON();
  });
}

async function withMonocart(required: NodeJS.Require, run: BothWays): Promise<CoverageMapData> {
  const { CoverageReport } = required('monocart-coverage-reports') as { CoverageReport: new (options: object) => { add(data: object): Promise<void>; generate(): Promise<void> } };
  return inFolder(async (outputDir) => {
    const report = new CoverageReport({
      outputDir,
      baseDir: run.folder,
      reports: [['json', { file: 'coverage.json' }]],
      logging: 'off',
      clean: false,
      sourcePath: (file: string) => file.slice(file.indexOf('src/')), // it puts the name of the working folder before them
    });
    const source = readFileSync(run.script, 'utf8');
    for (const functions of run.takes) {
      await report.add([{ ...script(run, structuredClone(functions)), source, ...(run.sourceMap !== undefined && { sourceMap: mapOf(run) }) }]);
    }
    await report.generate();
    return JSON.parse(readFileSync(path.join(outputDir, 'coverage.json'), 'utf8')) as CoverageMapData;
  });
}

/** Merged and converted as Vitest does it. */
async function withVitests(run: BothWays): Promise<CoverageMapData> {
  const required = createRequire(path.join(PEERS_FOLDER, 'package.json'));
  // its package is an ES module, which Node.js before 22 cannot `require`
  const { convert } = await import(pathToFileURL(path.join(PEERS_FOLDER, 'node_modules', 'ast-v8-to-istanbul', 'dist', 'index.mjs')).href) as {
    convert(options: object): Promise<CoverageMapData>;
  };
  const { mergeScriptCovs } = createRequire(required.resolve('c8'))('@bcoe/v8-coverage') as { mergeScriptCovs(scripts: readonly V8Script[]): V8Script };
  const { parse } = required('acorn') as { parse(code: string, options: object): object };
  const code = readFileSync(run.script, 'utf8');
  const sourceType = run.script.endsWith('.mjs') ? 'module' : 'commonjs';
  return convert({
    ast: Promise.resolve(parse(code, { ecmaVersion: 'latest', sourceType: sourceType === 'module' ? 'module' : 'script', allowReturnOutsideFunction: true, locations: true })),
    code,
    wrapperLength: 0,
    coverage: mergeScriptCovs(run.takes.map((functions) => script(run, structuredClone(functions)))),
    sourceMap: mapOf(run),
  });
}

function script(run: BothWays, functions: readonly FunctionCoverage[]): V8Script {
  return { scriptId: '1', url: pathToFileURL(run.script).href, functions };
}

function mapOf({ script: file, sourceMap }: BothWays): object | undefined {
  const json = sourceMap === undefined ? inlineMap(readFileSync(file, 'utf8')) : readFileSync(sourceMap, 'utf8');
  return json === undefined ? undefined : JSON.parse(json) as object;
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'accuracy-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
