import { constants } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { access, existsSync, mkdir, random, renameSync, unlinkSync, writeFile } from '../platform';
import { UploadError, type Sink } from './sink';

const { W_OK: WRITABLE } = constants;

/** A folder in the place of the bucket, for containers, SAM local and LocalStack: `<folder>/<key>`. */
export class DirectorySink implements Sink {
  public constructor(private readonly folder: string) {}

  public async put(key: string, body: Buffer): Promise<void> {
    const file = this.fileOf(key);
    const draft = `${file}.${random().toString(36).slice(2)}.draft`;
    await attempt(async () => {
      if (!existsSync(file)) {
        await mkdir(dirname(file), { recursive: true });
        try {
          await writeFile(draft, body, { flag: 'wx' });
          renameSync(draft, file); // whole or not at all: what a full disk leaves half of would pass for there
        } finally {
          if (existsSync(draft)) {
            unlinkSync(draft);
          }
        }
      }
    });
  }

  public async isMissing(key: string): Promise<boolean> {
    return !existsSync(this.fileOf(key));
  }

  public async probe(): Promise<void> {
    await attempt(async () => {
      await mkdir(this.folder, { recursive: true });
      await access(this.folder, WRITABLE);
    });
  }

  private fileOf(key: string): string {
    const file = join(this.folder, key);
    if (!file.startsWith(join(this.folder, sep))) {
      throw new UploadError('InvalidKey', 0, `key '${key}' leads out of the folder '${this.folder}'`);
    }
    return file;
  }
}

async function attempt(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const { code = 'Unknown', message } = error as NodeJS.ErrnoException;
    throw new UploadError(code, 0, message);
  }
}
