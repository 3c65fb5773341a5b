import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { install, nodeBinary } from './node-versions';

test.each(['18', '20', '22', '24'] as const)('fetches Node.js %s', async (version) => {
  const node = await nodeBinary(version);
  expect(node.major).toBe(Number(version));
  expect(execFileSync(node.path, ['--version'], { encoding: 'utf8' })).toMatch(new RegExp(`^v${version}\\.`));
});

test("'current' is the Node.js of this process", async () => {
  expect((await nodeBinary('current')).path).toBe(process.execPath);
});

test('says what to do when the registry cannot be reached', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'node-versions-'));
  const registry = process.env.npm_config_registry;
  // a port of this machine that nobody listens on
  process.env.npm_config_registry = 'http://127.0.0.1:9/';
  try {
    await expect(install('node-no-such-platform', '22', folder)).rejects.toThrow(
      /^Node\.js 22 \(node-no-such-platform@22\.23\.3\) cannot be fetched from the npm registry, which is needed once: check the network/,
    );
  } finally {
    if (registry === undefined) delete process.env.npm_config_registry;
    else process.env.npm_config_registry = registry;
    await rm(folder, { recursive: true });
  }
});
