/** Puts many uploads of one function together in memory, as often as it is told; prints the seconds. */
import { readFileSync } from 'node:fs';
import { CounterMerge } from '../../src/combiner/merging/counter-merge';
import type { CountersRawCoverage } from '../../src/contract/raw-coverage';

const [file, times] = process.argv.slice(2);
const objects = JSON.parse(readFileSync(file!, 'utf8')) as CountersRawCoverage[];
const merge = new CounterMerge();
const start = performance.now();
for (let at = 0; at < Number(times); at++) {
  merge.add(objects[at % objects.length]!);
}
merge.scripts();
process.stdout.write(JSON.stringify((performance.now() - start) / 1_000));
