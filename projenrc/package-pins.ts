import { Component, type typescript } from 'projen';

/** Versions that the registry's "latest" would break, each with the symptom that its absence causes. */
export class PackagePins extends Component {
  constructor(project: typescript.TypeScriptProject) {
    super(project);
    // Without it `npm ci` fails on a clean clone: the newer lock entry names optional packages that are not in the lock.
    project.package.addField('overrides', {
      'unrs-resolver': '1.12.2',
      // The Go bindings of aws-cdk-lib need a release of this asset that exists as a Go module.
      '@aws-cdk/asset-node-proxy-agent-v6': '2.1.1',
    });
  }
}
