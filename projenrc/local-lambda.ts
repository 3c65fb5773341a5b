import { Component, type typescript } from 'projen';

/** What the demo and the tests run functions on; see test/lambda. */
export class LocalLambda extends Component {
  constructor(project: typescript.TypeScriptProject) {
    super(project);
    // The runtime clients that AWS publishes: 4.x is that of Node.js 24, 3.x that of 18 to 22.
    project.addDevDeps('aws-lambda-ric@4.0.2', 'aws-lambda-ric-3@npm:aws-lambda-ric@3.3.0');
    // yaml reads the recipes in docs/
    project.addDevDeps('fast-check', 'yaml@^2');
    // the truth that coverage is compared with
    project.addDevDeps('@types/istanbul-lib-instrument');
  }
}
