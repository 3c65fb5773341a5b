/** `npm run bench:accuracy`: compares converters of V8 coverage with Istanbul, counter by counter, and writes the table of docs/accuracy.md. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { converters } from './converters';
import { addTo, KINDS, noTallies, type Tally } from './tally';
import { runBothWays } from '../../test/accuracy/both-ways';
import { CORPUS } from '../../test/accuracy/corpus/applications';
import type { Program } from '../../test/accuracy/program';
import { ASYNCHRONOUS } from '../../test/accuracy/syntax/programs/asynchronous';
import { BRANCHES } from '../../test/accuracy/syntax/programs/branches';
import { FUNCTIONS } from '../../test/accuracy/syntax/programs/functions';
import { LOOPS } from '../../test/accuracy/syntax/programs/loops';
import { TYPESCRIPT } from '../../test/accuracy/syntax/programs/typescript';
import { nodeBinary } from '../../test/lambda/node-versions';
import { aligned } from '../table';

const DOCUMENT = path.join(__dirname, '..', '..', 'docs', 'accuracy.md');
const NODE = '22';

const DATA: Readonly<Record<string, readonly Program[]>> = {
  applications: CORPUS,
  syntax: [...BRANCHES, ...LOOPS, ...FUNCTIONS, ...ASYNCHRONOUS, ...TYPESCRIPT],
};

const BUILDS = ['CommonJS', 'ES module, minified'];

async function main(): Promise<void> {
  const lines: string[][] = [['data', 'build', 'by', ...KINDS]];
  for (const [data, programs] of Object.entries(DATA)) {
    const folder = mkdtempSync(path.join(tmpdir(), 'accuracy-'));
    try {
      const runs = await runBothWays(programs, folder, { builds: BUILDS, nodes: [NODE] });
      for (const build of BUILDS) {
        for (const { title, convert } of Object.values(converters())) {
          const tallies = noTallies();
          for (const run of runs.filter((one) => one.build === build)) {
            addTo(tallies, await convert(run), run.truth, run.folder);
          }
          lines.push([data, build, title, ...KINDS.map((kind) => shown(tallies[kind]))]);
          console.error(lines.at(-1)!.join(' | '));
        }
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const text = `${aligned(lines)}\n\nOn Node.js ${(await nodeBinary(NODE)).major}, by \`npm run bench:accuracy\`.`;
  console.log(text);
  writeFileSync(DOCUMENT, readFileSync(DOCUMENT, 'utf8').replace(/(<!-- accuracy -->\n)[^]*(\n<!-- \/accuracy -->)/, `$1${text}$2`));
}

function shown({ total, wrong, missing, extra }: Tally): string {
  return `${wrong} / ${missing} / ${extra} of ${total}`;
}

main().then(() => process.exit(0), (error: Error) => {
  console.error(error.stack);
  process.exit(1);
});
