import { Component, type typescript } from 'projen';

/** What the constructs are checked with; see test/template-rules.test.ts. cdk-nag 3 needs a later aws-cdk-lib than the oldest that we declare. */
export class ConstructTests extends Component {
  constructor(project: typescript.TypeScriptProject) {
    super(project);
    project.addDevDeps('cdk-nag@^2.38');
  }
}
