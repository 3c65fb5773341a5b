import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCoverageMap, type CoverageMapData } from 'istanbul-lib-coverage';
import { createInstrumenter } from 'istanbul-lib-instrument';
import { storeOf } from './bucket-as-store';
import { combine } from '../../../src/combiner/combine';
import { DEFAULT_SETTINGS, encodeEnvironment } from '../../../src/contract/environment';
import { WRAPPER_HANDLER } from '../../../src/contract/layer';
import { counters, differences } from '../../accuracy/counters';
import type { LambdaRuntime } from '../../lambda/function-configuration';
import { LocalLambda } from '../../lambda/local-lambda';
import { seededFaults, type InjectedFault } from '../../s3/fault-schedule';
import { REFUSALS, TRANSIENT_FAULTS } from '../../s3/faults';
import { LocalS3 } from '../../s3/local-s3';
import { mulberry32 } from '../../s3/random-numbers';

/** Each number runs other functions and branches; some end the process. */
const SOURCE = `
let sum = 0;
function small(n) { return n < 3 ? 'tiny' : n < 6 ? 'small' : 'other'; }
function bits(n) { if (n % 2) { sum += 1; } if (n % 3) { sum += 2; } else { sum += 3; } return n % 5 || 'five'; }
class Shape {
  constructor(sides) { this.sides = sides; }
  get name() { switch (this.sides) { case 3: return 'triangle'; case 4: return 'square'; default: return undefined; } }
}
const acts = {
  small: (n) => small(n),
  bits: (n) => bits(n),
  shape: (n) => new Shape(n).name ?? 'shape',
  later: async (n) => { await null; for (const part of 'abcdefghij'.slice(n)) { if (part > 'g') { sum += n; } } return sum; },
  fail: (n) => { if (n > 4) { throw new Error('on purpose'); } return n; },
  exit: (n) => { if (n > 7) { process.exit(n); } return n; },
};
exports.handler = async ({ act, n }) => acts[act](n);
`;
const ACTS = ['small', 'bits', 'shape', 'later', 'fail', 'exit'];
const INVOCATIONS = 8;
const BUCKET = 'coverage-bucket';
const LAYER = join(__dirname, '../../../assets/layer');

export interface FaultRun {
  readonly seed: number;
  /** What the combined coverage and an independent run disagree on; nothing has been lost where this is empty. */
  readonly lost: readonly string[];
  readonly injected: readonly InjectedFault[];
  readonly requests: number;
}

/**
 * Runs a function while S3 fails as the seed says, some of whose invocations end the process; then S3 is fine, the environment
 * ends, and another process of it answers once.
 */
export async function runUnderFaults(seed: number, runtime: LambdaRuntime = 'nodejs22.x'): Promise<FaultRun> {
  const random = mulberry32(seed);
  const faults = seededFaults(seed, { faults: [...TRANSIENT_FAULTS, ...REFUSALS] });
  const s3 = await LocalS3.start({ buckets: [BUCKET], faults });
  const taskRoot = mkdtempSync(join(tmpdir(), 'faults-'));
  writeFileSync(join(taskRoot, 'index.js'), SOURCE);
  const lambda = await LocalLambda.start({
    runtime,
    taskRoot,
    layers: [LAYER],
    handler: WRAPPER_HANDLER,
    timeoutSeconds: 30,
    environment: { ...s3.environment(), ...encodeEnvironment({ ...DEFAULT_SETTINGS, bucket: BUCKET, handler: 'index.handler' }) },
  });
  try {
    const events = Array.from({ length: INVOCATIONS }, () => ({ act: ACTS[Math.floor(random() * ACTS.length)]!, n: Math.floor(random() * 10) }));
    for (const event of events) {
      await lambda.invoke(event);
      if (random() < 0.1) {
        await lambda.shutdown();
      }
    }
    faults.end();
    await lambda.shutdown();
    const last = { act: 'small', n: 0 };
    await lambda.invoke(last);
    await lambda.settled();
    const { coverage } = await combine(storeOf(s3, BUCKET));
    const lost = differences(counters(coverage.toJSON()), counters(await truth([...events, last])));
    return { seed, lost, injected: faults.injected, requests: s3.requests.length };
  } finally {
    await lambda.stop();
    await s3.stop();
    rmSync(taskRoot, { recursive: true });
  }
}

/** The same events, with Istanbul's counters in the source, in this process; what ends the process throws here. */
async function truth(events: ReadonlyArray<{ act: string; n: number }>): Promise<CoverageMapData> {
  const code = createInstrumenter({ esModules: false, coverageVariable: '__truth__', coverageGlobalScopeFunc: false, coverageGlobalScope: 'scope' })
    .instrumentSync(SOURCE, 'index.js');
  const scope: { __truth__?: CoverageMapData } = {};
  const exports: { handler?: (event: unknown) => Promise<unknown> } = {};
  const process = { exit: () => { throw new Error('exit'); } };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, no-new-func -- the instrumented source, as a module would be run
  new Function('exports', 'process', 'scope', code)(exports, process, scope);
  for (const event of events) {
    await exports.handler!(event).catch(() => undefined);
  }
  return createCoverageMap(scope.__truth__!).toJSON();
}
