import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import * as path from 'node:path';

const ROOT = path.resolve(__dirname, '../../node_modules/.cache/cdk-lambda-coverage');

/**
 * A folder below `node_modules/.cache` that is filled once and kept.
 *
 * Jest's workers ask for the same one at the same time, so each fills a folder of its own and the first to be done
 * gives it the name; what is seen under that name is complete.
 *
 * @param name of the folder; it has to change when the content does
 */
export async function cachedFolder(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = path.join(ROOT, name);
  if (existsSync(folder)) return folder;

  const draft = path.join(ROOT, `.draft-${randomUUID()}`);
  try {
    await mkdir(draft, { recursive: true });
    await fill(draft);
    await mkdir(path.dirname(folder), { recursive: true });
    await rename(draft, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}
