import { existsSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { LocalLambda } from './local-lambda';
import { ProcessorLimit } from './processor-limit';
import { saySkipped } from '../say-skipped';

const obstacle = ProcessorLimit.obstacle();
const testWithLimit = obstacle ? test.skip : test;
if (obstacle) {
  saySkipped(`limits of the processor: ${obstacle}`);
}

/** Where the process is in the hierarchy of control groups. */
const GROUP = path.join('/sys/fs/cgroup', existsSync('/sys/fs/cgroup/cpu') ? 'cpu' : '');

async function worked(limitsProcessor: boolean): Promise<number> {
  const lambda = await LocalLambda.start({
    runtime: 'nodejs22.x', handler: 'handlers.works', taskRoot: path.join(__dirname, 'functions'), memorySize: 128, limitsProcessor,
  });
  try {
    return (await lambda.invoke({})).payload as number;
  } finally {
    await lambda.stop();
  }
}

testWithLimit('a function of 128 MB has 7 % of a processor, and leaves no control group behind', async () => {
  // 128 / 1769 of a second are 72 ms; one without a limit gets most of the second on a machine that does other things as well
  expect(await worked(true)).toBeLessThan(110);
  expect(await worked(false)).toBeGreaterThan(200);
  expect(readdirSync(GROUP).filter((name) => name.startsWith(`local-lambda-${process.pid}-`))).toEqual([]);
}, 30_000);
