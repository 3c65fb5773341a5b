/** Parcels on disk between the processes of an execution environment. */
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { Parcel } from '../../../../src/wrapper/node/delivery/parcel';
import { Spool } from '../../../../src/wrapper/node/delivery/spool';

const SOURCES = [{ sha256: 'a'.repeat(64), file: '/var/task/index.js' }, { sha256: 'b'.repeat(64), text: '{"path":"ä"}' }];
/** Linux gives out no process id beyond 2^22. */
const NOBODY = 2 ** 22 + 1;

let temporary: string;
let folder: string;

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'spool-'));
  folder = join(temporary, '.coverage-wrapper');
});

afterEach(() => rmSync(temporary, { recursive: true, force: true }));

function parcel(sequence = 0, content: string | Buffer = `{"sequence":${sequence}}`): Parcel {
  const id = `8f3c0a0e-8f1e-4f0e-9a43-7d2a5f1b6c01-0123456789ab-${sequence.toString(16).padStart(8, '0')}`;
  return new Parcel(`coverage/2026/01/31/orders-${id}.coverage`, content, SOURCES);
}

/** As a process that has ended by now would have made it. */
function spoolOfAnother(id = NOBODY): Spool {
  const own = Object.getOwnPropertyDescriptor(process, 'pid')!;
  Object.defineProperty(process, 'pid', { ...own, value: id });
  try {
    return new Spool(temporary);
  } finally {
    Object.defineProperty(process, 'pid', own);
  }
}

function savedByAnother(...parcels: Parcel[]): string[] {
  const spool = spoolOfAnother();
  expect(parcels.map((one) => spool.save(one))).toEqual(parcels.map(() => true));
  return parcels.map(({ file }) => file!);
}

describe('what a process saved', () => {
  test.each<[string, string | Buffer]>([
    ['JSON', '{"text":"ä𝒳\\n"}'],
    ['gzip', Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0x0a, 0xff, 0x0a])],
    ['nothing', ''],
  ])('of %s is the same in the next one', async (_name, content) => {
    const saved = parcel(7, content);
    saved.failedAt = 1_700_000_000_123;
    savedByAnother(saved);
    const [left, ...others] = new Spool(temporary).left();
    expect(others).toEqual([]);
    expect(left).toMatchObject({ key: saved.key, sources: SOURCES, failedAt: 1_700_000_000_123, functionName: 'orders', executionId: saved.executionId });
    expect(left!.serialize()).toEqual(saved.serialize());
  });

  test('is given out once, and to a later process as long as it has not arrived', () => {
    savedByAnother(parcel(1), parcel(2));
    const second = spoolOfAnother(NOBODY + 1);
    expect(second.left()).toHaveLength(2);
    expect(second.left()).toHaveLength(0);
    expect(new Spool(temporary).left().map(({ key }) => key)).toEqual([parcel(1).key, parcel(2).key]);
  });

  test('is not given out to itself', () => {
    const spool = new Spool(temporary);
    spool.save(parcel());
    expect(spool.left()).toEqual([]);
    expect(new Spool(temporary).left()).toEqual([]); // of another thread of the same process
  });

  test('is given out to the next process that has the same id, as in a container', () => {
    const saved = parcel();
    new Spool(temporary).save(saved);
    const name = basename(saved.file!);
    renameSync(saved.file!, join(folder, name.replace(/^(\d+\.\w+)\.[0-9a-z]+/, '$1.abc'))); // of long ago
    expect(new Spool(temporary).left()).toHaveLength(1);
  });

  test('is not given out as long as that process lives', () => {
    spoolOfAnother(process.ppid).save(parcel());
    expect(new Spool(temporary).left()).toEqual([]);
  });

  test('is written once', () => {
    const spool = new Spool(temporary);
    const saved = parcel();
    spool.save(saved);
    truncateSync(saved.file!);
    expect(spool.save(saved)).toBe(true);
    expect(statSync(saved.file!).size).toBe(0);
  });

  test('can be read by nobody else', () => {
    const before = process.umask(0);
    try {
      const [file] = savedByAnother(parcel()) as [string];
      expect((statSync(folder).mode % 0o1000).toString(8)).toBe('700');
      expect((statSync(file).mode % 0o1000).toString(8)).toBe('600');
    } finally {
      process.umask(before);
    }
  });
});

