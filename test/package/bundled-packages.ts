import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

/** A package whose licence is in a THIRD-PARTY-LICENSES.txt. */
export interface LicensedPackage {
  readonly name: string;
  readonly license: string;
  /** The text below it. */
  readonly text: string;
}

/** What a THIRD-PARTY-LICENSES.txt says: sections of one or more packages, `name version (license)` each, and their licence's text. */
export function licensedPackages(licenses: string): LicensedPackage[] {
  return licenses.split(`\n${'-'.repeat(80)}\n\n`).flatMap((section) => {
    const end = section.indexOf('\n\n');
    const text = section.slice(end).trim();
    return section.slice(0, end).split('\n').map((line) => {
      const [, name, license] = /^(\S+) \d\S* \((.+)\)$/.exec(line) ?? [];
      if (!name || !license) {
        throw new Error(`'${line}' is not of the form 'name version (license)'`);
      }
      return { name, license, text };
    });
  });
}

/** The packages that the sources below a folder import for more than their types, sorted. */
export function importedPackages(folder: string): string[] {
  const imports = /^(?:import|export) (?!type )[^;]*? from '([^']+)'|\bimport\('([^']+)'\)/gm;
  const specifiers = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.m?ts$/.test(file))
    .flatMap((file) => [...readFileSync(path.join(folder, file), 'utf8').matchAll(imports)])
    .map(([, static_, dynamic]) => (static_ ?? dynamic)!)
    .filter((specifier) => !/^(\.|node:)/.test(specifier));
  return [...new Set(specifiers.map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)![0]))].sort();
}
