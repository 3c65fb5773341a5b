/** A consumer in Go: the module that was packed, beside the oldest aws-cdk-lib that the package declares. */
import { cpSync } from 'node:fs';
import * as path from 'node:path';
import { outputOf, run } from '../../package/command';
import { installedVersion, ROOT } from '../../package/installation';
import { testConsumer } from '../consumer';

const OLDEST_GO = 25;
const MODULE = 'github.com/cdk-lambda-coverage/cdk-lambda-coverage-go/cdklambdacoverage';

const project = (folder: string) => path.join(folder, 'go');

testConsumer({
  language: 'Go',
  skip: whyNot(),
  install: (folder) => {
    const cwd = project(folder);
    cpSync(__dirname, cwd, { recursive: true });
    cpSync(path.join(__dirname, '..', 'function'), path.join(folder, 'function'), { recursive: true });
    const go = (...args: string[]) => outputOf('go', args, { cwd });
    go('mod', 'edit', '-require', `${MODULE}@v0.0.0`, '-replace', `${MODULE}=${path.join(ROOT, 'dist', 'go', 'cdklambdacoverage')}`);
    go('mod', 'edit', '-require', `github.com/aws/aws-cdk-go/awscdk/v2@v${installedVersion('aws-cdk-lib')}`);
    go('mod', 'edit', '-require', `github.com/aws/constructs-go/constructs/v10@v${installedVersion('constructs')}`);
    go('mod', 'tidy');
    go('build', '-o', 'bin/', './...');
  },
  command: (folder, app) => ({ command: path.join(project(folder), 'bin', app), args: [], cwd: project(folder) }),
});

function whyNot(): string | false {
  const { status, stdout } = run('go', ['version']);
  const [, minor] = /go1\.(\d+)/.exec(stdout) ?? [];
  return status !== 0 ? 'there is no Go' : Number(minor) < OLDEST_GO && `Go is 1.${minor}, and the module needs 1.${OLDEST_GO}`;
}
