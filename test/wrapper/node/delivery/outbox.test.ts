/** What has not arrived yet, in front of a sink that fails. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { DEFAULT_SETTINGS } from '../../../../src/contract/environment';
import type { Source } from '../../../../src/wrapper/node/counting/scripts';
import { Outbox } from '../../../../src/wrapper/node/delivery/outbox';
import { Parcel } from '../../../../src/wrapper/node/delivery/parcel';
import { UploadError, type PutOptions, type Sink } from '../../../../src/wrapper/node/delivery/sink';
import { Spool } from '../../../../src/wrapper/node/delivery/spool';
import type { Log } from '../../../../src/wrapper/node/log';

/** More parcels than these are merged into one. */
const MOST = 8;

let temporary: string;
let opened: ModelSink[];

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'outbox-'));
  opened = [];
});

afterEach(() => {
  opened.forEach((sink) => sink.release());
  rmSync(temporary, { recursive: true, force: true });
});

type Outcome = 'stored' | 'refused' | 'answer lost' | 'hang';

/** A bucket; what becomes of each PUT is told by the test. */
class ModelSink implements Sink {
  private readonly hanging: Array<() => void> = [];
  public readonly objects = new Map<string, { body: string; options: PutOptions }>();
  public readonly requests: string[] = [];
  public next: (key: string) => Outcome = () => 'stored';

  public async put(key: string, body: Buffer, options: PutOptions): Promise<void> {
    this.requests.push(`put ${key}`);
    const outcome = this.next(key);
    if (outcome === 'hang') {
      await new Promise<void>((resolve) => this.hanging.push(resolve));
    }
    await null;
    if (outcome !== 'refused' && !this.objects.has(key)) {
      this.objects.set(key, { body: gunzipSync(body).toString(), options });
    }
    if (outcome === 'refused' || outcome === 'answer lost') {
      throw new UploadError(outcome === 'refused' ? 'SlowDown' : 'ECONNRESET', 3, `it was ${outcome}`);
    }
  }

  public async isMissing(key: string): Promise<boolean> {
    this.requests.push(`ask ${key}`);
    await null;
    return !this.objects.has(key);
  }

  public async probe(): Promise<void> {
    await null;
  }

