/** The npm package, which the packages of all other languages carry: what is in it, how large it is and what it was made of. */
import * as assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { importedPackages, licensedPackages } from './bundled-packages';
import { outputOf } from './command';
import { packedFile, ROOT } from './installation';
import { PackedPackage, filesOf } from './packed-package';
import { BUDGETS_KB, zippedParts, type Part } from './parts';


const LAYER = 'assets/layer/nodejs/node_modules/coverage-wrapper';
const LICENSES = 'THIRD-PARTY-LICENSES.txt';
/** What parts had when they were last looked at, and some per cent more: nothing grows unnoticed. */
const SIZES_KB: Partial<Record<Part | 'npm package, unpacked', number>> = {
  'layer': 88,
  'wrapper': 88,
  'combiner': 1_400,
  'instrumenter': 325,
  'command line': 755,
  'npm package, unpacked': 26_000,
};

const packed = new PackedPackage(packedFile('js', '.tgz'));
const manifest = JSON.parse(packed.text('package.json'));

describe('content', () => {
  test('has what is promised', () => {
    const promised = [
      'API.md', 'LICENSE', 'README.md', '.jsii', 'lib/index.js', 'lib/index.d.ts',
      `${LAYER}/bootstrap.mjs`, `${LAYER}/package.json`, ...['index', 'plan', 'merge', 'start'].map((name) => `assets/combiner/${name}.js`), 'assets/cli/lambda-coverage.js', 'assets/instrumenter/index.js',
      'assets/wrapper/index.js', 'assets/wrapper/index.mjs', 'assets/wrapper/index.d.ts', 'assets/wrapper/index.d.mts',
      'assets/combiner-api/index.js', 'assets/combiner-api/index.mjs', 'assets/combiner-api/index.d.ts', 'assets/combiner-api/index.d.mts',
      `assets/${LICENSES}`, `${LAYER}/${LICENSES}`, `assets/wrapper/${LICENSES}`, `assets/combiner/${LICENSES}`, `assets/cli/${LICENSES}`,
      `assets/instrumenter/${LICENSES}`,
    ];
    assert.deepEqual(promised.filter((name) => !packed.files.some((file) => file.path === name)), []);
  });

  test('has nothing else', () => {
    const allowed = [
      /^(package\.json|README\.md|API\.md|LICENSE|\.jsii)$/,
      /^lib\/[\w/-]+(\.js|\.d\.ts)$/,
      new RegExp(`^${LAYER}/(chunks/)?[^/]+$`),
      /^assets\/(?:wrapper|combiner-api)\/(index\.(js|mjs|d\.ts|d\.mts)|THIRD-PARTY-LICENSES\.txt)$/,
      /^assets\/combiner\/((index|plan|merge|start)\.js|assets\/.*|THIRD-PARTY-LICENSES\.txt)$/,
      /^assets\/instrumenter\/(index\.js|THIRD-PARTY-LICENSES\.txt)$/,
      /^assets\/cli\/(lambda-coverage\.js|assets\/.*|THIRD-PARTY-LICENSES\.txt)$/,
      /^assets\/THIRD-PARTY-LICENSES\.txt$/,
      /^assets\/python-layer\/python\/coverage_(?:wrapper|layer)\/[\w/.-]+\.(?:py|pyc|so|typed|txt)$/,
    ];
    const names = packed.files.map((file) => file.path);
    assert.deepEqual(names.filter((name) => !allowed.some((pattern) => pattern.test(name)) || name.endsWith('.map')), []);
  });

  test('puts into /opt of a function nothing but the wrapper', () => {
    const files = [LICENSES, 'bootstrap.mjs', 'index.d.mts', 'index.d.ts', 'index.js', 'index.mjs', 'package.json'].map((name) => `${LAYER}/${name}`);
    // what `bootstrap.mjs` loads when it is needed
    const chunks = new RegExp(`^${LAYER}/chunks/[\\w-]+\\.mjs$`);
    assert.deepEqual(packed.below('assets/layer/').map((file) => file.path).filter((name) => !chunks.test(name)), files);
  });

  test('names no folder of the machine that it was made on', () => {
    const folders = [ROOT, homedir(), '/root/', '/home/', '/Users/', 'C:\\Users\\'];
    const leaks = packed.files.flatMap(({ path: name, content }) => {
      const text = content.toString('latin1');
      // coverage.py comes from wheels that are pinned by their hashes, and names folders of others
      const named = /\/_packages\/cp\d+\//.test(name) ? [ROOT] : folders;
      return named.filter((folder) => [text, ...inlineSourceMaps(text)].some((part) => part.includes(folder))).map((folder) => `${name}: ${folder}`);
    });
    assert.deepEqual(leaks, []);
  });

  test('holds no credentials', () => {
    const credentials = /\b(AKIA|ASIA)[0-9A-Z]{16}\b|\b(ghp_|github_pat_|npm_)\w{30,}|BEGIN [A-Z ]*PRIVATE KEY-----\n/;
    assert.deepEqual(packed.files.filter(({ content }) => credentials.test(content.toString('latin1'))).map((file) => file.path), []);
  });
});

