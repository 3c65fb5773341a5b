// monocart-coverage-reports on a folder of V8's coverage files. Arguments: packages, files, output.
const { createRequire } = require('node:module');
const { join } = require('node:path');

const [peers, input, outputDir] = process.argv.slice(2);
const { CoverageReport } = createRequire(join(peers, 'package.json'))('monocart-coverage-reports');

async function main() {
  const report = new CoverageReport({
    outputDir, baseDir: process.cwd(), reports: [['json', { file: 'coverage-final.json' }]], logging: 'error', cleanCache: true,
    sourceFilter: (path) => !path.includes('node_modules'),
  });
  await report.addFromDir(input);
  await report.generate();
}

main();
