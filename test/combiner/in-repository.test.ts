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
  const copies = { 'src/orders.ts': TEXT, 'apps/shop/src/cart.ts': TEXT, 'lambda/one/index.js': TEXT, 'node_modules/one/index.js': TEXT, 'lambda/one/app.py': 'A = 1\r\nB = 2' };
  for (const [file, text] of Object.entries({ ...copies, 'lambda/two/twin.py': 'A = 1\n', 'lambda/three/twin.py': 'A = 1\n' })) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ['src/orders.ts', TEXT, 'src/orders.ts'],
  ['src/cart.ts', TEXT, 'apps/shop/src/cart.ts'],
  ['home/ci/shop/src/orders.ts', TEXT, 'src/orders.ts'],
  ['home/ci/shop/src/orders.ts', 'export {};\n', 'home/ci/shop/src/orders.ts'],
  ['lib/elsewhere.ts', TEXT, 'lib/elsewhere.ts'],
  ['index.js', TEXT, 'lambda/one/index.js'],
  ['index.js', 'export const one = 2;\n', 'index.js'],
  ['app.py', 'A = 1\nB = 2\n', 'lambda/one/app.py'],
  ['twin.py', 'A = 1\n', 'twin.py'],
  ['two/twin.py', 'A = 1\n', 'lambda/two/twin.py'],
])('%s, %j: %s', (path, text, name) => {
  const shape = { path, statementMap: {}, fnMap: {}, branchMap: {}, s: {}, f: {}, b: {} };
  const combined = { coverage: createCoverageMap({ [path]: shape }), texts: new Map([[path, text]]), builds: [], names: new Map() };
  const { coverage, texts } = inRepository(combined as unknown as Parameters<typeof inRepository>[0], new Repository(folder), [join(folder, 'apps/shop')]);
  expect(coverage.files()).toEqual([name]);
  expect([...texts.keys()]).toEqual([name]);
});
