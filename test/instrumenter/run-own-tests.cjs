/**
 * Runs test files in one process, those of tape and those that have the functions of mocha, which node:test has as well. When the process
 * ends, the share of counters that were passed is written into the file that is named first.
 */
const { writeFileSync } = require('node:fs');
const test = require('node:test');
const { pathToFileURL } = require('node:url');

const [result, ...files] = process.argv.slice(2);
for (const name of ['describe', 'it', 'suite', 'test', 'before', 'after', 'beforeEach', 'afterEach']) {
  globalThis[name] = test[name];
}
Object.assign(globalThis, { setup: test.beforeEach, teardown: test.afterEach });
process.on('exit', () => {
  const values = (globalThis[Symbol.for('cdk-lambda-coverage.counters')] ?? []).flatMap(([, take]) => take());
  writeFileSync(result, JSON.stringify({ counters: values.length, passed: values.filter(Boolean).length }));
});
(async () => {
  for (const file of files) {
    await import(pathToFileURL(file).href);
  }
})();
