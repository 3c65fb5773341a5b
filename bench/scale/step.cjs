// Runs a bundled function of the combiner on the events in a file, a line each, one after the other as a warm function does; prints how long each took and
// the last answer.
const { createReadStream } = require('node:fs');
const { performance } = require('node:perf_hooks');
const { createInterface } = require('node:readline');

const [bundle, file] = process.argv.slice(2);
const { handler } = require(bundle);

async function main() {
  const milliseconds = [];
  let answer;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const event = JSON.parse(line);
    const start = performance.now();
    answer = await handler(event);
    milliseconds.push(performance.now() - start);
  }
  process.stdout.write(JSON.stringify({ milliseconds, answer }));
}

void main();
