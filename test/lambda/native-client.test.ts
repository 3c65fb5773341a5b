import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { obstacle } from './native-client';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tools-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A PATH of two folders with these files. */
async function pathWith(...tools: readonly string[]): Promise<string> {
  const folders = [path.join(folder, 'one'), path.join(folder, 'two')];
  for (const each of folders) await mkdir(each);
  for (const [index, tool] of tools.entries()) await writeFile(path.join(folders[index % 2], tool), '');
  return folders.join(path.delimiter);
}

// what the scripts of aws-lambda-ric run (preinstall.sh of both versions), and what node-gyp says that it needs on Unix
const ALL = ['sh', 'tar', 'xz', 'make', 'cmake', 'cc', 'g++', 'python3'];

test.each([
  ['nothing where all is there', ALL, undefined],
  ['nothing where cmake is called cmake3', ALL.map((tool) => (tool === 'cmake' ? 'cmake3' : tool)), undefined],
  ['the compiler', ALL.filter((tool) => tool !== 'g++'), 'install what is not on the PATH: g++'],
  ['all that is missing', ['sh', 'tar', 'xz', 'cc', 'g++'], 'install what is not on the PATH: make, cmake3 or cmake, python3 or python'],
])('misses %s', async (_name, tools, message) => {
  expect(obstacle('linux', await pathWith(...tools))).toBe(message);
});

test('says that other systems cannot build it', () => {
  // "aws-lambda-cpp does not build on OS X" in AWS's scripts
  expect(obstacle('darwin')).toBe('aws-lambda-cpp is built for Linux only, and this is darwin');
});
