import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { FolderStore } from '../../../src/combiner/stores/folder-store';
import { taskFolder } from '../../task-folder';

test('a source that was written after the objects were listed is found, as a function writes it after its object', async () => {
  const folder = taskFolder({ 'coverage/2026/01/31/one.coverage': '{}' });
  const store = new FolderStore(folder);
  const keys: string[] = [];
  for await (const key of store.rawKeys()) keys.push(key);
  expect(keys).toEqual(['coverage/2026/01/31/one.coverage']);
  const sha256 = 'a'.repeat(64);
  mkdirSync(path.join(folder, 'coverage/sources'));
  writeFileSync(path.join(folder, 'coverage/sources', sha256), 'text');
  expect((await store.source(sha256))?.toString()).toBe('text');
});
