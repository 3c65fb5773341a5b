// Runs a bundled function of the combiner on the events in a file, one after the other as a warm function does; prints how long each took and the last answer.
const { readFileSync } = require('node:fs');
const { performance } = require('node:perf_hooks');

const [bundle, file] = process.argv.slice(2);
const { handler } = require(bundle);

async function main() {
  const milliseconds = [];
  let answer;
  for (const event of JSON.parse(readFileSync(file, 'utf8'))) {
    const start = performance.now();
    answer = await handler(event);
    milliseconds.push(performance.now() - start);
  }
  process.stdout.write(JSON.stringify({ milliseconds, answer }));
}

void main();
