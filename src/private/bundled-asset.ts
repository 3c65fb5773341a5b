import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

/** Two folders up from both `src/private` and `lib/private`. */
const PACKAGE_ROOT = path.join(__dirname, '..', '..');

/**
 * The folder of something that was bundled when the package was built.
 *
 * @throws Error if the package has not been built, as in a fresh clone
 */
export function bundledAsset(name: 'layer' | 'combiner' | 'instrumenter'): string {
  const folder = path.join(PACKAGE_ROOT, 'assets', name);
  if (!existsSync(folder)) {
    throw new Error(`the bundled asset '${folder}' does not exist; build it with \`npx projen bundle\`, or install the published package`);
  }
  return folder;
}

export function packageVersion(): string {
  return (JSON.parse(readFileSync(path.join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string }).version;
}