describe('manifest', () => {
  test('asks for the peers and for nothing else', () => {
    const kinds = ['dependencies', 'optionalDependencies', 'bundledDependencies', 'bundleDependencies'];
    assert.deepEqual(kinds.filter((kind) => manifest[kind] !== undefined), []);
    assert.deepEqual(Object.keys(manifest.peerDependencies), ['aws-cdk-lib', 'constructs']);
  });

  test('runs nothing when it is installed', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'];
    assert.deepEqual(hooks.filter((hook) => manifest.scripts[hook]), []);
  });
});

describe('command line', () => {
  test('runs in an empty folder, with nothing but the package installed', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'empty-'));
    try {
      // Without it npm would install into the next folder above that has one, or a node_modules
      writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
      outputOf('npm', ['install', '--offline', '--legacy-peer-deps', '--no-audit', '--no-fund', packed.tarball], { cwd: folder });
      assert.deepEqual(readdirSync(path.join(folder, 'node_modules')).filter((name) => !name.startsWith('.')), ['cdk-lambda-coverage']);
      assert.equal(outputOf('npx', ['--no-install', 'lambda-coverage', '--version'], { cwd: folder }).trim(), manifest.version);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('is executable, since the command that the wheel installs starts it as it is', () => {
    assert.ok(packed.file(manifest.bin['lambda-coverage']).executable, `chmod +x ${manifest.bin['lambda-coverage']}`);
  });
});

describe('modules', () => {
  let folder: string;
  /** As Node.js in a project that has installed the package finds them. */
  const node = (script: string, kind: 'commonjs' | 'module') => outputOf(process.execPath, [`--input-type=${kind}`, '--eval', script], { cwd: folder }).trim();

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'modules-'));
    const installed = path.join(folder, 'node_modules', 'cdk-lambda-coverage');
    mkdirSync(installed, { recursive: true });
    outputOf('tar', ['-xzf', packed.tarball, '-C', installed, '--strip-components=1']);
    // the peers
    for (const name of ['aws-cdk-lib', 'constructs']) {
      symlinkSync(path.join(ROOT, 'node_modules', name), path.join(folder, 'node_modules', name));
    }
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  test('can be required by the name of each file, and of `lib` without their extension', () => {
    // Node.js takes no path through a folder of this name from an `exports` map; the layer is used as a folder
    const names = packed.files.map((file) => file.path).filter((name) => !name.includes('/node_modules/'));
    const short = names.filter((name) => /^lib\/.*\.js$/.test(name)).map((name) => name.slice(0, -'.js'.length));
    const requests = [...names, ...short, 'lib', 'package.json', '.jsii'].map((name) => `cdk-lambda-coverage/${name}`);
    const script = `console.log(${JSON.stringify(requests)}.filter((name) => { try { require.resolve(name); } catch { return name; } }).join())`;
    assert.equal(node(script, 'commonjs'), '');
  });

  test('of jsii have the names that it asks for', () => {
    // compiled with deprecation warnings, and with translated examples, the package has two more
    const added = ['.warnings.jsii.js', '.jsii.tabl.json'];
    added.forEach((name) => writeFileSync(path.join(folder, 'node_modules', 'cdk-lambda-coverage', name), ''));
    const script = `console.log(${JSON.stringify(added)}.map((name) => require('node:path').basename(require.resolve('cdk-lambda-coverage/' + name))).join())`;
    assert.equal(node(script, 'commonjs'), added.join());
  });

  const CONSTRUCTS = "typeof CoverageLayer === 'function' && CoverageLayer.name";
  const WRAPPER = "generateS3Key('f', 'e', '', new Date(0))";

  test('are the constructs and the wrapper, for `require`', () => {
    assert.equal(node(`const { CoverageLayer } = require('cdk-lambda-coverage'); console.log(${CONSTRUCTS})`, 'commonjs'), 'CoverageLayer');
    assert.equal(node(`const { generateS3Key } = require('cdk-lambda-coverage/wrapper'); console.log(${WRAPPER})`, 'commonjs'), '1970/01/01/f-e.coverage');
  });

  test('are the constructs and the wrapper, for `import`', () => {
    assert.equal(node(`import { CoverageLayer } from 'cdk-lambda-coverage'; console.log(${CONSTRUCTS})`, 'module'), 'CoverageLayer');
    assert.equal(node(`import { generateS3Key } from 'cdk-lambda-coverage/wrapper'; console.log(${WRAPPER})`, 'module'), '1970/01/01/f-e.coverage');
  });

  const IMPORT = "import { generateS3Key } from 'cdk-lambda-coverage/wrapper'";
  const REQUIRE = "const { generateS3Key } = require('cdk-lambda-coverage/wrapper')";

  for (const [statement, format] of [[IMPORT, 'esm'], [IMPORT, 'cjs'], [REQUIRE, 'cjs']] as const) {
    test(`are bundled by esbuild: ${statement}, to ${format}`, () => {
      writeFileSync(path.join(folder, 'app.mjs'), `${statement}; console.log(${WRAPPER});`);
      const outfile = path.join(folder, format === 'esm' ? 'bundle.mjs' : 'bundle.cjs');
      const options = ['--bundle', '--platform=node', `--format=${format}`, `--outfile=${outfile}`, '--log-level=warning', '--log-override:empty-import-meta=error'];
      outputOf('esbuild', ['app.mjs', ...options], { cwd: folder });
      assert.equal(outputOf(process.execPath, [outfile]).trim(), '1970/01/01/f-e.coverage');
    });
  }

  for (const [name, options] of Object.entries({
    node16: ['--module', 'node16'],
    bundler: ['--module', 'esnext', '--moduleResolution', 'bundler'],
    node10: ['--module', 'commonjs', '--moduleResolution', 'node10', '--ignoreDeprecations', '6.0'],
  })) {
    test(`have types for TypeScript's ${name}`, () => {
      const consumer = [
        "import { CoverageLayer } from 'cdk-lambda-coverage';", "import { CoverageBucket } from 'cdk-lambda-coverage/lib/coverage-bucket';",
        "import { coverageHandler, generateS3Key } from 'cdk-lambda-coverage/wrapper';",
        "export const key: string = generateS3Key('f', 'e');", 'export const handler: (n: number) => Promise<string> = coverageHandler(async (n: number) => `${n}`);',
        'export type Layer = CoverageLayer | CoverageBucket;',
        '// @ts-expect-error what is found has types', 'export const wrong: number = key;',
      ];
      writeFileSync(path.join(folder, 'consumer.ts'), consumer.join('\n'));
      outputOf('tsc', ['--noEmit', '--strict', '--target', 'es2022', '--skipLibCheck', '--types', 'node', '--typeRoots', path.join(ROOT, 'node_modules', '@types'), ...options, 'consumer.ts'], {
        cwd: folder,
      });
    });
  }
});