describe('the folder', () => {
  test('is not there before something is saved', () => {
    expect(new Spool(temporary).left()).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('is gone when all that was saved has arrived, and comes back', () => {
    const spool = new Spool(temporary);
    const [one, two] = [parcel(1), parcel(2)];
    [one, two].forEach((saved) => spool.save(saved));
    spool.remove(one);
    expect(readdirSync(folder)).toHaveLength(1);
    spool.remove(two);
    spool.remove(two);
    expect(existsSync(folder)).toBe(false);
    expect(spool.save(one)).toBe(true);
    expect(readdirSync(folder)).toHaveLength(1);
  });
});

describe('where nothing can be written', () => {
  test.each<[string, () => void]>([
    ['a file is in the place of the folder', () => writeFileSync(folder, '')],
    ['the folder above is a file', () => {
      rmSync(temporary, { recursive: true });
      writeFileSync(temporary, '');
    }],
  ])('because %s, it is said, and nothing throws', (_name, break_) => {
    break_();
    const spool = new Spool(temporary);
    const kept = parcel();
    expect(spool.save(kept)).toBe(false);
    expect(kept.file).toBeUndefined();
    expect(spool.left()).toEqual([]);
    spool.remove(kept);
  });

  test('because the folder is read-only, it is said, and nothing throws', () => {
    mkdirSync(folder);
    chmodSync(folder, 0o500);
    const spool = new Spool(temporary);
    const saved = spool.save(parcel());
    expect(saved).toBe(process.getuid?.() === 0); // root may write all the same
    expect(() => spool.left()).not.toThrow();
    chmodSync(folder, 0o700);
  });

  test('because the disk is full, no half of a parcel stays behind', () => {
    // a limit on the size of files fails a write as a full disk does, after a part of it
    const script = `
      const { Spool, Parcel } = require(${JSON.stringify(bundle())});
      const content = require('node:crypto').randomBytes(200_000).toString('hex');
      process.on('SIGXFSZ', () => {});
      const spool = new Spool(${JSON.stringify(temporary)});
      const key = ${JSON.stringify(parcel().key)};
      console.log(JSON.stringify([spool.save(new Parcel(key, content, [])), spool.save(new Parcel(key, '{}', []))]));`;
    const { stdout, stderr } = spawnSync('/bin/sh', ['-c', 'ulimit -f 100; exec "$0" -e "$1"', process.execPath, script], { encoding: 'utf8' });
    expect([stdout.trim(), stderr]).toEqual(['[false,true]', '']);
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/\.parcel$/)]);
    expect(new Spool(temporary).left().map((left) => left.json())).toEqual(['{}']);
  });
});

describe('a file that is damaged', () => {
  test.each<[string, (content: Buffer) => string | Buffer]>([
    ['is empty', () => ''],
    ['ends in its first line', (content) => content.subarray(0, 20)],
    ['is not JSON', (content) => `x${content.toString()}`],
    ['has no key', () => '{"sources":[]}\n{}'],
    ['has null in its first line', () => 'null\n{}'],
    ['is binary', () => Buffer.from([0xff, 0xfe, 0x00, 0x0a, 0x0a])],
  ])('because it %s is left out, does not come back, and the others do', (_name, damage) => {
    const [file] = savedByAnother(parcel(1), parcel(2)) as [string];
    writeFileSync(file, damage(readFileSync(file)));
    const first = spoolOfAnother(NOBODY + 1);
    const left = first.left();
    expect(left.map(({ key }) => key)).toEqual([parcel(2).key]);
    left.forEach((one) => first.remove(one));
    expect(existsSync(folder)).toBe(false);
  });

  test('because its name is nobody\'s does not stay for ever', () => {
    mkdirSync(folder);
    ['junk.parcel', '.parcel', '-.parcel', `${NOBODY}.parcel`].forEach((name) => writeFileSync(join(folder, name), 'x'));
    expect(new Spool(temporary).left()).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });
});

