import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

/** Two folders up from both `src/private` and `lib/private`. */
const PACKAGE_ROOT = path.join(__dirname, '..', '..');

/** What a build on a machine without Python leaves out; the published package has it. */
const NEEDS_PYTHON = 'python-layer';

/**
 * The folder of something that was bundled when the package was built.
 *
 * @throws Error if the package has not been built, as in a fresh clone, or was built on a machine that lacks what this needs
 */
export function bundledAsset(name: 'layer' | 'python-layer' | 'combiner' | 'instrumenter'): string {
  const folder = path.join(PACKAGE_ROOT, 'assets', name);
  if (!existsSync(folder)) {
    throw new Error(`the bundled asset '${folder}' does not exist; build it with \`npx projen bundle\`${name === NEEDS_PYTHON ? ' on a machine that has Python and pip' : ''}, or install the published package`);
  }
  return folder;
}

export function packageVersion(): string {
  return (JSON.parse(readFileSync(path.join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string }).version;
}
