import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectorySink } from '../../../../src/wrapper/node/delivery/directory-sink';
import { UploadError } from '../../../../src/wrapper/node/delivery/sink';

const KEY = 'coverage/2026/01/31/orders-1.coverage';

/** Fails once as a disk does that is full or broken: after a part of the content. */
let brokenDisk: string | undefined;
/** Fails each time that a folder is made. */
let refusal: string | undefined;
jest.mock('../../../../src/wrapper/node/platform', () => {
  const platform = jest.requireActual<typeof import('../../../../src/wrapper/node/platform')>('../../../../src/wrapper/node/platform');
  return {
    ...platform,
    mkdir: async (path: string, options: object) => {
      if (refusal !== undefined) {
        throw Object.assign(new Error('refused'), { code: refusal });
      }
      return platform.mkdir(path, options);
    },
    writeFile: async (file: string, body: Buffer, options: object) => {
      if (brokenDisk === undefined) {
        return platform.writeFile(file, body, options);
      }
      await platform.writeFile(file, body.subarray(0, 2), options);
      throw Object.assign(new Error('the disk'), { code: brokenDisk });
    },
  };
});

let temporary: string;
let folder: string;

beforeEach(() => {
  brokenDisk = refusal = undefined;
  temporary = mkdtempSync(join(tmpdir(), 'directory-sink-'));
  folder = join(temporary, 'not', 'there');
});

afterEach(() => rmSync(temporary, { recursive: true, force: true }));

async function outcome(action: Promise<unknown>): Promise<unknown> {
  return action.then(() => 'there', (error: unknown) => (error instanceof UploadError ? [error.code, error.retries] : error));
}

const put = async (key = KEY, content = 'content') => outcome(new DirectorySink(folder).put(key, Buffer.from(content)));

test('an object is a file below the folder, which is made', async () => {
  const sink = new DirectorySink(folder);
  expect(await sink.isMissing(KEY)).toBe(true);
  expect(await put()).toBe('there');
  expect(readFileSync(join(folder, KEY), 'utf8')).toBe('content');
  expect(await sink.isMissing(KEY)).toBe(false);
});

test('what is there is kept, and putting it again succeeds', async () => {
  await put(KEY, 'first');
  expect(await put(KEY, 'second')).toBe('there');
  expect(readFileSync(join(folder, KEY), 'utf8')).toBe('first');
});

test('objects that are put at the same time under one key become one whole object', async () => {
  const content = 'x'.repeat(1_000_000);
  expect(await Promise.all(Array.from({ length: 10 }, async () => put(KEY, content)))).toEqual(Array(10).fill('there'));
  expect(readFileSync(join(folder, KEY), 'utf8')).toBe(content);
  expect(readdirSync(join(folder, 'coverage/2026/01/31'))).toEqual(['orders-1.coverage']);
});

test.each(['ENOSPC', 'EIO', 'EDQUOT'])('an object of which the disk took a part (%s) is not there, and comes whole with the next try', async (code) => {
  brokenDisk = code;
  expect(await put()).toEqual([code, 0]);
  expect(await new DirectorySink(folder).isMissing(KEY)).toBe(true);
  expect(readdirSync(join(folder, 'coverage/2026/01/31'))).toEqual([]);
  brokenDisk = undefined;
  expect(await put()).toBe('there');
  expect(readFileSync(join(folder, KEY), 'utf8')).toBe('content');
});

describe('an upload error tells of', () => {
  test.each<[string, string, () => void]>([
    ['a file in the place of the folder above', 'ENOTDIR', () => writeFileSync(join(temporary, 'not'), '')],
    ['a file in the place of the folder', 'ENOTDIR', () => {
      mkdirSync(join(temporary, 'not'));
      writeFileSync(folder, '');
    }],
    ['a file in the place of a folder in the key', 'EEXIST', () => {
      mkdirSync(join(folder, 'coverage/2026/01'), { recursive: true });
      writeFileSync(join(folder, 'coverage/2026/01/31'), '');
    }],
    ['a link that leads round', 'ELOOP', () => {
      mkdirSync(join(temporary, 'not'));
      symlinkSync(folder, folder);
    }],
  ])('%s', async (_name, code, break_) => {
    break_();
    expect(await put()).toEqual([code, 0]);
  });

  test('a name that is too long', async () => {
    expect(await put(`coverage/${'x'.repeat(300)}.coverage`)).toEqual(['ENAMETOOLONG', 0]);
  });

  // root may write everywhere, so that the refusal is played
  test.each(['EACCES', 'EROFS', 'EPERM'])('a folder that must not be written to: %s', async (code) => {
    refusal = code;
    expect(await put()).toEqual([code, 0]);
    await expect(new DirectorySink(folder).probe()).rejects.toMatchObject({ name: 'S3UploadError', code, retries: 0 });
  });
});

describe('keys cannot leave the folder:', () => {
  test.each(['../evil', 'coverage/../../evil', '..', '', '.', 'coverage/../../there-too/evil'])("'%s' is refused", async (key) => {
    mkdirSync(folder, { recursive: true });
    expect(await put(key)).toEqual(['InvalidKey', 0]);
    await expect(new DirectorySink(folder).isMissing(key)).rejects.toThrow(`key '${key}' leads out of the folder`);
    expect([readdirSync(temporary), readdirSync(join(temporary, 'not'))]).toEqual([['not'], ['there']]);
  });

  test('one that looks absolute is below it', async () => {
    expect(await put('/etc/evil')).toBe('there');
    expect(existsSync(join(folder, 'etc/evil'))).toBe(true);
  });

  test('a folder that is named with a slash at the end is the same', async () => {
    expect(await outcome(new DirectorySink(`${folder}/`).put(KEY, Buffer.from('content')))).toBe('there');
    expect(existsSync(join(folder, KEY))).toBe(true);
  });
});

describe('a probe', () => {
  test('makes the folder and no object', async () => {
    await new DirectorySink(folder).probe();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('says that a file is in the place of the folder', async () => {
    mkdirSync(join(temporary, 'not'));
    writeFileSync(folder, '');
    await expect(new DirectorySink(folder).probe()).rejects.toMatchObject({ code: 'EEXIST', retries: 0 });
  });
});
