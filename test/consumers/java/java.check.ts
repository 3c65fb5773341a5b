/** A consumer in Java: the jar from the Maven repository that was packed, beside the oldest aws-cdk-lib that the package declares. */
import { cpSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { outputOf, run } from '../../package/command';
import { installedVersion, ROOT } from '../../package/installation';
import { testConsumer } from '../consumer';

const OLDEST_JAVA = 17;
const MAIN_CLASSES = { 'app': 'App', 'unsupported-runtime': 'UnsupportedRuntime' };

const project = (folder: string) => path.join(folder, 'java');

testConsumer({
  language: 'Java',
  skip: whyNot(),
  install: (folder) => {
    // Maven keeps what it has once had under a version
    rmSync(path.join(homedir(), '.m2/repository/io/github/cdklambdacoverage/cdk-lambda-coverage', installedVersion('..')), { recursive: true, force: true });
    cpSync(__dirname, project(folder), { recursive: true });
    cpSync(path.join(__dirname, '..', 'function'), path.join(folder, 'function'), { recursive: true });
    outputOf('mvn', [...options(), 'compile'], { cwd: project(folder) });
  },
  command: (folder, app) => ({ command: 'mvn', args: [...options(), 'exec:java', `-Dexec.mainClass=${MAIN_CLASSES[app]}`], cwd: project(folder) }),
});

function whyNot(): string | false {
  if (run('mvn', ['--version']).status !== 0) {
    return 'there is no Maven';
  }
  const { status, stdout, stderr } = run('javac', ['-version']);
  const version = Number(/\d+/.exec(stdout + stderr)?.[0]);
  return status !== 0 ? 'there is no Java compiler' : version < OLDEST_JAVA && `javac is of Java ${version}, and the consumer needs ${OLDEST_JAVA}`;
}

/** The version of the package is that of its `package.json`, which a release sets. */
function options(): string[] {
  return [
    '--batch-mode', '--quiet',
    `-Dpacked.repository=${pathToFileURL(path.join(ROOT, 'dist', 'java'))}`,
    `-Dpacked.version=${installedVersion('..')}`,
    `-Dcdk.version=${installedVersion('aws-cdk-lib')}`,
    `-Dconstructs.version=${installedVersion('constructs')}`,
  ];
}
