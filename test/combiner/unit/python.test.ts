/** What pytest and its like run, by what coverage.py writes, beside what ran in Lambda: together it is what coverage.py says of both. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { createCoverageMap, type CoverageMapData } from 'istanbul-lib-coverage';
import { pythonInterpreters } from '../../../projenrc/python-layer/interpreters';
import { lambdaCoverage } from '../../cli/command-line';
import { hasPython } from '../../lambda/python-runtime';
import { putPythonOnPath } from '../../python-on-path';
import { saySkipped } from '../../say-skipped';
import { taskFolder } from '../../task-folder';

const LAYER = path.join(__dirname, '../../../assets/python-layer/python');
const FILES = {
  'src/app.py': `import helper


def handler(event, context):
    if event.get("big"):
        return helper.big(10)
    return {"small": True}


def never():
    return 1
`,
  'src/helper.py': 'def big(limit):\n    return {\n        "big": limit,\n    }\n',
  'src/only_tested.py': 'def check(x):\n    if x:\n        return 1\n    return 2\n',
};
const IN_LAMBDA = 'import sys\nfrom coverage_wrapper import CoverageContext\nwith CoverageContext():\n    sys.path.insert(0, "src")\n    import app\n    app.handler({}, None)\n';
const TESTS = 'import sys; sys.path.insert(0, "src")\nimport app, only_tested\napp.handler({"big": 1}, None)\nonly_tested.check(0)\n';
const BOTH = `${TESTS}app.handler({}, None)\n`;

putPythonOnPath();
const version = [...pythonInterpreters().keys()].filter(hasPython).at(-1);
const testWithPython = version === undefined ? test.skip : test;
if (version === undefined) {
  saySkipped('unit coverage of coverage.py, since there is no Python with pip on this machine');
}

function python(folder: string, args: readonly string[], variables: Record<string, string>): void {
  execFileSync(pythonInterpreters().get(version!)!, args, { cwd: folder, env: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1', ...variables }, stdio: 'pipe' });
}

/** A repository with what ran in Lambda, in `lambda`, and what unit tests ran, in all the ways that coverage.py has. */
function repository(): string {
  const folder = taskFolder({ ...FILES, 'in_lambda.py': IN_LAMBDA, 'tests.py': TESTS, 'both.py': BOTH });
  const variables = { COVERAGE_DIRECTORY: path.join(folder, 'lambda'), LAMBDA_TASK_ROOT: path.join(folder, 'src'), AWS_LAMBDA_FUNCTION_NAME: 'orders' };
  python(folder, ['in_lambda.py'], { PYTHONPATH: LAYER, ...variables });
  const packages = path.join(LAYER, 'coverage_wrapper', '_packages', `cp3${Math.min(Number(version!.split('.')[1]), 11)}`);
  const coverage = (...args: string[]) => python(folder, ['-m', 'coverage', ...args], { PYTHONPATH: packages });
  coverage('run', '--branch', '--source=src', 'tests.py');
  coverage('json', '-q');
  coverage('lcov', '-q');
  coverage('run', '--branch', '--source=src', '--data-file=.both', 'both.py');
  coverage('json', '-q', '--data-file=.both', '-o', 'expected.json');
  return folder;
}

interface Expected {
  readonly files: Record<string, {
    executed_lines: number[];
    missing_lines: number[];
    executed_branches: unknown[];
    missing_branches: unknown[];
    functions: Record<string, { executed_lines: number[] }>;
  }>;
}

testWithPython.each(['coverage.json', '.coverage', 'coverage.lcov'])('%s adds to what ran in Lambda', async (unit) => {
  const folder = repository();
  const { exitCode, stderr } = await lambdaCoverage(['report', 'lambda/coverage', '--unit', unit, '--format', 'json'], { cwd: folder });
  expect([exitCode, stderr]).toEqual([0, '']);
  const map = createCoverageMap(JSON.parse(readFileSync(path.join(folder, 'coverage', 'coverage-final.json'), 'utf8')) as CoverageMapData);
  const { files } = JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8')) as Expected;
  expect(map.files().sort()).toEqual(Object.keys(files).sort());
  for (const [file, expected] of Object.entries(files)) {
    const told = map.fileCoverageFor(file);
    const lines = Object.entries(told.getLineCoverage());
    expect([file, lines.filter(([, hits]) => hits > 0).map(([line]) => Number(line))]).toEqual([file, expected.executed_lines]);
    expect([file, lines.filter(([, hits]) => hits === 0).map(([line]) => Number(line))]).toEqual([file, expected.missing_lines]);
    const { branches, functions } = told.toSummary();
    const taken = expected.executed_branches.length;
    expect([file, branches.covered, branches.total]).toEqual([file, taken, taken + expected.missing_branches.length]);
    const all = Object.entries(expected.functions).filter(([name]) => name !== '');
    expect([file, functions.covered, functions.total]).toEqual([file, all.filter(([, fn]) => fn.executed_lines.length > 0).length, all.length]);
  }
}, 60_000);

testWithPython('a data file that is damaged, and JSON that is, are named', async () => {
  const folder = repository();
  writeFileSync(path.join(folder, 'broken'), 'SQLite format 3\0nothing');
  writeFileSync(path.join(folder, 'broken.json'), JSON.stringify({ meta: { format: 3 }, files: { 'src/app.py': {} } }));
  for (const [unit, message] of [['broken', /the unit coverage 'broken' cannot be read: coverage\.py says: /], ['broken.json', /the coverage of 'src\/app\.py' is damaged: its executed_lines or missing_lines/]] as const) {
    const { exitCode, stderr } = await lambdaCoverage(['report', 'lambda/coverage', '--unit', unit], { cwd: folder });
    expect(exitCode).not.toBe(0);
    expect(stderr).toMatch(message);
  }
}, 60_000);
