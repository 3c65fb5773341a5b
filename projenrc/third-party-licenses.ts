import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** Licences that may be shipped inside an Apache-2.0 package. Another one fails the build. */
const PERMITTED = new Set(['Apache-2.0', 'MIT', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', '0BSD', 'BlueOak-1.0.0', 'Unlicense', 'CC0-1.0']);

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
}

/** The licence texts of everything that was bundled, by package, from what esbuild says it put in. */
export function thirdPartyLicenses(root: string, metafiles: readonly Metafile[]): string {
  const inputs = metafiles.flatMap(({ outputs }) => Object.values(outputs).flatMap((output) => Object.keys(output.inputs)));
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  const packages = [...folders].map((folder) => describe(join(root, folder))).sort((a, b) => (a.name < b.name ? -1 : 1));
  const refused = packages.filter(({ license }) => !PERMITTED.has(license));
  if (refused.length > 0) {
    throw new Error(`bundled under a licence that is not permitted: ${refused.map(({ name, license }) => `${name} (${license})`).join(', ')}; `
      + `permitted: ${[...PERMITTED].join(', ')}`);
  }
  const byText = new Map<string, string[]>();
  for (const { name, version, license, text } of packages) {
    byText.set(text.trim(), [...(byText.get(text.trim()) ?? []), `${name} ${version} (${license})`]);
  }
  return [...byText].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`).join(`\n${'-'.repeat(80)}\n\n`);
}

function packageFolder(input: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
}

function describe(folder: string): Package {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package;
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : `Licensed under ${license}.`;
  return { name, version, license, text };
}
