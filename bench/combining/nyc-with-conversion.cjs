// What a user of nyc has to do with V8's coverage: convert each file, then have nyc report. Arguments: files, output.
const { mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { fileURLToPath } = require('node:url');

const [peers, input, output] = process.argv.slice(2);
const required = createRequire(join(peers, 'package.json'));
const v8ToIstanbul = createRequire(required.resolve('c8'))('v8-to-istanbul');
const NYC = required('nyc');

async function main() {
  const temp = join(output, 'converted');
  mkdirSync(temp, { recursive: true });
  for (const [index, file] of readdirSync(input).entries()) {
    const converted = {};
    for (const { url, functions } of JSON.parse(readFileSync(join(input, file), 'utf8')).result) {
      const converter = v8ToIstanbul(fileURLToPath(url), 0, {}, (path) => path.includes('node_modules'));
      await converter.load();
      converter.applyCoverage(functions);
      Object.assign(converted, converter.toIstanbul());
    }
    writeFileSync(join(temp, `${index}.json`), JSON.stringify(converted));
  }
  const nyc = new NYC({ cwd: process.cwd(), tempDir: temp, reportDir: output, reporter: ['json'], excludeAfterRemap: false, all: false });
  await nyc.report();
}

main();
