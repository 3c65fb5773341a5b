import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { App, Stack, aws_lambda as lambda } from 'aws-cdk-lib';
import { pythonInterpreters } from '../../../projenrc/python-layer/interpreters';
import { readCloudAssembly } from '../../../src/combiner/cloud-assembly/cloud-assembly';
import { convertMerged } from '../../../src/combiner/combine';
import { MergedCoverage } from '../../../src/combiner/merging/merged-coverage';
import { CoverageLayer, type CoverageLayerProps } from '../../../src/index';
import { putPythonOnPath } from '../../python-on-path';
import { saySkipped } from '../../say-skipped';
import { taskFolder } from '../../task-folder';

const FILES = {
  'app.py': 'import os\n\n\ndef handler(event, context):\n    if event:\n        return os.name\n    return None\n',
  'orders/__init__.py': '',
  'orders/prices.py': 'PRICE = 1\n',
  'orders/windows.py': 'A = 1\r\nB = 2',
  'orders/broken.py': 'def (:\n',
  'vendored/__init__.py': 'X = 1\n',
  'vendored-1.0.dist-info/RECORD': 'vendored/__init__.py,,\nvendored-1.0.dist-info/RECORD,,\n',
  '.venv/pyvenv.cfg': '',
  '.venv/lib/python3.13/site-packages/other.py': 'X = 1\n',
  'env/pyvenv.cfg': '',
  'env/lib/other.py': 'X = 1\n',
};
putPythonOnPath();
const hasLayer = existsSync(path.join(__dirname, '../../../assets/python-layer'));
const testWithPython = hasLayer && pythonInterpreters().size > 0 ? test : test.skip;
if (testWithPython === test.skip) {
  saySkipped('files in Python that were never imported, since there is no Python on this machine');
}

function assembly(props: CoverageLayerProps = {}): ReturnType<typeof readCloudAssembly> {
  const app = new App();
  const stack = new Stack(app, 'Shop');
  const code = lambda.Code.fromAsset(taskFolder(FILES));
  const fn = new lambda.Function(stack, 'Orders', { runtime: lambda.Runtime.PYTHON_3_12, handler: 'app.handler', code });
  new CoverageLayer(stack, 'Coverage', props).attachTo(fn);
  return readCloudAssembly(app.synth().directory);
}

const convert = async (of: ReturnType<typeof readCloudAssembly>) => convertMerged(new MergedCoverage(), async () => undefined, { assembly: of });

testWithPython("a function's own files are in the report with 0", async () => {
  const { coverage, texts, errors } = await convert(assembly());
  expect(coverage.files()).toEqual(['app.py', 'orders/prices.py', 'orders/windows.py']);
  // the lines that coverage.py reports of the texts above, by hand
  expect(coverage.files().map((file) => coverage.fileCoverageFor(file).getLineCoverage()))
    .toEqual([{ 1: 0, 4: 0, 5: 0, 6: 0, 7: 0 }, { 1: 0 }, { 1: 0, 2: 0 }]);
  expect(coverage.fileCoverageFor('app.py').toSummary().branches).toMatchObject({ total: 2, covered: 0 });
  expect(texts.get('orders/windows.py')).toBe('A = 1\nB = 2\n');
  expect(errors).toEqual([expect.stringMatching(/^orders\/broken\.py cannot be parsed: /)]);
});

testWithPython('patterns and branchCoverage are those of the function', async () => {
  const { coverage, errors } = await convert(assembly({ includePatterns: ['app.py'], branchCoverage: false }));
  expect(coverage.files()).toEqual(['app.py']);
  expect(coverage.getCoverageSummary().branches.total).toBe(0);
  expect(errors).toEqual([]);
});

testWithPython('where there is no Python the errors say so', async () => {
  const of = assembly();
  const { PATH } = process.env;
  process.env.PATH = '';
  try {
    const { coverage, errors } = await convert(of);
    expect(coverage.files()).toEqual([]);
    expect(errors).toEqual(['files in Python that were never imported are not in the report: there is no Python 3.8 or later on this machine to read them with; install Python']);
  } finally {
    process.env.PATH = PATH;
  }
});
