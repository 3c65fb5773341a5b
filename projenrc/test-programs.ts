import { Component, type typescript } from 'projen';

/** Packages that are published with their own tests, which have to pass with counters in the package's code. */
const PACKAGES = ['bl@^7', 'fast-json-stable-stringify', 'hash.js', 'json-stable-stringify', 'jsonpath', 'minimist', 'msgpack5', 'qs', 'sha.js', 'traverse'];

const THEIR_TESTS_NEED = [
  'es-value-fixtures', 'for-each', 'has-bigints', 'has-override-mistake', 'has-property-descriptors', 'has-proto', 'has-symbols', 'hash-test-vectors', 'iconv-lite',
  'mock-property', 'object-inspect', 'safer-buffer', 'tape',
];

/** What people run unit tests with; each writes the coverage of the example, which the command line joins. Vite 7 needs Node.js 20.19. */
const UNIT_TEST_TOOLS = ['c8@^10', 'nyc@^17', 'vite@^6', 'vitest@^3', '@vitest/coverage-istanbul@^3', '@vitest/coverage-v8@^3'];

/** Programs of others that the instrumenter has to leave as they are, but for the counters; see test/instrumenter. */
export class TestPrograms extends Component {
  constructor(project: typescript.TypeScriptProject) {
    super(project);
    project.addDevDeps('playwright-core', 'test262-parser-tests', ...PACKAGES, ...THEIR_TESTS_NEED, ...UNIT_TEST_TOOLS);
  }
}
