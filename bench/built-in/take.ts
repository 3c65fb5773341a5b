/** Reads, resets and encodes the counters of the script in a folder, again and again; prints the milliseconds of each time. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { encodeCounterValues } from '../../src/contract/counter-values';
import { BuiltInCounters } from '../../src/wrapper/node/counting/built-in-counters';

const TIMES = 300;

const folder = process.argv[2]!;
const { run } = createRequire(__filename)(join(folder, 'index.js')) as { run: (round: number) => void };
const counters = new BuiltInCounters(folder);
const milliseconds: number[] = [];
for (let round = 0; round < TIMES; round++) {
  run(round);
  const start = performance.now();
  counters.take().scripts.forEach(({ values, counts }) => encodeCounterValues(values, counts));
  milliseconds.push(performance.now() - start);
}
process.stdout.write(JSON.stringify(milliseconds));
