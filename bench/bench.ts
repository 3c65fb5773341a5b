/** `npm run bench`: measures what coverage costs, prints a table, keeps the results and writes docs/performance.md. */
import { loadavg } from 'node:os';
import * as path from 'node:path';
import { Command, Option } from 'commander';
import { measureBuiltIn } from './built-in/built-in';
import { builtInTable } from './built-in/section';
import { measureCombining } from './combining/combining';
import { combiningTable } from './combining/section';
import { Deployment } from './deployment';
import { DOCUMENT, writeDocument } from './document';
import { seededRandom } from './estimate';
import { interleaved, type Samples } from './interleaving';
import { commit, thisMachine } from './machine';
import { evaluate, type Measurement } from './measurement';
import { measurePython } from './python/python';
import { pythonTable } from './python/section';
import { latestResults, saveHistory, saveLatest } from './results';
import { NODE_VERSIONS, type Mode, type NodeVersion, type Row } from './row';
import { ROWS } from './rows';
import { ADDONS, chooseAddon } from './runtime-client';
import { measureScale } from './scale/scale';
import { scaleTable } from './scale/section';
import { saveRun } from './single-run';
import { sizesTable } from './sizes/section';
import { measureSizes } from './sizes/sizes';
import { SUBJECTS } from './subjects';
import { tableOf } from './table';
import { ProcessorLimit } from '../test/lambda/processor-limit';

/** The one that most functions have; five minutes are not enough for all. */
const QUICK_NODE: NodeVersion = '22';

interface Options {
  readonly rows: readonly string[];
  readonly node?: readonly NodeVersion[];
  readonly seed: number;
  readonly quick?: boolean;
  readonly native?: boolean;
  readonly docs?: boolean;
}

/** Not rows: they are of no running function. */
const SINGLE: Record<string, (mode: Mode) => Promise<{ results: unknown; table: string }>> = {
  'built-in': async (mode) => {
    const results = await measureBuiltIn(mode);
    return { results, table: builtInTable(results) };
  },
  'combining': async (mode) => {
    const results = await measureCombining(mode);
    return { results, table: combiningTable(results) };
  },
  'scale': async (mode) => {
    const results = await measureScale(mode);
    return { results, table: scaleTable(results) };
  },
  'sizes': async () => {
    const results = measureSizes();
    return { results, table: sizesTable(results) };
  },
  'python': async (mode) => {
    const results = await measurePython(mode);
    return { results, table: pythonTable(results) };
  },
};
const names = [...ROWS.map(({ name }) => name), ...Object.keys(SINGLE)];
const options = new Command('bench')
  .addOption(new Option('--rows <name...>', 'what to measure').choices(names).default(names))
  .addOption(new Option('--node <version...>', `what to measure it on (default: ${NODE_VERSIONS.join(', ')}; ${QUICK_NODE} with --quick)`).choices(NODE_VERSIONS))
  .option('--quick', 'few repetitions: five minutes for everything')
  .option('--native', 'fail where the native runtime client cannot be built, instead of measuring with the JavaScript that stands in for its addon')
  .option('--no-native', 'do not use the native runtime client')
  .option('--seed <number>', 'of the order and of the intervals', Number, 1)
  .option('--docs', 'write docs/performance.md from the results that there are, and measure nothing')
  .parse()
  .opts<Options>();

async function main(): Promise<void> {
  if (!options.docs) {
    const rows = ROWS.filter(({ name }) => options.rows.includes(name)).filter(isPossible);
    if (rows.length > 0) {
      await measure(rows, options);
    }
    for (const name of Object.keys(SINGLE).filter((single) => options.rows.includes(single))) {
      await measureSingle(name, options);
    }
  }
  const latest = latestResults();
  if (!latest) {
    throw new Error('there are no results yet: run `npm run bench` without --docs');
  }
  writeDocument(latest);
  console.log(`written: ${path.relative(process.cwd(), DOCUMENT)}`);
}

/** Says why not. */
function isPossible({ name, memorySize }: Row): boolean {
  const obstacle = memorySize === undefined ? undefined : ProcessorLimit.obstacle();
  if (obstacle) {
    console.error(`${name} is left out: ${obstacle}`);
  }
  return obstacle === undefined;
}

async function measureSingle(name: string, { quick }: Options): Promise<void> {
  const mode = quick ? 'quick' : 'full';
  const run = { machine: await thisMachine(), mode, at: new Date().toISOString(), commit: commit(), load: loadavg()[0]! } as const;
  const { results, table } = await SINGLE[name]!(mode);
  console.log(`\n${table}\n`);
  saveRun(name, { ...run, results });
}

async function measure(rows: readonly Row[], { quick, node = quick ? [QUICK_NODE] : NODE_VERSIONS, seed, native }: Options): Promise<void> {
  const mode = quick ? 'quick' : 'full';
  const random = seededRandom(seed);
  const machine = await thisMachine();
  const addon = await chooseAddon(native);
  const run = { mode, seed, commit: commit(), at: new Date().toISOString(), load: loadavg()[0]!, addon } as const;
  const variants = unique(rows.flatMap((row) => row.variants));
  const subjects = unique(rows.flatMap((row) => row.subjects));
  const deployment = await Deployment.synthesize(variants, subjects, addon);
  const s3 = await deployment.startS3();
  const measurements: Measurement[] = [];
  const samplesOfRun: Record<string, Samples> = {};
  try {
    for (const row of rows) {
      s3.delayMs = row.s3DelayMs;
      const plan = row.plan[mode];
      for (const subject of row.subjects) {
        for (const version of node.filter((candidate) => SUBJECTS[subject].nodes?.includes(candidate) ?? true)) {
          const start = performance.now();
          const samples = await interleaved(row, { subject, node: version, deployment, s3 }, plan, random);
          samplesOfRun[`${row.name} ${subject} ${version}`] = samples;
          measurements.push(...Object.keys(row.metrics).map((metric) =>
            ({ row: row.name, metric, subject, node: version, ...run, plan, ...evaluate(row, metric, samples, random) })));
          console.error(`${row.name}, ${subject}, Node.js ${version}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
        }
      }
    }
  } finally {
    await s3.stop();
  }
  console.log(`\n${tableOf(measurements)}\n\nwith ${ADDONS[addon]}\n`);
  console.log(`kept with all samples: ${path.relative(process.cwd(), saveHistory({ machine, measurements, samples: samplesOfRun }))}`);
  saveLatest({ machine, measurements });
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

main().then(() => process.exit(0), (error: Error) => {
  console.error(`\n${error.stack}`);
  process.exit(1);
});
