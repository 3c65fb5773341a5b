import { Component, type typescript } from 'projen';

/**
 * What runs in Lambda or on the command line is bundled before jsii compiles, into the git-ignored `assets/` that the
 * npm package ships; so nothing of it is a runtime dependency and synth needs neither esbuild nor Docker.
 */
export class Bundles extends Component {
  constructor(project: typescript.TypeScriptProject) {
    super(project);
    project.addDevDeps(
      'esbuild',
      'dts-bundle-generator@^9.5.1',
      'tsx',
      // in the layer
      'aws4',
      '@types/aws4',
      'picomatch',
      '@types/picomatch',
      // in the combiner and the command line
      '@aws-sdk/client-cloudformation@~3.980.0',
      '@aws-sdk/client-lambda@~3.980.0',
      '@aws-sdk/client-s3@~3.980.0',
      '@aws-sdk/client-sfn@~3.980.0',
      '@babel/parser',
      '@babel/template',
      '@babel/traverse',
      '@babel/types',
      '@types/babel__traverse',
      '@types/babel__template',
      '@bcoe/v8-coverage',
      '@friedemannsommer/lcov-parser@^5',
      '@jridgewell/sourcemap-codec',
      '@jridgewell/trace-mapping',
      'acorn',
      'cli-progress@^3',
      '@types/cli-progress@^3',
      'commander@^14',
      'cosmiconfig@^9',
      'fastest-levenshtein',
      'parse-diff@^0.12',
      'istanbul-lib-coverage',
      '@types/istanbul-lib-coverage',
      'istanbul-lib-instrument',
      'istanbul-lib-report',
      'istanbul-lib-source-maps',
      '@types/istanbul-lib-report',
      'istanbul-reports',
      '@types/istanbul-reports',
    );
    const bundle = project.addTask('bundle', {
      description: 'Bundle the layer, the wrapper, the combiner and the command line into assets/',
      exec: 'tsx projenrc/build-assets.ts',
    });
    project.preCompileTask.spawn(bundle);
    project.npmignore?.exclude('/examples/', '/bench/', '/docs/', '/projenrc/', '/.ci/', '/CONTRIBUTING.md', '/SECURITY.md', '/tsconfig.*.json');
    project.npmignore?.include('/assets/');
  }
}
