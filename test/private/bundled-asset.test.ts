import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { bundledAsset, packageVersion } from '../../src/private/bundled-asset';

jest.mock('node:fs', () => {
  const fs = jest.requireActual<typeof import('node:fs')>('node:fs');
  return { ...fs, existsSync: jest.fn(fs.existsSync) };
});

test.each([
  ['layer', 'nodejs/node_modules/coverage-wrapper/bootstrap.mjs'],
  ['combiner', 'index.js'],
] as const)('finds the folder of %s, with %s in it', (name, entry) => {
  expect(existsSync(path.join(bundledAsset(name), entry))).toBe(true);
});

test('where the package has not been built says how to', () => {
  expect(() => bundledAsset('missing' as 'layer')).toThrow(/^the bundled asset '.*[/\\]assets[/\\]missing' does not exist; build it with `npx projen bundle`/);
});

test('where it was built on a machine without Python says what is missing', () => {
  jest.mocked(existsSync).mockReturnValueOnce(false);
  expect(() => bundledAsset('python-layer')).toThrow(/python-layer' does not exist; build it with `npx projen bundle` on a machine that has Python and pip, or install the published package$/);
});

test('finds the version of the package', () => {
  expect(packageVersion()).toMatch(/^\d+\.\d+\.\d+/);
});
