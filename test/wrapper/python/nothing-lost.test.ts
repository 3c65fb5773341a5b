/** Whatever happens to the process or to S3: when it is over, the bucket holds what ran. */
import { type AttachedPython, called, describePythons, ENDS, reported, startPython, startS3, VERSIONS } from './attached-function';
import type { PythonVersion } from '../../../projenrc/python-layer/interpreters';
import type { LocalLambda } from '../../lambda/local-lambda';
import type { LocalS3 } from '../../s3/local-s3';

/** Each event names a function of its own to run, so that what is in the bucket can be told from what is not. */
const FILES = {
  'app.py': `import multiprocessing
import os
import sys
import threading
import time


def answer():
    return "fine"


def leave():
    sys.exit(3)


def abort():
    os._exit(4)


def hang():
    time.sleep(60)


def busy():
    while True:
        pass


def hang_and_go_on():
    while True:
        time.sleep(0.01)
        if time.time() > deadline:
            at_the_end()


def at_the_end():
    global deadline
    deadline = float("inf")


def thread():
    one = threading.Thread(target=in_a_thread)
    one.start()
    one.join()


def in_a_thread():
    return 1


def fork():
    child = os.fork()
    if child == 0:
        in_a_child()
        sys.exit(0)
    os.waitpid(child, 0)


def in_a_child():
    return 1


def worker():
    pipe, other = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=in_a_worker, args=(other,))
    process.start()
    answer = pipe.recv()
    process.join()
    return answer


def in_a_worker(pipe):
    pipe.send("from a worker")


def handler(event, context):
    global deadline
    deadline = time.time() + context.get_remaining_time_in_millis() / 1000 - 0.09
    return globals()[event["act"]]()
`,
};

const start = (s3: LocalS3, version: PythonVersion, options: Partial<AttachedPython> = {}): Promise<LocalLambda> =>
  startPython(s3, version, { files: FILES, timeoutSeconds: 2, ...options });

describePythons('what happens to functions in Python', ENDS, (version) => {
  test.each(['leave', 'hang', 'busy'])('an invocation that ends in "%s" is uploaded when the next one is answered', async (act) => {
    const s3 = await startS3();
    const lambda = await start(s3, version);
    await lambda.invoke({ act: 'answer' });
    await lambda.invoke({ act });
    await lambda.invoke({ act: 'answer' });
    await lambda.settled();
    expect(await called(s3)).toEqual(['answer', 'handler', act].sort());
    expect(reported(lambda)).toEqual([]);
  });

  test('what runs between the upload ahead of the timeout and the timeout is uploaded by the next process', async () => {
    const s3 = await startS3();
    const lambda = await start(s3, version);
    await lambda.invoke({ act: 'hang_and_go_on' });
    expect(await called(s3)).toEqual(['handler', 'hang_and_go_on']);
    await lambda.invoke({ act: 'answer' });
    await lambda.settled();
    expect(await called(s3)).toEqual(['answer', 'at_the_end', 'handler', 'hang_and_go_on']);
  });

  test('"abort" loses nothing of the invocations before it', async () => {
    const s3 = await startS3();
    const lambda = await start(s3, version);
    await lambda.invoke({ act: 'answer' });
    await lambda.invoke({ act: 'abort' });
    expect(await called(s3)).toEqual(['answer', 'handler']);
  });

  test('a process that ends in each invocation is uploaded by its successors', async () => {
    const s3 = await startS3();
    const lambda = await start(s3, version);
    for (let n = 0; n < 3; n++) {
      await lambda.invoke({ act: 'leave' });
    }
    await lambda.settled();
    expect(await called(s3)).toEqual(['handler', 'leave']);
  });

  test('while S3 is down objects wait, and they arrive when it is back, also by another process', async () => {
    const s3 = await startS3();
    const lambda = await start(s3, version);
    const allow = s3.deny(() => true);
    await lambda.invoke({ act: 'answer' });
    await lambda.invoke({ act: 'thread' });
    await lambda.invoke({ act: 'leave' });
    allow();
    await lambda.invoke({ act: 'answer' });
    await lambda.settled();
    expect(await called(s3)).toEqual(['answer', 'handler', 'in_a_thread', 'leave', 'thread']);
  });

  test.each([['thread', ['in_a_thread'], null], ['fork', ['in_a_child'], null], ['worker', ['in_a_worker'], 'from a worker']])(
    'what runs in a %s is counted', async (act, also, answer) => {
      const s3 = await startS3();
      const lambda = await start(s3, version);
      expect((await lambda.invoke({ act })).payload).toBe(answer);
      await lambda.settled();
      expect(await called(s3)).toEqual(['handler', act, ...also].sort());
      expect(reported(lambda)).toEqual([]);
    });

  test('an init that fails is uploaded by its successors', async () => {
    const s3 = await startS3();
    const lambda = await start(s3, version, { files: { 'app.py': 'def early():\n    return 1\n\n\nearly()\nraise ValueError("no")\n' } });
    expect((await lambda.invoke({})).errorType).toBe('ValueError');
    await lambda.settled();
    expect(await called(s3)).toEqual(['early']);
  });

  test('where no extension can register, the upload comes before the answer', async () => {
    const s3 = await startS3();
    const lambda = await start(s3, version, { extensionsSupported: false });
    expect((await lambda.invoke({ act: 'answer' })).payload).toBe('fine');
    expect(await called(s3)).toEqual(['answer', 'handler']);
    await lambda.invoke({ act: 'hang' });
    expect(await called(s3)).toEqual(['answer', 'handler', 'hang']);
  });

  test('the answer does not wait for a slow S3', async () => {
    const s3 = await startS3({ delayMs: 300 });
    const lambda = await start(s3, version);
    await lambda.invoke({ act: 'answer' });
    await lambda.settled();
    const { payload, latencyMs, holdMs } = await lambda.invoke({ act: 'thread' });
    expect(payload).toBeNull();
    expect(latencyMs).toBeLessThan(250);
    expect(await holdMs).toBeGreaterThan(250);
  });
});

// Python handles signals in the main thread only, and a thread of the runtime may get one that comes as soon as the process is thawed
describePythons('shutdowns of functions in Python', VERSIONS.filter((one) => Number(one.split('.')[1]) >= 12), (version) => test('what ran since the last upload is mostly uploaded when the environment is shut down', async () => {
  const uploaded: boolean[] = [];
  for (let n = 0; n < 6; n++) {
    const s3 = await startS3();
    const lambda = await start(s3, version);
    await lambda.init();
    const { signal } = await lambda.shutdown();
    uploaded.push(signal === 'SIGTERM' && s3.keys('coverage-bucket').filter((key) => key.endsWith('.coverage')).length === 1);
  }
  expect(uploaded.filter(Boolean).length).toBeGreaterThanOrEqual(4);
}));
