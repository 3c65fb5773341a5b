import { Component, type typescript } from 'projen';

/** What a folder of `assets/` is imported as, by the condition that is asked with. */
const subpath = (folder: string) => ({
  import: { types: `./assets/${folder}/index.d.mts`, default: `./assets/${folder}/index.mjs` },
  default: { types: `./assets/${folder}/index.d.ts`, default: `./assets/${folder}/index.js` },
});
const WRAPPER = subpath('wrapper');
const COMBINER = subpath('combiner-api');

/**
 * What is published, and the checks of it: `*.check.ts`, which `.ci/run` runs by Node's own test runner, so that `npm test`
 * leaves them out.
 */
export class Packaging extends Component {
  constructor(project: typescript.TypeScriptProject) {
    super(project);
    project.npmignore?.exclude('/CONTRIBUTING.md', '/rosetta/', '/.jsii.tabl.json');
    // The examples of README and docstrings, compiled and translated for the other languages, whose documentation takes them from the file that it
    // leaves; the code that those of docstrings stand in is in rosetta/.
    project.postCompileTask.exec('jsii-rosetta extract --strict --fail');
    project.gitignore.exclude('/.jsii.tabl.json');
    // All that could be required before there was a map: every file by its name, and modules of `lib` without their extension.
    project.package.addField('exports', {
      '.': { types: './lib/index.d.ts', default: './lib/index.js' },
      './wrapper': WRAPPER,
      './combiner': COMBINER,
      './lib': { types: './lib/index.d.ts', default: './lib/index.js' },
      './lib/*.js': './lib/*.js',
      './lib/*.d.ts': './lib/*.d.ts',
      './lib/*': './lib/*.js',
      // jsii asks for these two by these names
      './.jsii': './.jsii',
      './.warnings.jsii.js': './.warnings.jsii.js',
      './package.json': './package.json',
      './*': './*',
    });
    // for TypeScript's `moduleResolution: node10`, which knows no `exports`
    project.package.addField('typesVersions', { '*': { wrapper: [WRAPPER.default.types], combiner: [COMBINER.default.types] } });
    // node:test waits for the promises that its functions return
    const known = { from: 'package', name: ['before', 'after', 'describe', 'test'], package: 'node:test' };
    project.eslint?.addOverride({
      files: ['*.check.ts', 'test/consumers/consumer.ts'],
      rules: { '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [known] }] },
    });
  }
}
