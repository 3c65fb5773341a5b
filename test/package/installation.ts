/** What a folder outside of the repository installs: the package as it is packed, and the versions of others that everything here is tested with. */
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

export const ROOT = path.resolve(__dirname, '../..');

/** Of the AWS CDK's command line; the version that npm calls the latest need not read what the newest library writes. */
export const CDK_CLI = '2.1148.1';

/** The oldest version that the package declares is the one that it is developed with. */
export function installedVersion(name: string): string {
  return (JSON.parse(readFileSync(path.join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;
}

/**
 * The one file that the package was packed to, for a language.
 *
 * @throws Error that says how to make it
 */
export function packedFile(language: 'js' | 'python', extension: string): string {
  const dist = path.join(ROOT, 'dist', language);
  let files: string[] = [];
  try {
    files = readdirSync(dist).filter((file) => file.endsWith(extension));
  } catch {
    // said below
  }
  if (files.length !== 1) {
    throw new Error(`there has to be one ${extension} in ${dist}, and there are ${files.length}; make it with \`npx projen package:${language}\``);
  }
  return path.join(dist, files[0]!);
}
