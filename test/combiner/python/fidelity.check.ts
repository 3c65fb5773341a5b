/**
 * The test suites of packages of others, run twice on each Python of this machine: under coverage.py itself and under the layer. Whatever
 * coverage.py reports, the combiner has to report, without Python: in JSON, in lcov and in Cobertura, by line and by branch.
 */
import * as assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { createCoverageMap, type CoverageMap, type CoverageMapData, type FileCoverage } from 'istanbul-lib-coverage';
import { SUITES, sourcesOf, type Suite } from './suites';
import { pythonInterpreters, type PythonVersion } from '../../../projenrc/python-layer/interpreters';
import { hasPython } from '../../lambda/python-runtime';
import { ROOT } from '../../package/installation';
import { testPackages } from '../../wrapper/python/test-packages';

const LAYER = path.join(ROOT, 'assets', 'python-layer', 'python');
const CLI = path.join(ROOT, 'assets', 'cli', 'lambda-coverage.js');
const UNDER_THE_LAYER = 'import sys, pytest\nfrom coverage_wrapper import CoverageContext\nwith CoverageContext():\n    sys.exit(pytest.main(sys.argv[1:]))\n';
const PYTEST = ['-q', '-p', 'no:cacheprovider', '--no-header'];
/** What versions of Python that coverage.py does not support any more have been compared by. */
const COMPARED: Partial<Record<PythonVersion, typeof differencesOf>> = {
  3.8: differencesOfTotals,
  // its lcov has functions without statements, such as overloads; later versions leave them out, too
  3.9: differencesButInLcov,
};

interface JsonReport {
  readonly files: Readonly<Record<string, JsonFile>>;
  readonly totals: Readonly<Record<'covered_lines' | 'num_statements' | 'num_branches' | 'covered_branches', number>>;
}

interface JsonFile {
  readonly executed_lines: number[];
  readonly missing_lines: number[];
  readonly executed_branches: Array<[number, number]>;
  readonly missing_branches: Array<[number, number]>;
}

const versions = [...pythonInterpreters().keys()].filter(hasPython);

describe('coverage.py and the combiner', { skip: versions.length === 0 && 'there is no Python with pip', concurrency: cpus().length }, () => {
  let folder: string;
  const sources = new Map<Suite, string>();

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'fidelity-'));
    for (const suite of SUITES) {
      sources.set(suite, await sourcesOf(suite));
    }
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const version of versions) {
    for (const suite of SUITES) {
      test(`tell the same of ${suite.requirement} on Python ${version}`, async () => {
        const work = path.join(folder, `${version}-${suite.requirement}`);
        mkdirSync(work);
        const [theirs, ours] = [await underCoveragePy(version, suite, work), await underTheLayer(version, suite, work)];
        assert.deepEqual((COMPARED[version] ?? differencesOf)(theirs, ours), []);
        assert.ok(theirs.json.totals.covered_lines > 100, 'the suite has run');
      });
    }
  }

  async function underCoveragePy(version: PythonVersion, suite: Suite, work: string): Promise<Reports> {
    const data = path.join(work, 'data');
    const { packages, folder: cwd, root } = await layout(version, suite);
    const env = { PYTHONPATH: [coveragePy(version), packages, root].join(path.delimiter), COVERAGE_FILE: data };
    await run(version, ['-m', 'coverage', 'run', '--rcfile=/dev/null', '--branch', `--include=${root}/*`, '-m', 'pytest', ...PYTEST, suite.tests], { cwd, env });
    const report = async (format: string) => {
      await run(version, ['-m', 'coverage', format, '--rcfile=/dev/null', '-o', path.join(work, `theirs.${format}`)], { cwd: root, env });
      return readFileSync(path.join(work, `theirs.${format}`), 'utf8');
    };
    return { json: JSON.parse(await report('json')) as JsonReport, lcov: await report('lcov'), cobertura: await report('xml') };
  }

  async function underTheLayer(version: PythonVersion, suite: Suite, work: string): Promise<OurReports> {
    const { packages, folder: cwd, root } = await layout(version, suite);
    const [coverage, reports] = [path.join(work, 'coverage'), path.join(work, 'reports')];
    writeFileSync(path.join(work, 'under.py'), UNDER_THE_LAYER);
    const env = {
      PYTHONPATH: [LAYER, packages, root].join(path.delimiter), COVERAGE_DIRECTORY: coverage, LAMBDA_TASK_ROOT: root, AWS_LAMBDA_FUNCTION_NAME: 'suite',
    };
    await run(version, [path.join(work, 'under.py'), ...PYTEST, suite.tests], { cwd, env });
    const args = [CLI, 'report', path.join(coverage, 'coverage'), '--output', reports, '--format', 'json,lcov,cobertura', '--root', work];
    await promisify(execFile)(process.execPath, args, { cwd: work });
    const read = (name: string) => readFileSync(path.join(reports, name), 'utf8');
    return { map: createCoverageMap(JSON.parse(read('coverage-final.json')) as CoverageMapData), lcov: read('lcov.info'), cobertura: read('cobertura-coverage.xml') };
  }

  async function layout(version: PythonVersion, suite: Suite): Promise<{ packages: string; folder: string; root: string }> {
    const source = sources.get(suite)!;
    return { packages: await testPackages(version), folder: source, root: path.join(source, suite.root) };
  }
});

