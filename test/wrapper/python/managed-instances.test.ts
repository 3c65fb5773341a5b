/** Several invocations at once, in processes: what ran arrives, whichever invocation it was of. */
import { setTimeout as delay } from 'node:timers/promises';
import { BUCKET, called, describePythons, LAYER, startS3, VERSIONS } from './attached-function';
import { DEFAULT_SETTINGS, encodeEnvironment } from '../../../src/contract/environment';
import { PYTHON_WRAPPER_HANDLER } from '../../../src/contract/layer';
import { ManagedInstance } from '../../lambda/managed-instance';
import { taskFolder } from '../../task-folder';

const FILES = {
  'app.py': `import os
import time


def slow(n):
    time.sleep(0.05)
    return {"n": n, "process": os.getpid()}


def fail():
    raise ValueError("no")


def handler(event, context):
    return fail() if event["n"] == 13 else slow(event["n"])
`,
};

interface Answer { readonly n?: number; readonly process?: number; readonly errorMessage?: string }

let instance: ManagedInstance | undefined;

afterEach(async () => instance?.stop());

// those that Lambda Managed Instances have
describePythons('Lambda Managed Instances', VERSIONS.filter((one) => Number(one.split('.')[1]) >= 13), (version) => test('each process uploads what ran in it when it is idle, a few times only', async () => {
  const s3 = await startS3();
  instance = await ManagedInstance.start({
    runtime: `python${version}`,
    taskRoot: taskFolder(FILES),
    handler: PYTHON_WRAPPER_HANDLER,
    layer: LAYER,
    environment: { ...s3.environment(), ...encodeEnvironment({ ...DEFAULT_SETTINGS, bucket: BUCKET, handler: 'app.handler' }) },
  });
  const answers = await Promise.all(Array.from({ length: 40 }, async (_, n) => instance!.invoke({ n }) as Promise<Answer>));
  expect(answers.map(({ n, errorMessage }) => errorMessage ?? n)).toEqual(Array.from({ length: 40 }, (_, n) => (n === 13 ? 'no' : n)));
  const processes = new Set(answers.flatMap(({ process }) => (process === undefined ? [] : [process])));
  const keys = () => s3.keys(BUCKET).filter((key) => key.endsWith('.coverage'));
  for (const end = Date.now() + 10_000; (keys().length < processes.size || !s3.keys(BUCKET).some((key) => key.includes('/sources/'))) && Date.now() < end;) {
    await delay(100);
  }
  expect(await called(s3)).toEqual(['fail', 'handler', 'slow']);
  expect(processes.size).toBe(2);
  expect(keys().length).toBeLessThanOrEqual(3 * processes.size);
  expect(instance.logs.filter((line) => line.includes('error_type'))).toEqual([]);
}, 60_000));
