/** Code that Istanbul instrumented before it was deployed: its own counters are uploaded, and are what the report shows. */
import type { CoverageMapData } from 'istanbul-lib-coverage';
import { createInstrumenter } from 'istanbul-lib-instrument';
import { BUCKET, rawObjects, startAttached, startS3, type AttachOptions } from './attached-function';
import { storeOf } from './bucket-as-store';
import { index, RUNTIMES } from './comparison';
import { combine } from '../../../src/combiner/combine';
import { taskFolder } from '../../task-folder';

const SOURCE = `exports.handler = async ({ n, show }) => {
  if (show) { return globalThis.__coverage__; }
  return n > 5 ? 'large' : n && 'small';
};
`;
const INSTRUMENTED = createInstrumenter({ esModules: false }).instrumentSync(SOURCE, '/home/ci/repo/src/index.js');

const runs = async (options: Pick<AttachOptions, 'runtime' | 'settings'>) => {
  const s3 = await startS3();
  const lambda = await startAttached(s3, { taskRoot: taskFolder(index(INSTRUMENTED)), handler: 'index.handler', ...options });
  for (const n of [1, 9, 9]) {
    await lambda.invoke({ n });
  }
  const truth = (await lambda.invoke({ show: true })).payload as unknown as CoverageMapData;
  await lambda.settled();
  const { coverage, errors } = await combine(storeOf(s3, BUCKET));
  return { s3, truth: Object.values(truth)[0] as { s: object; f: object; b: object }, coverage, errors, lambda };
};

test.each(RUNTIMES)('%s: the report has the counters of the instrumented code, each invocation those of its own', async (runtime) => {
  const { s3, truth, coverage, errors, lambda } = await runs({ runtime });
  expect(lambda.logs).toEqual([]);
  expect(errors).toEqual([expect.stringContaining('the text of index.js is not at hand')]); // it was on the machine that built it
  expect(coverage.files()).toHaveLength(1);
  const { s, f, b } = coverage.fileCoverageFor(coverage.files()[0]!).data;
  // what the handler returned it had counted, and no later than that
  expect({ s, f, b }).toEqual({ s: truth.s, f: truth.f, b: truth.b });
  const calls = rawObjects(s3).flatMap(({ raw }) => (raw.kind === 'istanbul' ? raw.result.map((file) => file.f['0']) : []));
  expect(calls).toEqual([1, 1, 1, 1]);
});

test('on change, an invocation without news sends nothing', async () => {
  const { s3 } = await runs({ runtime: 'nodejs22.x', settings: { uploadMode: 'on-change' } });
  expect(rawObjects(s3).filter(({ raw }) => raw.kind === 'istanbul')).toHaveLength(3);
});
