import { awscdk, javascript, typescript } from 'projen';
import { ValidateTsconfig } from 'projen/lib/cdk';
import { Benchmarks } from './projenrc/benchmarks';
import { Bundles } from './projenrc/bundles';
import { ConstructTests } from './projenrc/construct-tests';
import { Linting } from './projenrc/linting';
import { LocalLambda } from './projenrc/local-lambda';
import { OneCommand } from './projenrc/one-command';
import { PackagePins } from './projenrc/package-pins';
import { Packaging } from './projenrc/packaging';
import { PYTHON_VERSIONS } from './projenrc/python-layer/interpreters';
import { TestPrograms } from './projenrc/test-programs';

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-lambda-coverage',
  description: 'Code coverage of deployed AWS Lambda functions: attach a layer with one line of CDK, get an Istanbul report',
  keywords: ['aws', 'cdk', 'lambda', 'coverage', 'code-coverage', 'istanbul', 'lcov', 'v8', 'python', 'coverage.py', 'integration-tests', 'e2e'],
  author: 'The cdk-lambda-coverage authors',
  authorAddress: 'cdk-lambda-coverage@users.noreply.github.com',
  authorOrganization: true,
  repositoryUrl: 'https://github.com/cdk-lambda-coverage/cdk-lambda-coverage.git',
  license: 'Apache-2.0',
  copyrightOwner: 'The cdk-lambda-coverage authors',
  defaultReleaseBranch: 'main',
  majorVersion: 1,
  packageManager: javascript.NodePackageManager.NPM,
  minNodeVersion: '20.0.0',
  workflowNodeVersion: '20.20',
  // for the layer of Python: it has the bytecode of those that are there when it is built
  workflowBootstrapSteps: [{
    name: 'Setup Python',
    uses: 'actions/setup-python@v7.0.0',
    with: { 'python-version': PYTHON_VERSIONS.filter((version) => version !== '3.8').join('\n') }, // GitHub's images have 3.8 no more
  }],
  projenrcTs: true,
  runner: typescript.TypeScriptRunner.tsx(),
  projenVersion: '0.103.25',
  sampleCode: false,
  depsUpgrade: false,
  githubOptions: { mergify: false },
  gitignore: ['/assets/', '/dist/', 'cdk.out/', '.DS_Store'],

  // 2.240.0: the first release whose Go bindings compile together with the agent module that PackagePins names.
  cdkVersion: '2.240.0',
  constructsVersion: '10.5.1',
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.0',
  validateTsconfig: ValidateTsconfig.MINIMAL,
  excludeTypescript: ['src/patterns/**', 'src/wrapper/**', 'src/conversion/**', 'src/instrumenter/**', 'src/combiner/**', 'src/cli/**'],
  publishToPypi: { distName: 'cdk-lambda-coverage', module: 'cdk_lambda_coverage' },
  publishToMaven: {
    javaPackage: 'io.github.cdklambdacoverage',
    mavenGroupId: 'io.github.cdklambdacoverage',
    mavenArtifactId: 'cdk-lambda-coverage',
  },
  publishToGo: { moduleName: 'github.com/cdk-lambda-coverage/cdk-lambda-coverage-go' },
  publishToNuget: { dotNetNamespace: 'CdkLambdaCoverage', packageId: 'CdkLambdaCoverage' },
  bumpPackage: 'commit-and-tag-version@^12',
  bin: { 'lambda-coverage': 'assets/cli/lambda-coverage.js' },

  // jsii checks the constructs only and neither esbuild nor ts-jest checks types: this file sees everything, as do editor and lint.
  tsconfigDevFile: 'tsconfig.dev.json',
  tsconfigDev: {
    include: ['.projenrc.ts', 'projenrc/**/*.ts', 'src/**/*.ts', 'src/**/*.mts', 'test/**/*.ts', 'examples/**/*.ts', 'bench/**/*.ts'],
    exclude: ['node_modules', 'lib', '**/cdk.out'],
    compilerOptions: {
      module: 'node16',
      moduleResolution: javascript.TypeScriptModuleResolution.NODE16,
      target: 'ES2022',
      lib: ['es2022'],
      isolatedModules: true,
      noUnusedLocals: true,
      noUnusedParameters: true,
      skipLibCheck: true,
      paths: { 'cdk-lambda-coverage': ['./src/index.ts'] },
    },
  },
  typecheckTests: true,
  eslintOptions: {
    dirs: ['src'],
    devdirs: ['test', 'projenrc', 'examples', 'bench'],
    tsconfigPath: './tsconfig.dev.json',
    projectService: false,
    fileExtensions: ['.ts', '.mts'],
  },
  jestOptions: {
    jestVersion: '^30',
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    jestConfig: {
      testTimeout: 60_000,
      maxWorkers: 2,
      globalSetup: '<rootDir>/test/temporary-folder/set-up.ts',
      globalTeardown: '<rootDir>/test/temporary-folder/tear-down.ts',
      moduleNameMapper: { '^cdk-lambda-coverage$': '<rootDir>/src/index.ts' },
    },
  },
});

new PackagePins(project);
new Bundles(project);
new Linting(project);
new LocalLambda(project);
new OneCommand(project);
new Benchmarks(project);
new Packaging(project);
new ConstructTests(project);
new TestPrograms(project);

project.synth();
