import { linkSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { median } from 'simple-statistics';
import { runFunctions, writeObjects, writeV8Files, type Templates } from './data-set';
import { run, type Outcome } from './run';
import { TOOLS, type Tool, type ToolName } from './tools';
import { filesBelow } from '../../src/combiner/files-below';
import { LocalS3 } from '../../test/s3/local-s3';
import { peers } from '../peers';
import type { Mode } from '../row';

/** How one tool did with so many objects. */
export interface CombiningResult {
  readonly tool: ToolName;
  readonly objects: number;
  /** Median; computed where the tool was given fewer. */
  readonly seconds?: number;
  readonly megabytes?: number;
  readonly failure?: Outcome['failure'];
  /** So many objects it was given. */
  readonly given: number;
  readonly runs: number;
}

interface Plan {
  readonly tool: ToolName;
  readonly objects: number;
  readonly runs: number;
}

const BUCKET = 'combining';

/** The data set has 10,000 objects; ours has to have a flat time per object beyond it, and be quick for one. */
const PLANS: Readonly<Record<Mode, readonly Plan[]>> = {
  full: [
    ...(['ours', 'ours-s3'] as const).map((tool) => ({ tool, objects: 10_000, runs: 3 })),
    ...(['c8', 'c8-merge-async', 'nyc', 'monocart'] as const).map((tool) => ({ tool, objects: 10_000, runs: 1 })),
    ...[1, 1_000, 100_000].map((objects) => ({ tool: 'ours' as const, objects, runs: objects === 1 ? 5 : 1 })),
  ],
  quick: (['ours', 'c8', 'c8-merge-async'] as const).map((tool) => ({ tool, objects: 500, runs: 1 })),
};

export async function measureCombining(mode: Mode): Promise<CombiningResult[]> {
  peers();
  const templates = await runFunctions();
  const results: CombiningResult[] = [];
  for (const plan of PLANS[mode]) {
    const result = await measure(templates, plan);
    console.error(`combining, ${TOOLS[plan.tool].title}, ${plan.objects} objects: ${result.failure ?? `${result.seconds!.toFixed(1)} s, ${result.megabytes!.toFixed(0)} MB`}`);
    results.push(result);
  }
  return results;
}

async function measure(templates: Templates, { tool, objects, runs }: Plan): Promise<CombiningResult> {
  const { input, limit }: Tool = TOOLS[tool];
  const given = Math.min(objects, limit ?? objects);
  const folder = input === 'v8' ? writeV8Files(templates, given) : objectsFolder(templates, given);
  const outcomes: Outcome[] = [];
  const s3 = input === 's3' ? await bucketOf(folder) : undefined;
  try {
    for (let at = 0; at < runs; at++) {
      outcomes.push(await run(tool, s3 ? `s3://${BUCKET}` : folder, s3?.environment()));
    }
  } finally {
    await s3?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  const failure = outcomes.find((outcome) => outcome.failure)?.failure;
  const middle = (values: ReadonlyArray<number | undefined>) => median(values as number[]);
  return {
    tool,
    objects,
    given,
    runs,
    ...(failure ? { failure } : {
      seconds: middle(outcomes.map(({ seconds }) => seconds)) * (objects / given),
      megabytes: Math.max(...outcomes.map(({ megabytes }) => megabytes!)),
    }),
  };
}

/** More objects than the data set has are the same ones again, under further keys. */
function objectsFolder(templates: Templates, count: number): string {
  const most = 10_000;
  const folder = writeObjects(templates, Math.min(count, most));
  const objects = filesBelow(folder).filter((file) => file.endsWith('.coverage'));
  for (let copy = 1; copy < count / most; copy++) {
    for (const file of objects) {
      const target = path.join(folder, file.replace('coverage/2026', `coverage/${2026 + copy}`));
      mkdirSync(path.dirname(target), { recursive: true });
      linkSync(path.join(folder, file), target);
    }
  }
  return folder;
}

async function bucketOf(folder: string): Promise<LocalS3> {
  const s3 = await LocalS3.start({ buckets: [BUCKET] });
  filesBelow(folder).forEach((file) => s3.put(BUCKET, file, readFileSync(path.join(folder, file))));
  return s3;
}
