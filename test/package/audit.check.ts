/** Nothing that is bundled has a known vulnerability, as far as the registry of npm knows of any. */
import * as assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { licensedPackages } from './bundled-packages';
import { run } from './command';
import { ROOT } from './installation';

interface Audit {
  readonly error?: { readonly summary?: string };
  readonly message?: string;
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string }>>;
}

const { stdout } = run('npm', ['audit', '--json'], { cwd: ROOT });
const { vulnerabilities, message, error } = JSON.parse(stdout) as Audit;

test('no package that is bundled has a vulnerability that the registry knows', (context) => {
  if (!vulnerabilities) {
    context.diagnostic(`not known here: ${message ?? error?.summary}`); // a mirror of the registry need not tell
    return;
  }
  const bundled = licensedPackages(readFileSync(path.join(ROOT, 'assets', 'THIRD-PARTY-LICENSES.txt'), 'utf8')).map(({ name }) => name);
  const found = Object.entries(vulnerabilities).filter(([name]) => bundled.includes(name));
  assert.deepEqual(found.map(([name, { severity, range }]) => `${name} ${range}: ${severity}`), []);
});
