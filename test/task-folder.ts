import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The files of a function's package by their paths. */
export type TaskFiles = Readonly<Record<string, string | Buffer>>;

const folders: string[] = [];

/** A folder that holds a function's package, as `/var/task` does; gone when the tests of the file are done. */
export function taskFolder(files: TaskFiles): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'task-')));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

afterAll(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));