describe('size', () => {
  test(`of the layers is at most ${BUDGETS_KB.layer} KB, and ${BUDGETS_KB['Python layer']} KB for Python, zipped; of parts what it was`, () => {
    const assets = packed.below('assets/').map((file) => ({ ...file, path: file.path.replace('assets/', '') }));
    const sizes: Record<string, number> = {
      ...zippedParts(assets),
      'npm package': readFileSync(packed.tarball).length,
      'npm package, unpacked': packed.files.reduce((sum, { content }) => sum + content.length, 0),
    };
    for (const [name, bytes] of Object.entries(sizes)) {
      console.log(`${name.padEnd(22)} ${(bytes / 1024).toFixed(1).padStart(8)} KB`);
    }
    const larger = (limits: Readonly<Record<string, number>>) => Object.entries(limits)
      .filter(([name, kilobytes]) => !(sizes[name]! <= kilobytes * 1024));
    assert.deepEqual(larger(SIZES_KB), [], 'what has grown, with what it was; raise the number where it is worth it');
    assert.deepEqual(larger(BUDGETS_KB), [], 'what is too large, with what it may have');
  });
});

describe('bundles', () => {
  test('are the same bytes when they are made again', () => {
    outputOf('projen', ['bundle'], { cwd: ROOT });
    const again = filesOf(path.join(ROOT, 'assets')).map((file) => ({ path: `assets/${file.path}`, content: file.content }));
    const differs = packed.below('assets/').filter((file) => !again.some((other) => other.path === file.path && other.content.equals(file.content)));
    assert.deepEqual(differs.map((file) => file.path), []);
    assert.equal(again.length, packed.below('assets/').length);
  });

  // parts of the combiner are for the command line only
  for (const [part, bundled] of Object.entries({ wrapper: [LAYER], combiner: ['assets/combiner', 'assets/cli'], cli: ['assets/cli'] })) {
    test(`come with the licences of all that src/${part} imports`, () => {
      const licensed = bundled.flatMap((folder) => licensedPackages(packed.text(`${folder}/${LICENSES}`)).map(({ name }) => name));
      assert.deepEqual(importedPackages(path.join(ROOT, 'src', part)).filter((name) => !licensed.includes(name)), []);
      console.log(`src/${part}: ${licensed.length} packages`);
    });
  }

  test('come with the text of each licence', () => {
    // Apache-2.0 asks for a copy of itself, which the others' are; some packages of the AWS SDK have no file with it.
    const textless = licensedPackages(packed.text(`assets/${LICENSES}`)).filter(({ license, text }) => text.length < 200 && license !== 'Apache-2.0');
    assert.deepEqual(textless.map(({ name }) => name), []);
  });
});

function inlineSourceMaps(text: string): string[] {
  return [...text.matchAll(/sourceMappingURL=data:[^,]*;base64,([\w+/=]+)/g)].map(([, map]) => Buffer.from(map!, 'base64').toString('latin1'));
}
