import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';

export const PEERS_FOLDER = path.join(__dirname, 'peers');
const LOCK = path.join(PEERS_FOLDER, 'package-lock.json');
const INSTALLED = path.join(PEERS_FOLDER, 'node_modules', '.installed-from-lock');

/** The `require` of bench/peers, whose packages are installed at the versions of its lock file first, where they are not yet. */
export function peers(): NodeJS.Require {
  const lock = readFileSync(LOCK, 'utf8');
  if (!existsSync(INSTALLED) || readFileSync(INSTALLED, 'utf8') !== lock) {
    console.error('installing bench/peers (npm ci) …');
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', ['ci', ...options], { cwd: PEERS_FOLDER, stdio: 'inherit', shell: process.platform === 'win32' });
    writeFileSync(INSTALLED, lock);
  }
  return createRequire(LOCK);
}
