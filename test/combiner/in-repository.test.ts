import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createCoverageMap } from 'istanbul-lib-coverage';
import { inRepository } from '../../src/combiner/in-repository';
import { Repository } from '../../src/combiner/repository';

const TEXT = 'export const one = 1;\n';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'in-repository-'));
  for (const file of ['src/orders.ts', 'apps/shop/src/cart.ts']) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), TEXT);
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ['src/orders.ts', TEXT, 'src/orders.ts'],
  ['src/cart.ts', TEXT, 'apps/shop/src/cart.ts'],
  ['home/ci/shop/src/orders.ts', TEXT, 'src/orders.ts'],
  ['home/ci/shop/src/orders.ts', 'export {};\n', 'home/ci/shop/src/orders.ts'],
  ['lib/elsewhere.ts', TEXT, 'lib/elsewhere.ts'],
])('%s, %j: %s', (path, text, name) => {
  const shape = { path, statementMap: {}, fnMap: {}, branchMap: {}, s: {}, f: {}, b: {} };
  const combined = { coverage: createCoverageMap({ [path]: shape }), texts: new Map([[path, text]]), builds: [], names: new Map() };
  const { coverage, texts } = inRepository(combined as unknown as Parameters<typeof inRepository>[0], new Repository(folder), [join(folder, 'apps/shop')]);
  expect(coverage.files()).toEqual([name]);
  expect([...texts.keys()]).toEqual([name]);
});
