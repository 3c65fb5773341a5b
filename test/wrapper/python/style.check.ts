/** The wrapper in Python, by mypy and ruff as its pyproject.toml says. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { cachedFolder } from '../../lambda/cache-folder';
import { outputOf } from '../../package/command';
import { ROOT } from '../../package/installation';
import { whyNoPython } from '../../package/python';

const TOOLS = ['mypy==2.4.1', 'ruff==0.17.6'];
const SOURCES = path.join(ROOT, 'src', 'wrapper', 'python');

describe('the wrapper in Python', { skip: whyNoPython('3.10') }, () => {
  let tools: string;
  let cache: string;

  before(async () => {
    cache = mkdtempSync(path.join(tmpdir(), 'python-style-'));
    tools = await cachedFolder(`python-tools-${TOOLS.join('-')}`, async (into) => {
      outputOf('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', into, ...TOOLS]);
    });
  });

  after(() => rmSync(cache, { recursive: true, force: true }));

  const run = (tool: string, ...args: string[]) => outputOf('python3', ['-m', tool, ...args], { cwd: SOURCES, env: { ...process.env, PYTHONPATH: tools } });

  test('has types that mypy finds sound, strictly', () => {
    run('mypy', '--cache-dir', cache);
  });

  test('has the style that ruff checks', () => {
    run('ruff', 'check', '--no-cache');
    run('ruff', 'format', '--no-cache', '--check');
  });
});
