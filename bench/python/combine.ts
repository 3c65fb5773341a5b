import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { median } from 'simple-statistics';
import { pythonInterpreters, type PythonVersion } from '../../projenrc/python-layer/interpreters';
import { SUITES, sourcesOf } from '../../test/combiner/python/suites';
import { testPackages } from '../../test/wrapper/python/test-packages';
import type { Mode } from '../row';

/** Seconds that one report of many uploads takes, from the start of the process to the written report; medians. */
export interface CombineResult {
  readonly version: PythonVersion;
  readonly uploads: number;
  /** `lambda-coverage report`. */
  readonly ours: number;
  /** `coverage combine` and `coverage json`, of as many data files of the same runs. */
  readonly coveragePy: number;
  /** `coverage combine` alone. */
  readonly combineOnly: number;
  readonly runs: number;
}

const LAYER = path.join(__dirname, '..', '..', 'assets', 'python-layer', 'python');
const CLI = path.join(__dirname, '..', '..', 'assets', 'cli', 'lambda-coverage.js');

/** Uploads of what each module of click's tests runs, each many times with an id of its own, and coverage.py's own data files of the same. */
export async function measureCombine(version: PythonVersion, folder: string, mode: Mode): Promise<CombineResult> {
  const uploads = 1_000;
  const [bucket, data] = [path.join(folder, 'bucket'), path.join(folder, 'data')];
  const packages = path.join(LAYER, 'coverage_wrapper', '_packages', `cp3${Math.min(Number(version.split('.')[1]), 11)}`);
  const suite = SUITES.find(({ requirement }) => requirement.startsWith('click'))!;
  const sources = await sourcesOf(suite);
  const task = path.join(sources, suite.root);
  const tested = await testPackages(version);
  const python = (args: readonly string[], cwd: string, ...paths: string[]) => {
    const variables = { COVERAGE_DIRECTORY: bucket, LAMBDA_TASK_ROOT: task, AWS_LAMBDA_FUNCTION_NAME: 'bench', PYTHONDONTWRITEBYTECODE: '1' };
    const env = { PATH: process.env.PATH, ...variables, PYTHONPATH: [...paths, tested, task].join(path.delimiter) };
    return execFileSync(pythonInterpreters().get(version)!, args, { cwd, env, stdio: 'pipe' });
  };
  mkdirSync(data, { recursive: true });
  const modules = readdirSync(path.join(sources, suite.tests)).filter((name) => /^test_.*\.py$/.test(name)).sort();
  modules.forEach((module, n) => {
    const pytest = ['-q', '-p', 'no:cacheprovider', path.join(suite.tests, module)];
    python(['-c', `import sys, pytest\nfrom coverage_wrapper import CoverageContext\nwith CoverageContext():\n    sys.exit(pytest.main(${JSON.stringify(pytest)}))\n`], sources, LAYER);
    python(['-m', 'coverage', 'run', '--rcfile=/dev/null', '--branch', `--include=${task}/*`, `--data-file=${path.join(data, `.coverage.${n}`)}`, '-m', 'pytest', ...pytest], sources, packages);
  });
  multiply(bucket, data, modules.length, uploads);
  // coverage.py leaves out a file that is the same as another one, byte by byte
  const distinct = 'import sqlite3, sys\nfor n in range(int(sys.argv[2])):\n    with sqlite3.connect(f"{sys.argv[1]}/.coverage.{n}") as data:\n        data.execute("insert into meta values (?, ?)", ("bench", str(n)))\n';
  python(['-c', distinct, data, String(uploads)], folder);
  const times = { ours: [] as number[], coveragePy: [] as number[], combineOnly: [] as number[] };
  const runs = mode === 'quick' ? 1 : 5;
  for (let run = 0; run < runs; run++) {
    times.ours.push(seconds(() => execFileSync(process.execPath, [CLI, 'report', path.join(bucket, 'coverage'), '--format', 'json', '--output', path.join(folder, 'combined'), '--root', task], { cwd: folder, stdio: 'pipe' })));
    // it combines the files that are named as this one, and more
    const combined = path.join(folder, '.coverage');
    rmSync(combined, { force: true });
    const combine = seconds(() => python(['-m', 'coverage', 'combine', '--keep', '-q', `--data-file=${combined}`, data], task, packages));
    const report = seconds(() => python(['-m', 'coverage', 'json', '-q', `--data-file=${combined}`, '-o', path.join(folder, 'combined.json')], task, packages));
    times.combineOnly.push(combine);
    times.coveragePy.push(combine + report);
  }
  return { version, uploads, ours: median(times.ours), coveragePy: median(times.coveragePy), combineOnly: median(times.combineOnly), runs };
}

function multiply(bucket: string, data: string, different: number, uploads: number): void {
  const [day] = readdirSync(path.join(bucket, 'coverage'), { recursive: true }).map(String).filter((name) => name.endsWith('.coverage')).map((name) => path.dirname(name));
  const folder = path.join(bucket, 'coverage', day!);
  const first = readdirSync(folder).sort();
  for (let n = different; n < uploads; n++) {
    const name = first[n % different]!;
    const environment = n.toString(16).padStart(12, '0');
    const raw = gunzipSync(readFileSync(path.join(folder, name))).toString().replace(/"environmentId":"[0-9a-f]{12}"/g, `"environmentId":"${environment}"`);
    writeFileSync(path.join(folder, name.replace(/-[0-9a-f]{12}-([0-9a-f]{8})\.coverage$/, `-${environment}-$1.coverage`)), gzipSync(raw));
    cpSync(path.join(data, `.coverage.${n % different}`), path.join(data, `.coverage.${n}`));
  }
  if (readdirSync(folder).length !== uploads || !existsSync(path.join(data, `.coverage.${uploads - 1}`))) {
    throw new Error(`${readdirSync(folder).length} uploads were made, not ${uploads}`);
  }
}

function seconds(work: () => unknown): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1_000;
}