interface Reports {
  readonly json: JsonReport;
  readonly lcov: string;
  readonly cobertura: string;
}

interface OurReports extends Pick<Reports, 'lcov' | 'cobertura'> {
  readonly map: CoverageMap;
}

function coveragePy(version: PythonVersion): string {
  return path.join(LAYER, 'coverage_wrapper', '_packages', `cp3${Math.min(Number(version.split('.')[1]), 11)}`);
}

async function run(version: PythonVersion, args: readonly string[], { cwd, env }: { cwd: string; env: Record<string, string> }): Promise<void> {
  const common = { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', PYTHONHASHSEED: '0', PYTHONDONTWRITEBYTECODE: '1' };
  await promisify(execFile)(pythonInterpreters().get(version)!, [...args], { cwd, env: { ...common, ...env }, maxBuffer: 64 * 1024 * 1024 })
    .catch(({ stdout, stderr }: { stdout: string; stderr: string }) => {
      throw new Error(`${stdout.slice(-3000)}${stderr.slice(-3000)}`);
    });
}

function differencesButInLcov(theirs: Reports, ours: OurReports): string[] {
  const parts = [differencesOfTotals, differencesOfLines, differencesOfBranches, differencesOfCobertura];
  return parts.flatMap((differences) => differences(theirs, ours));
}

function differencesOf(theirs: Reports, ours: OurReports): string[] {
  return [...differencesButInLcov(theirs, ours), ...differencesOfLcov(theirs, ours)];
}

function differencesOfLines({ json, lcov }: Reports, { map }: OurReports): string[] {
  // a file without statements, such as an empty __init__.py, is not in our reports
  const named = new Map(Object.entries(json.files).filter(([name]) => /^DA:/m.test(recordOf(lcov, name))));
  const found = compare('files', [...named.keys()].sort(), map.files().sort());
  for (const file of map.files().filter((one) => named.has(one))) {
    const { executed_lines: executed, missing_lines: missing } = named.get(file)!;
    const lines = Object.entries(map.fileCoverageFor(file).getLineCoverage());
    // old versions name lines that were executed and are no statements, such as those of docstrings
    const statements = new Set([...recordOf(lcov, file).matchAll(/^DA:(\d+)/gm)].map(([, line]) => Number(line)));
    found.push(...compare(`${file} executed`, executed.filter((line) => statements.has(line)), lines.filter(([, hits]) => hits > 0).map(([line]) => Number(line))));
    found.push(...compare(`${file} missing`, missing, lines.filter(([, hits]) => hits === 0).map(([line]) => Number(line))));
  }
  return found;
}

function differencesOfTotals({ json: { totals } }: Reports, { map }: OurReports): string[] {
  const { lines, branches } = map.getCoverageSummary().toJSON();
  const theirs = [totals.covered_lines, totals.num_statements, totals.covered_branches, totals.num_branches];
  return compare('totals', theirs, [lines.covered, lines.total, branches.covered, branches.total]);
}

function recordOf(lcov: string, file: string): string {
  return lcov.split('end_of_record').find((record) => record.includes(`SF:${file}\n`)) ?? '';
}

function differencesOfBranches({ json }: Reports, { map }: OurReports): string[] {
  return map.files().filter((file) => file in json.files).flatMap((file) => {
    const { executed_branches: executed, missing_branches: missing } = json.files[file]!;
    const arms = [...executed.map((arc) => [...arc, 1]), ...missing.map((arc) => [...arc, 0])] as Array<[number, number, number]>;
    const theirs = arms.sort(([line, to], [otherLine, otherTo]) => line - otherLine || Number(to < 0) - Number(otherTo < 0) || to - otherTo);
    return compare(`${file} branches`, theirs.map(([line, , taken]) => `${line}:${taken}`), armsOf(map.fileCoverageFor(file)));
  });
}

/** By line, and in the order of coverage.py's destinations: exits come last. */
function armsOf(file: FileCoverage): string[] {
  return Object.entries(file.branchMap).flatMap(([id, { line }]) => file.b[id]!.map((taken) => `${line}:${taken}`));
}

function differencesOfLcov(theirs: Reports, ours: OurReports): string[] {
  const [expected, actual] = [theirs, ours].map(({ lcov }) => lcov.split('end_of_record').filter((record) => /^DA:/m.test(record)).map((record) => {
    const all = (pattern: RegExp) => [...record.matchAll(pattern)].map(([, ...values]) => values.join(' '));
    return {
      file: all(/^SF:(.+)$/gm),
      // coverage.py adds a checksum where it is asked to
      lines: all(/^DA:(\d+),(\d+)/gm),
      // later versions tell functions of one name apart
      functions: zip(all(/^FN:(\d+),(?:\d+,)?(.+)$/gm), all(/^FNDA:(\d+),/gm)).map((one) => one.replace(/@\d+(?= \d+$)/, '')),
      // a branch that was not come to has a dash there
      branches: all(/^BRDA:(\d+),.+,(-|\d+)$/gm).map((one) => one.replace('-', '0')),
      // coverage.py leaves out those of what there is none of
      totals: all(/^((?:LF|LH|FNF|FNH|BRF|BRH):\d+)$/gm).filter((one) => !/^(?:FN|BR)[FH]:0$/.test(one)).sort(),
    };
  }));
  return compare('lcov', bySource(expected!), bySource(actual!));
}

function zip(one: readonly string[], other: readonly string[]): string[] {
  return one.map((text, index) => `${text} ${other[index]}`);
}

function bySource(records: ReadonlyArray<{ file: string[] }>): unknown {
  return Object.fromEntries(records.map(({ file, ...record }) => [file[0], record] as const).sort(([a], [b]) => (a! < b! ? -1 : 1)));
}

function differencesOfCobertura(theirs: Reports, ours: OurReports): string[] {
  const [expected, actual] = [theirs, ours].map(({ cobertura }) => Object.fromEntries([...cobertura.matchAll(/<class [^>]*filename="([^"]+)"[^>]*>(.*?)<\/class>/gs)].map(([, file, body]) => {
    // of functions, Cobertura has the lines again
    const lines = body!.replace(/<methods>.*?<\/methods>/gs, '');
    return [file, [...lines.matchAll(/<line ([^>]*)\/>/g)].map(([, attributes]) => {
      const value = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(attributes!)?.[1];
      return [value('number'), value('hits'), value('condition-coverage')].join(' ');
    })] as const;
  }).filter(([, lines]) => lines.length > 0).sort(([a], [b]) => (a! < b! ? -1 : 1))));
  return compare('cobertura', expected, actual);
}

/** Nothing where they are equal; else where they differ first. */
function compare(what: string, expected: unknown, actual: unknown): string[] {
  const [one, other] = [expected, actual].map((value) => JSON.stringify(value, undefined, 1).split('\n'));
  const at = one!.findIndex((line, index) => line !== other![index]);
  const isEqual = at < 0 && one!.length === other!.length;
  return isEqual ? [] : [`${what}: coverage.py ${one!.slice(Math.max(0, at - 3), at + 4).join(' ')} | here ${other!.slice(Math.max(0, at - 3), at + 4).join(' ')}`];
}
