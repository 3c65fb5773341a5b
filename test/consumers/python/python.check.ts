/** A consumer in Python: the wheel in a fresh virtual environment, beside the oldest aws-cdk-lib that the package declares. */
import * as path from 'node:path';
import { outputOf } from '../../package/command';
import { installedVersion, packedFile } from '../../package/installation';
import { whyNoPython } from '../../package/python';
import { environment, testConsumer } from '../consumer';

/** What the wheel asks for: jsii-pacmak sets it. */
const OLDEST_PYTHON = '3.10';

const pythonIn = (folder: string) => path.join(folder, 'venv', 'bin', 'python');

testConsumer({
  language: 'Python',
  skip: whyNoPython(OLDEST_PYTHON),
  install,
  command: (folder, app) => ({ command: pythonIn(folder), args: [path.join(__dirname, `${app.replace('-', '_')}.py`)] }),
});

function install(folder: string): void {
  const env = environment(folder);
  const python = pythonIn(folder);
  outputOf('python3', ['-m', 'venv', path.dirname(path.dirname(python))], { env });
  const packages = ['aws-cdk-lib', 'constructs'].map((name) => `${name}==${installedVersion(name)}`);
  const options = ['--no-compile', '--disable-pip-version-check', '--quiet'];
  outputOf(python, ['-m', 'pip', 'install', ...options, packedFile('python', '.whl'), ...packages], { env });
  console.log(`${outputOf(python, ['--version']).trim()}, ${packages.join(', ')}`);
}