  /** Waits until a request hangs. */
  public async hangs(): Promise<void> {
    while (this.hanging.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  public release(): void {
    this.hanging.splice(0).forEach((resolve) => resolve());
  }

  /** The numbers that all objects hold. */
  public numbers(): number[] {
    return [...this.objects].filter(([key]) => !key.includes('/sources/')).flatMap(([, { body }]) => JSON.parse(body) as number[]);
  }
}

interface Said { readonly type: string; readonly message: string; readonly details: Record<string, unknown>; readonly requestId?: string }

let sequence = 0;

/** A parcel that holds numbers. */
function parcel(numbers: readonly number[], sources: readonly Source[] = []): Parcel {
  const id = `8f3c0a0e-8f1e-4f0e-9a43-7d2a5f1b6c01-0123456789ab-${(sequence++).toString(16).padStart(8, '0')}`;
  return new Parcel(`coverage/2026/01/31/my-orders-7-${id}.coverage`, JSON.stringify(numbers), sources);
}

function union(parcels: readonly Parcel[]): Parcel[] {
  return [parcel([...new Set(parcels.flatMap((one) => JSON.parse(one.json()) as number[]))], parcels.flatMap(({ sources }) => sources))];
}

function open({ spool = new Spool(temporary), merge = union }: { spool?: Spool; merge?: (parcels: readonly Parcel[]) => Parcel[] } = {}) {
  const sink = new ModelSink();
  const said: Said[] = [];
  const log = {
    error: (type: string, message: string, details: Record<string, unknown>, requestId?: string) => said.push({ type, message, details, requestId }),
    debug: () => undefined,
  } as unknown as Log;
  opened.push(sink);
  const outbox = new Outbox({ ...DEFAULT_SETTINGS, bucket: 'the-bucket', uploadTimeout: 7 }, sink, spool, merge, log);
  return { outbox, sink, said, spool };
}

const spooled = () => (existsSync(join(temporary, '.coverage-wrapper')) ? readdirSync(join(temporary, '.coverage-wrapper')) : []);
const text = (name: string): Source => ({ sha256: name.repeat(64), text: `source ${name}` });
const sourceKey = (name: string) => `coverage/sources/${name.repeat(64)}`;

describe('a parcel', () => {
  test('is sent as the contract wants it', async () => {
    const { outbox, sink } = open();
    const one = parcel([1, 2]);
    outbox.add([one]);
    expect(outbox.isEmpty).toBe(false);
    await outbox.deliver();
    expect(outbox.isEmpty).toBe(true);
    const { body, options } = sink.objects.get(one.key)!;
    expect(body).toBe('[1,2]');
    expect(options).toEqual({
      timeout: 7_000,
      headers: {
        'Content-Type': 'application/json',
        'Content-Encoding': 'gzip',
        'x-amz-meta-function-name': 'my-orders-7',
        'x-amz-meta-execution-id': one.key.slice(-'.coverage'.length - 58, -'.coverage'.length),
        'x-amz-meta-file-size': String((await one.body()).length),
      },
    });
  });

  test('is sent once, however often and whenever delivery is asked for', async () => {
    const { outbox, sink } = open();
    outbox.add([parcel([1], [text('a')]), parcel([2], [text('a')])]);
    const early = [outbox.deliver(), outbox.deliver()];
    await null;
    await Promise.all([...early, outbox.deliver()]);
    await outbox.deliver();
    expect([...sink.requests].sort()).toEqual([...new Set(sink.requests)].sort());
    expect(sink.requests).toHaveLength(2 + 2);
  });

  test('that failed is sent again with the next delivery, and with no other', async () => {
    const { outbox, sink } = open();
    const [one, two] = [parcel([1]), parcel([2])];
    const outcomes: Outcome[] = ['refused', 'refused'];
    sink.next = (key) => (key === one.key && outcomes.shift()) || 'stored';
    outbox.add([one, two]);
    const deliveries: string[][] = [];
    for (let n = 0; n < 4; n++) {
      await outbox.deliver();
      deliveries.push(sink.requests.splice(0).sort());
    }
    expect(deliveries).toEqual([[one, two], [one], [one], []].map((parcels) => parcels.map(({ key }) => `put ${key}`)));
    expect(sink.numbers().sort()).toEqual([1, 2]);
  });

  test('that is being sent keeps who waits for it waiting, and the others arrive', async () => {
    const { outbox, sink } = open();
    const outcomes: Outcome[] = ['hang'];
    sink.next = () => outcomes.shift() ?? 'stored';
    outbox.add([parcel([1])]);
    const first = outbox.deliver();
    await sink.hangs();
    outbox.add([parcel([2])]);
    const second = outbox.deliver();
    const isOver = async (one: Promise<void>) => Promise.race([one.then(() => true), new Promise((resolve) => setTimeout(() => resolve(false), 50))]);
    expect(await Promise.all([isOver(first), isOver(second)])).toEqual([false, false]);
    expect(sink.numbers()).toEqual([2]);
    sink.release();
    await Promise.all([first, second]);
    expect([sink.numbers(), outbox.isEmpty]).toEqual([[2, 1], true]);
  });

  test('of an earlier process is worth waiting for, unless something has failed in the last minute', async () => {
    const { outbox, sink } = open();
    expect(outbox.isWorthWaiting).toBe(false);
    const first = parcel([1]);
    outbox.add([first]);
    expect(outbox.isWorthWaiting).toBe(true);
    sink.next = () => 'refused';
    await outbox.deliver();
    outbox.add([parcel([2])]);
    expect(outbox.isWorthWaiting).toBe(false);
    first.failedAt = Date.now() - 61_000;
    expect(outbox.isWorthWaiting).toBe(true);
  });
});

describe('a source', () => {
  test('is asked for first, and sent once per content', async () => {
    const { outbox, sink } = open();
    const file = join(temporary, 'index.js');
    writeFileSync(file, 'of a file');
    for (let n = 0; n < 3; n++) {
      outbox.add([parcel([n], [text('a'), { sha256: 'f'.repeat(64), file }])]);
      await outbox.deliver();
    }
    const ofSources = sink.requests.filter((request) => request.includes('/sources/'));
    expect([...ofSources].sort()).toEqual([`ask ${sourceKey('a')}`, `ask ${sourceKey('f')}`, `put ${sourceKey('a')}`, `put ${sourceKey('f')}`]);
    expect(ofSources.indexOf(`ask ${sourceKey('f')}`)).toBeLessThan(ofSources.indexOf(`put ${sourceKey('f')}`));
    expect(sink.objects.get(sourceKey('a'))!.body).toBe('source a');
    expect(sink.objects.get(sourceKey('f'))).toEqual({
      body: 'of a file', options: { timeout: 7_000, headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Encoding': 'gzip' } },
    });
  });

  test('that is there is not sent', async () => {
    const { outbox, sink } = open();
    sink.objects.set(sourceKey('a'), { body: 'there', options: { timeout: 0 } });
    outbox.add([parcel([1], [text('a')])]);
    await outbox.deliver();
    expect(sink.requests.filter((request) => request.includes('/sources/'))).toEqual([`ask ${sourceKey('a')}`]);
  });

  test('that failed is sent again, also when its parcel has arrived', async () => {
    const { outbox, sink } = open();
    const keys: string[] = [];
    sink.next = () => (sink.requests.at(-1)!.includes('/sources/') && keys.push('tried') === 1 ? 'refused' : 'stored');
    outbox.add([parcel([1], [text('a')])]);
    await outbox.deliver();
    expect([outbox.isEmpty, sink.objects.has(sourceKey('a'))]).toEqual([true, false]);
    await outbox.deliver();
    expect(sink.objects.has(sourceKey('a'))).toBe(true);
  });

  test('that cannot be read does not keep its parcel back, and is told of', async () => {
    const { outbox, sink, said } = open();
    outbox.add([parcel([1], [{ sha256: 'f'.repeat(64), file: join(temporary, 'gone.js') }])]);
    await outbox.deliver('request-1');
    expect(sink.numbers()).toEqual([1]);
    expect(said).toEqual([{ type: 'CoverageError', message: expect.stringContaining('ENOENT'), details: {}, requestId: 'request-1' }]);
  });
});

describe('more parcels than the limit', () => {
  const few = (from: number, count: number) => Array.from({ length: count }, (_, n) => parcel([from + n], [text('a')]));

  test.each([[MOST, MOST], [MOST + 1, 1], [30, 1]])('%d that wait are sent as %d', async (added, sent) => {
    const { outbox, sink } = open();
    const parcels = few(0, added);
    outbox.add(parcels);
    await outbox.deliver();
    const puts = sink.requests.filter((request) => request.startsWith('put') && !request.includes('/sources/'));
    expect(puts).toHaveLength(sent);
    expect(puts.filter((request) => parcels.some(({ key }) => request === `put ${key}`))).toHaveLength(sent > 1 ? sent : 0);
    expect(sink.numbers().sort((a, b) => a - b)).toEqual(Array.from({ length: added }, (_, n) => n));
    expect(sink.objects.has(sourceKey('a'))).toBe(true);
  });

  test('never become many while nothing arrives', async () => {
    const merges: number[] = [];
    const { outbox, sink } = open({
      merge: (parcels) => {
        merges.push(parcels.length);
        return union(parcels);
      },
    });
    sink.next = () => 'refused';
    for (let n = 0; n < 100; n++) {
      outbox.add([parcel([n])]);
      outbox.save();
      expect(spooled().length).toBeLessThanOrEqual(MOST);
    }
    expect(Math.max(...merges)).toBeLessThanOrEqual(MOST + 1);
    sink.next = () => 'stored';
    await outbox.deliver();
    expect(new Set(sink.numbers()).size).toBe(100);
    expect(spooled()).toEqual([]);
  });

  test('leave alone what is being sent', async () => {
    const merged: string[] = [];
    const { outbox, sink } = open({
      merge: (parcels) => {
        merged.push(...parcels.map(({ key }) => key));
        return union(parcels);
      },
    });
    const sending = parcel([1_000]);
    const outcomes: Outcome[] = ['hang'];
    sink.next = () => outcomes.shift() ?? 'stored';
    outbox.add([sending]);
    const delivered = outbox.deliver();
    outbox.add(few(0, MOST));
    expect(merged).toHaveLength(MOST);
    expect(merged).not.toContain(sending.key);
    await sink.hangs();
    sink.release();
    await delivered;
    await outbox.deliver();
    expect(sink.objects.has(sending.key)).toBe(true);
    expect(sink.numbers().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 1_000]);
  });

  test.each([[true, 1], [false, 0]])('are on disk as one where they were on disk (%p)', (saved, files) => {
    const { outbox } = open();
    outbox.add(few(0, MOST));
    if (saved) {
      outbox.save();
    }
    outbox.add(few(8, 1));
    expect(spooled()).toHaveLength(files);
    outbox.save();
    expect(spooled()).toHaveLength(1);
  });

  test('that cannot be merged stay as they are, and arrive', async () => {
    const { outbox, sink, said } = open({
      merge: () => {
        throw new Error('not to be merged');
      },
    });
    outbox.add(few(0, MOST + 3));
    expect(said).toMatchObject([{ type: 'CoverageError', message: 'not to be merged' }]);
    await outbox.deliver();
    expect(sink.numbers()).toHaveLength(MOST + 3);
  });
});

describe('an error', () => {
  test('is told with the fields of the reference', async () => {
    const { outbox, sink, said } = open();
    sink.next = () => 'refused';
    const one = parcel([1]);
    outbox.add([one]);
    await outbox.deliver('request-1');
    expect(said).toEqual([{
      type: 'S3UploadError',
      message: 'Failed to upload coverage file: it was refused',
      details: { s3_key: one.key, bucket: 'the-bucket', error_code: 'SlowDown', retry_count: 3 },
      requestId: 'request-1',
    }]);
  });

  test('that a source has as well is told of the object', async () => {
    const { outbox, sink, said } = open();
    sink.next = () => 'refused';
    const one = parcel([1], [text('a')]);
    outbox.add([one]);
    await outbox.deliver();
    expect(said[0]!.details.s3_key).toBe(one.key);
  });

  test('of the sink that is none of an upload does not reject either', async () => {
    const { outbox, sink, said } = open();
    sink.next = () => {
      throw new TypeError('a bug');
    };
    outbox.add([parcel([1])]);
    await expect(outbox.deliver()).resolves.toBeUndefined();
    expect(said).toMatchObject([{ type: 'CoverageError', message: 'a bug' }]);
    sink.next = () => 'stored';
    await outbox.deliver();
    expect(sink.numbers()).toEqual([1]);
  });
});

describe('on disk', () => {
  test('is what has not arrived, until it has', async () => {
    const { outbox, sink } = open();
    sink.next = () => 'refused';
    outbox.add([parcel([1]), parcel([2])]);
    await outbox.deliver();
    expect(spooled()).toHaveLength(0);
    outbox.save();
    expect(spooled()).toHaveLength(2);
    const outcomes: Outcome[] = ['stored', 'refused'];
    sink.next = () => outcomes.shift() ?? 'stored';
    await outbox.deliver();
    expect(spooled()).toHaveLength(1);
    await outbox.deliver();
    expect(existsSync(join(temporary, '.coverage-wrapper'))).toBe(false);
  });

  test('it is for the next process, with its sources', async () => {
    const before = open({ spool: spoolOfAnother(1) });
    before.outbox.add([parcel([1], [text('a')]), parcel([2])]);
    before.outbox.save();
    const { outbox, sink } = open();
    outbox.recover();
    expect(outbox.isWorthWaiting).toBe(true);
    await outbox.deliver();
    expect([sink.numbers().sort(), sink.objects.has(sourceKey('a')), spooled()]).toEqual([[1, 2], true, []]);
  });

  test('it is no condition: where nothing can be saved, everything arrives all the same', async () => {
    writeFileSync(join(temporary, '.coverage-wrapper'), '');
    const { outbox, sink } = open();
    outbox.recover();
    outbox.add(Array.from({ length: 20 }, (_, n) => parcel([n])));
    outbox.save();
    await outbox.deliver();
    expect(sink.numbers()).toHaveLength(20);
  });
});

test('whatever fails, and whenever the process ends, what arrives in the end is what was added', async () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ act: fc.constant('add' as const), count: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 4, arbitrary: fc.record({ act: fc.constant('deliver' as const), waits: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('end the process' as const) }) },
  );
  const outcome = fc.constantFrom<Outcome>('stored', 'refused', 'answer lost', 'hang');
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.infiniteStream(outcome), async (steps, outcomes) => {
    rmSync(join(temporary, '.coverage-wrapper'), { recursive: true, force: true });
    let processes = 1;
    let added = 0;
    const objects = new Map<string, { body: string; options: PutOptions }>();
    const start = () => {
      const one = open({ spool: spoolOfAnother(processes++) });
      Object.assign(one.sink, { objects, next: () => outcomes.next().value as Outcome });
      asAnother(processes - 1, () => one.outbox.recover());
      return one;
    };
    let current = start();
    for (const one of steps) {
      if (one.act === 'add') {
        current.outbox.add(Array.from({ length: one.count }, () => parcel([added++], [text((added % 2 ? 'a' : 'b'))])));
      } else if (one.act === 'deliver') {
        const delivered = current.outbox.deliver();
        if (one.waits) {
          const releasing = setInterval(() => current.sink.release(), 1);
          await delivered;
          clearInterval(releasing);
        }
      } else {
        current.outbox.save();
        current = start(); // what hangs of the one before hangs for ever
      }
    }
    const pending = current.outbox.deliver();
    const releasing = setInterval(() => current.sink.release(), 1);
    await pending;
    current.sink.next = () => 'stored';
    await current.outbox.deliver();
    await current.outbox.deliver();
    clearInterval(releasing);
    expect([...new Set(current.sink.numbers())].sort((a, b) => a - b)).toEqual(Array.from({ length: added }, (_, n) => n));
    expect(current.outbox.isEmpty).toBe(true);
    expect(spooled()).toEqual([]);
    const wanted = added === 0 ? [] : added === 1 ? ['a'] : ['a', 'b'];
    expect(wanted.filter((name) => !objects.has(sourceKey(name)))).toEqual([]);
  }), { numRuns: 60 });
});

/** Linux gives out no process id beyond 2^22: of a process that has ended. */
function spoolOfAnother(n: number): Spool {
  return asAnother(n, () => new Spool(temporary));
}

function asAnother<T>(n: number, action: () => T): T {
  const own = Object.getOwnPropertyDescriptor(process, 'pid')!;
  Object.defineProperty(process, 'pid', { ...own, value: 2 ** 22 + n });
  try {
    return action();
  } finally {
    Object.defineProperty(process, 'pid', own);
  }
}
