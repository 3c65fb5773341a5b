import { Component, type typescript } from 'projen';

const APP = '--app "tsx --tsconfig $PWD/tsconfig.dev.json {filePath}"';

/**
 * What the constructs are checked with: rules of security, see test/template-rules.test.ts (cdk-nag 3 needs a later aws-cdk-lib than the oldest that
 * we declare), and `integ.*.ts`, which are deployed where there is an account. Their snapshots have no assets, whose hashes are not compared.
 */
export class ConstructTests extends Component {
  constructor(project: typescript.TypeScriptProject) {
    super(project);
    project.addDevDeps('cdk-nag@^2.38', '@aws-cdk/integ-runner@2.197.10', '@aws-cdk/integ-tests-alpha@2.239.0-alpha.0', '@aws-cdk/aws-lambda-python-alpha@2.237.1-alpha.0');
    const runner = `integ-runner --directory test --language typescript ${APP}`;
    project.addTask('integ', { description: 'Compare integ.*.ts with their snapshots', exec: runner });
    project.addTask('integ:update', { description: 'Write the snapshots of integ.*.ts anew, without deploying them', exec: `${runner} --update-on-failed --dry-run` });
    project.addTask('integ:deploy', { description: 'Deploy integ.*.ts to an AWS account, and write their snapshots', exec: `${runner} --force`, receiveArgs: true });
    project.addGitIgnore('/test/integ.*.snapshot/asset.*');
    project.addGitIgnore('/cdk-integ.out*');
    project.addGitIgnore('/test/cdk-integ.out*');
  }
}
