import { Component, type typescript } from 'projen';

/**
 * What is published, and the checks of it: `*.check.ts`, which `.ci/run` runs by Node's own test runner, so that `npm test`
 * leaves them out.
 */
export class Packaging extends Component {
  constructor(project: typescript.TypeScriptProject) {
    super(project);
    project.npmignore?.exclude('/CONTRIBUTING.md');
    // node:test waits for the promises that its functions return
    const known = { from: 'package', name: ['before', 'after', 'describe', 'test'], package: 'node:test' };
    project.eslint?.addOverride({
      files: ['*.check.ts'],
      rules: { '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [known] }] },
    });
  }
}