test('what a killed process had half written is ignored, and goes', () => {
  const [file] = savedByAnother(parcel(1), parcel(2)) as [string];
  writeFileSync(file.replace('00000001', '00000003') + '.draft', readFileSync(file).subarray(0, 100));
  const spool = new Spool(temporary);
  const left = spool.left();
  expect(left.map(({ key }) => key)).toEqual([parcel(1).key, parcel(2).key]);
  left.forEach((one) => spool.remove(one));
  expect(existsSync(folder)).toBe(false);
});

test('what another process is writing at the moment is not touched', () => {
  mkdirSync(folder);
  const draft = join(folder, `${process.ppid}.0.abc-x.parcel.draft`);
  writeFileSync(draft, 'half');
  expect(new Spool(temporary).left()).toEqual([]);
  expect(readFileSync(draft, 'utf8')).toBe('half');
});

test('several processes that ask at the same time get each parcel once, all together', async () => {
  const wanted = Array.from({ length: 200 }, (_, sequence) => parcel(sequence));
  savedByAnother(...wanted);
  const start = Date.now() + 1_000;
  const script = `
    const { Spool } = require(${JSON.stringify(bundle())});
    const spool = new Spool(${JSON.stringify(temporary)});
    while (Date.now() < ${start}) {}
    const keys = [spool, spool].flatMap((one) => one.left()).map(({ key }) => key);
    console.log(JSON.stringify(keys));
    setTimeout(() => {}, 1_500); // they are all there, as threads and processes that live are`;
  const claims = await Promise.all(Array.from({ length: 5 }, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { maxBuffer: 2 ** 24 });
    return JSON.parse(stdout) as string[];
  }));
  expect(claims.flat().sort()).toEqual(wanted.map(({ key }) => key).sort());
  expect(new Spool(temporary).left()).toHaveLength(wanted.length); // none of them sent any
});

test('a process that is killed while it writes leaves whole parcels only', async () => {
  const script = `
    const { Spool, Parcel } = require(${JSON.stringify(bundle())});
    const spool = new Spool(${JSON.stringify(temporary)});
    const content = JSON.stringify('x'.repeat(5_000_000));
    for (let n = 0; ; n++) {
      const id = '8f3c0a0e-8f1e-4f0e-9a43-7d2a5f1b6c01-0123456789ab-' + String(n).padStart(8, '0');
      spool.save(new Parcel('coverage/2026/01/31/orders-' + id + '.coverage', content, []));
      if (n === 2) { console.log(); }
    }`;
  for (const extra of [0, 1, 2, 3]) {
    const running = promisify(execFile)(process.execPath, ['-e', script]);
    await new Promise<void>((resolve) => running.child.stdout!.once('data', () => setTimeout(() => resolve(), extra)));
    running.child.kill('SIGKILL');
    await running.catch(() => undefined);
    const spool = new Spool(temporary);
    const left = spool.left();
    expect(left.length).toBeGreaterThanOrEqual(3);
    expect(left.filter((one) => one.json().length !== 5_000_002)).toEqual([]);
    left.forEach((one) => spool.remove(one));
    expect(existsSync(folder)).toBe(false);
  }
});

/** The module as a file that another process can load. */
function bundle(): string {
  const outfile = join(temporary, 'spool.cjs');
  const sources = join(__dirname, '../../../../src/wrapper/node/delivery');
  buildSync({
    stdin: { contents: "export { Spool } from './spool'; export { Parcel } from './parcel';", resolveDir: sources }, outfile, bundle: true, platform: 'node', logLevel: 'error',
  });
  return outfile;
}
