/** Both ends of the range of aws-cdk-lib that the package declares: `npm test` runs against the oldest, this against the newest as well. */
import * as assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { before, describe, test } from 'node:test';
import { outputOf, run } from './command';
import { cachedFolder } from '../lambda/cache-folder';

const ROOT = path.resolve(__dirname, '../..');
const PEERS = ['aws-cdk-lib', 'constructs'];
const manifest = readJson(path.join(ROOT, 'package.json'));

test('npm test runs against the oldest versions that the package declares', () => {
  const installed = PEERS.map((name) => [name, `^${versionIn(ROOT, name)}`]);
  console.log(`oldest: ${installed.map(([name, version]) => `${name} ${version!.slice(1)}`).join(', ')}`);
  assert.deepEqual(manifest.peerDependencies, Object.fromEntries(installed));
});

describe('the newest aws-cdk-lib', () => {
  let folder: string;

  before(async () => {
    const version = newestVersion();
    folder = await cachedFolder(`aws-cdk-lib-${version}`, async (draft) => {
      writeFileSync(path.join(draft, 'package.json'), '{ "private": true }');
      outputOf('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', `aws-cdk-lib@${version}`], { cwd: draft });
    });
    console.log(`newest: ${PEERS.map((name) => `${name} ${versionIn(folder, name)}`).join(', ')}`);
  });

  test('is in the declared range', () => {
    for (const name of PEERS) {
      assert.equal(major(versionIn(folder, name)), major(versionIn(ROOT, name)), name);
    }
  });

  test('has the types that the constructs are compiled with', () => {
    outputOf('tsc', ['--noEmit', '-p', tsconfigFor(folder)]);
  });

  test('finds nothing wrong with the template that the constructs synthesize', () => {
    const env = { ...process.env, CDK_OUTDIR: path.join(folder, 'cdk.out'), CDK_CONTEXT_JSON: '{"@aws-cdk/core:validateAgainstDefaultRules":true}' };
    outputOf('tsx', ['--tsconfig', tsconfigFor(folder), path.join(ROOT, 'test/consumers/app.ts')], { env });
    assert.equal(readJson(path.join(folder, 'cdk.out', 'tree.json')).tree.constructInfo?.version, versionIn(folder, 'aws-cdk-lib'));
  });

  test('passes the unit tests of constructs and contract', () => {
    const config = {
      ...manifest.jest,
      rootDir: ROOT,
      collectCoverage: false,
      reporters: ['default'],
      moduleNameMapper: { ...manifest.jest.moduleNameMapper, [`^(${PEERS.join('|')})($|/.*)`]: path.join(folder, 'node_modules', '$1$2') },
    };
    const { status, stdout, stderr } = run('jest', ['--ci', '--silent', '--config', JSON.stringify(config), 'test/[^/]+$', 'test/contract/', 'test/private/'], {
      cwd: ROOT,
    });
    console.log(`${stdout}${stderr}`.trim());
    assert.equal(status, 0);
  });
});

/** The repository's, with the peers of a folder. */
function tsconfigFor(folder: string): string {
  const file = path.join(folder, 'tsconfig.json');
  const { exclude } = readJson(path.join(ROOT, 'tsconfig.json'));
  const peers = PEERS.flatMap((name) => ['', '/*'].map((rest) => [`${name}${rest}`, [`./node_modules/${name}${rest}`]]));
  writeFileSync(file, JSON.stringify({
    extends: path.join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      rootDir: ROOT,
      typeRoots: [path.join(ROOT, 'node_modules', '@types')],
      paths: { ...Object.fromEntries(peers), 'cdk-lambda-coverage': [path.join(ROOT, 'src/index.ts')] },
    },
    include: [path.join(ROOT, 'src/**/*.ts')],
    exclude: exclude.map((pattern: string) => path.join(ROOT, pattern)),
  }));
  return file;
}

function newestVersion(): string {
  const { status, stdout, stderr } = run('npm', ['view', 'aws-cdk-lib', 'version']);
  if (status !== 0) {
    throw new Error(`the npm registry does not say which version of aws-cdk-lib is the newest, so nothing was tested against it:\n${stderr}`);
  }
  return stdout.trim();
}

function versionIn(folder: string, name: string): string {
  return readJson(path.join(folder, 'node_modules', name, 'package.json')).version;
}

function major(version: string): string {
  return version.split('.')[0]!;
}

function readJson(file: string): any {
  return JSON.parse(readFileSync(file, 'utf8'));
}
