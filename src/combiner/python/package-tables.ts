import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathFilter } from '../../patterns/path-filter';
import type { PythonPackage } from '../cloud-assembly/cloud-assembly';
import type { MergedPython } from '../merging/python-merge';

/** Where the layer is, beside what this file is bundled into. */
declare const PYTHON_LAYER: string | undefined;

const PACKAGES = join(__dirname, typeof PYTHON_LAYER === 'string' ? PYTHON_LAYER : '../../../assets/python-layer', 'python');
const MODULE = 'coverage_wrapper._tables';

/** The files of functions in Python as if none of them had been imported. */
export interface PackageTables {
  readonly files: readonly MergedPython[];
  /** The tables, by the SHA-256 that each would be kept under. */
  readonly contents: ReadonlyMap<string, Buffer>;
  /** A line for each file that cannot be told of. */
  readonly unreadable: readonly string[];
}

interface Answer {
  readonly files: ReadonlyArray<{ readonly path: string; readonly table: string; readonly content: string }>;
  readonly unreadable: ReadonlyArray<{ readonly path: string; readonly reason: string }>;
}

/**
 * Lets the layer's coverage.py look at the files of packages, on the Python of this machine: preferably the functions' own version, since
 * versions differ a little in what they take for a statement.
 *
 * @throws Error that says what is missing on this machine
 */
export async function packageTables(packages: readonly PythonPackage[]): Promise<PackageTables> {
  const files: MergedPython[] = [];
  const contents = new Map<string, Buffer>();
  const unreadable: string[] = [];
  for (const version of new Set(packages.map((one) => one.version))) {
    const same = packages.filter((one) => one.version === version);
    const answers = await ask(version, same.map(({ folder, handler, branchCoverage }) => ({ folder, handler, branch: branchCoverage })));
    same.forEach(({ include, exclude, branchCoverage }, index) => {
      const answer = answers[index]!;
      for (const { path, table, content } of answer.files) {
        contents.set(table, Buffer.from(content));
        files.push({ path, table, include, exclude, branchCoverage, arcs: new Set(), lines: new Set(), lambdaFunctions: new Map() });
      }
      const isWanted = pathFilter(include, exclude);
      unreadable.push(...answer.unreadable.filter(({ path }) => isWanted(path)).map(({ path, reason }) => `${path} ${reason}`));
    });
  }
  return { files, contents, unreadable };
}

async function ask(version: string, requests: readonly object[]): Promise<Answer[]> {
  if (!existsSync(PACKAGES)) {
    throw new Error('this build of cdk-lambda-coverage has no layer for Python; install the published package');
  }
  for (const command of [`python${version}`, 'python3', 'python']) {
    const answer = isOnPath(command) ? await answerOf(command, requests) : undefined;
    if (answer !== undefined) {
      return answer;
    }
  }
  throw new Error('there is no Python 3.8 or later on this machine to read them with; install Python');
}

/** What a command answers; nothing where it is no Python that the layer is for. */
async function answerOf(command: string, requests: readonly object[]): Promise<Answer[] | undefined> {
  const child = spawn(command, ['-B', '-m', MODULE], { env: { ...process.env, PYTHONPATH: PACKAGES, PYTHONIOENCODING: 'utf-8' }, stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => undefined); // it may have ended
  child.stdin.end(JSON.stringify(requests));
  try {
    const [answer, [status]] = await Promise.all([text(child.stdout), once(child, 'close')]) as [string, [number | null]];
    return status === 0 ? JSON.parse(answer) as Answer[] : undefined;
  } catch {
    return undefined;
  }
}

function isOnPath(command: string): boolean {
  const names = process.platform === 'win32' ? [`${command}.exe`, `${command}.cmd`, `${command}.bat`] : [command];
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && names.some((name) => existsSync(join(folder, name))));
}
