/** Whatever happens to the process or to S3: when it is over, the bucket holds what ran. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type AttachedPython, BUCKET, called, describePythons, ENDS, reported, startPython, startS3, VERSIONS } from './attached-function';
import { anyPython, type PythonVersion } from '../../../projenrc/python-layer/interpreters';
import { eventually } from '../../eventually';
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


def terminated():
    pipe, other = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=in_a_stuck_worker, args=(other,))
    process.start()
    pipe.recv()
    process.terminate()
    process.join()
    return process.exitcode


def in_a_stuck_worker(pipe):
    pipe.send("waits")
    time.sleep(60)


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

  test.each([['thread', ['in_a_thread'], null], ['fork', ['in_a_child'], null], ['worker', ['in_a_worker'], 'from a worker'], ['terminated', ['in_a_stuck_worker'], -15]])(
    'what runs in another thread or process is counted: %s', async (act, also, answer) => {
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

/** What is called once the environment has been shut down, with only an init before. */
const EARLY = 'def early():\n    return 1\n\n\nearly()\n\n\ndef handler(event, context):\n    return None\n';

describePythons('shutdowns of functions in Python', VERSIONS, (version) => {
  /** Before, the runtime waits in native code, where Python does not get to do what a signal asks for. */
  const handlesSignals = Number(version.split('.')[1]) >= 12;

  /** A process that was frozen after its init. */
  async function initialized(source: string, attached = true): Promise<{ s3: LocalS3; lambda: LocalLambda; pid: number }> {
    const s3 = await startS3();
    const lambda = await start(s3, version, { files: { 'app.py': source }, attached });
    await lambda.init();
    return { s3, lambda, pid: lambda.pid! };
  }

  test('what ran since the last upload is uploaded, and the process ends', async () => {
    const { s3, lambda } = await initialized(EARLY);
    const { signal, tookMs } = await lambda.shutdown();
    expect(await called(s3)).toEqual(['early']);
    expect(['SIGTERM', 'SIGKILL']).toContain(signal);
    expect(tookMs).toBeLessThan(450);
    expect(reported(lambda)).toEqual([]);
  });

  test('so it is where another thread than the main one gets the signal', async () => {
    const { s3, lambda, pid } = await initialized(EARLY);
    // of a client that waits in a thread of its own; the others have no other thread that takes signals
    const thread = threads(pid).find((one) => one !== pid && takesTermination(pid, one)) ?? pid;
    expect(thread === pid).toBe(!handlesSignals);
    await thawedBySignal(pid, thread);
    expect(await eventually(async () => lambda.pid, (one) => one === undefined)).toBeUndefined();
    expect(await called(s3)).toEqual(['early']);
  });

  test.each([['exits', 'sys.exit()'], ['does not', 'pass']])("so it is where a handler of the function's %s, which is called as it is without coverage", async (_, act) => {
    const source = `import signal\nimport sys\n\n\ndef stop(number, frame):\n    print("stops", flush=True)\n    ${act}\n\n\nsignal.signal(signal.SIGTERM, stop)\n\n\n${EARLY}`;
    const [attached, plain] = await Promise.all([initialized(source), initialized(source, false)]);
    await Promise.all([attached, plain].map(async ({ pid }) => thawedBySignal(pid, pid)));
    const isOver = async () => isUploaded(attached.s3) && (attached.lambda.pid === undefined) === (plain.lambda.pid === undefined);
    await eventually(isOver, (over) => over);
    // it would be ended some 50 ms after the upload
    await setTimeout(300);
    expect(await called(attached.s3)).toContain('early');
    expect(plain.lambda.logs).toEqual(handlesSignals ? ['stops'] : []);
    expect(attached.lambda.logs).toEqual(plain.lambda.logs);
    expect(attached.lambda.pid === undefined).toBe(plain.lambda.pid === undefined);
  });
});

/** An object, and the one source that it is about. */
const isUploaded = (s3: LocalS3): boolean => s3.keys(BUCKET).length === 2;

/** As Lambda ends an environment, but for the thread that gets the signal, which the system chooses. Node.js has no such call. */
async function thawedBySignal(pid: number, thread: number): Promise<void> {
  const call = `import ctypes; assert ctypes.CDLL(None).tgkill(${pid}, ${thread}, ${constants.signals.SIGTERM}) == 0`;
  await promisify(execFile)(anyPython()!, ['-c', call]);
  process.kill(-pid, 'SIGCONT');
}

const threads = (pid: number): number[] => readdirSync(`/proc/${pid}/task`).map(Number);

function takesTermination(pid: number, thread: number): boolean {
  const blocked = /^SigBlk:\s+([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8'))![1];
  const mask = BigInt(`0x${blocked}`).toString(2);
  // from the right, and from 1 on
  return (mask.at(-constants.signals.SIGTERM) ?? '0') === '0';
}
