/** Bundles what runs in Lambda and on the command line into `assets/`. Same input, same bytes. */
import { chmodSync, cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, type BuildOptions, type Metafile } from 'esbuild';
import { bundledTypes } from './api-types';
import { builtinModules, LOAD_BUILTIN } from './builtin-modules';
import { buildPythonLayer, PYTHON_LICENSES } from './python-layer/python-layer';
import { thirdPartyLicenses } from './third-party-licenses';

const root = dirname(__dirname);
const published = join(root, 'assets');
/** Takes the place of the published folder at the end: what is being tested or demonstrated meanwhile finds a whole one. */
const assets = join(root, 'node_modules', '.cache', 'assets');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const LAYER_PACKAGE = join(assets, 'layer', 'nodejs', 'node_modules', 'coverage-wrapper');

/** An ES module has no `require`. Users bundle this one, also into CommonJS, where `import.meta` is empty: it needs Node's own modules only. */
const REQUIRE_BUILTINS = "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire('/');";

const COMBINER_API = 'src/combiner/api/index.ts';
/** What `cdk-lambda-coverage/combiner` is; see projenrc/packaging.ts. Nobody bundles it: the ES module shows what the CommonJS module exports. */
const COMBINER_API_FOLDER = join(assets, 'combiner-api');

const API = 'src/wrapper/node/api/index.ts';
/** What `cdk-lambda-coverage/wrapper` is; see projenrc/packaging.ts. */
const API_FOLDER = join(assets, 'wrapper');
const API_MANIFEST = {
  name: 'coverage-wrapper',
  version,
  main: './index.js',
  types: './index.d.ts',
  exports: {
    '.': {
      import: { types: './index.d.mts', default: './index.mjs' },
      default: { types: './index.d.ts', default: './index.js' },
    },
    './package.json': './package.json',
  },
};

const LICENSES = 'THIRD-PARTY-LICENSES.txt';
const COMMON: BuildOptions = {
  bundle: true,
  platform: 'node',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  absWorkingDir: root,
  alias: { '@babel/core': join(root, 'src/conversion/babel-core.ts') },
};

/** Beside what may ask it about Python files. */
const PYTHON_LAYER = JSON.stringify('../python-layer');

const BUNDLES: Record<string, BuildOptions> = {
  'layer': {
    entryPoints: [join(root, 'src/wrapper/node/bootstrap.mts')],
    outdir: LAYER_PACKAGE,
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    target: 'node18',
    // what is imported when it is needed is no burden at the start
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    banner: { js: LOAD_BUILTIN },
    plugins: [builtinModules],
    define: { LAYER_VERSION: JSON.stringify(version) },
  },
  'combiner': {
    entryPoints: {
      index: join(root, 'src/combiner/lambda/handler.ts'),
      // apart, since a thousand of them start at once and need little of the rest
      ...Object.fromEntries(['plan', 'merge', 'start'].map((name) => [name, join(root, `src/combiner/lambda/${name}.ts`)])),
    },
    outdir: join(assets, 'combiner'),
    target: 'node20',
  },
  'instrumenter': {
    entryPoints: [join(root, 'src/instrumenter/instrument-folder.ts')],
    outfile: join(assets, 'instrumenter', 'index.js'),
    target: 'node20',
  },
  'combiner API': {
    entryPoints: [join(root, COMBINER_API)],
    outfile: join(COMBINER_API_FOLDER, 'index.js'),
    target: 'node20',
    define: { PYTHON_LAYER },
  },
  'cli': {
    entryPoints: [join(root, 'src/cli/lambda-coverage.ts')],
    outfile: join(assets, 'cli', 'lambda-coverage.js'),
    target: 'node20',
    // only a configuration in TypeScript needs it, and that is the user's own
    external: ['typescript'],
    banner: { js: '#!/usr/bin/env node' },
    define: { PACKAGE_VERSION: JSON.stringify(version), PYTHON_LAYER },
  },
};

/** The API twice: bundlers take a CommonJS module into an ES module, too, but there its `require` of Node's own modules fails. */
async function apiBundles(): Promise<Record<string, BuildOptions>> {
  const common: BuildOptions = { entryPoints: [join(root, API)], target: 'node18' };
  const { metafile } = await build({ ...common, ...COMMON, outdir: API_FOLDER, write: false, metafile: true });
  const define = { LAYER_VERSION: JSON.stringify(version), BUNDLED_PACKAGES: JSON.stringify(packagesIn(metafile)) };
  return {
    'wrapper, CommonJS': { ...common, define, outfile: join(API_FOLDER, 'index.js') },
    'wrapper, ES module': { ...common, define, outfile: join(API_FOLDER, 'index.mjs'), format: 'esm', banner: { js: REQUIRE_BUILTINS } },
  };
}

/** Versions of the packages in a bundle, by their names. */
function packagesIn({ inputs }: Metafile): Record<string, string> {
  const folders = Object.keys(inputs).map((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]).filter((folder) => folder !== undefined);
  return Object.fromEntries([...new Set(folders)].sort().map((folder) => {
    const { name, version: packageVersion } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { name: string; version: string };
    return [name, packageVersion];
  }));
}

function writeApiTypes(): void {
  for (const [folder, module] of [[API_FOLDER, API], [COMBINER_API_FOLDER, COMBINER_API]] as const) {
    writeFileSync(join(folder, 'index.d.ts'), bundledTypes(join(root, module)));
    // one declaration of each class, so that both ways of importing give the same types
    writeFileSync(join(folder, 'index.d.mts'), "export * from './index.js';\n");
  }
  writeFileSync(join(COMBINER_API_FOLDER, 'index.mjs'), "export * from './index.js';\n");
}

/** Nobody bundles what is in a layer: there the ES module shows what the CommonJS module exports. */
function addApiToLayer(): void {
  for (const file of ['index.js', 'index.d.ts', 'index.d.mts']) {
    cpSync(join(API_FOLDER, file), join(LAYER_PACKAGE, file));
  }
  writeFileSync(join(LAYER_PACKAGE, 'index.mjs'), "export * from './index.js';\n");
  writeFileSync(join(LAYER_PACKAGE, 'package.json'), `${JSON.stringify(API_MANIFEST, undefined, 2)}\n`);
}

/** The page of the report in one file, with its style and its script in it; the data comes when a report is written. */
async function reportPage(): Promise<string> {
  const folder = join(root, 'src/combiner/report/single-file/page');
  const browser: BuildOptions = { bundle: true, minify: true, write: false, target: ['chrome100', 'firefox115', 'safari16.4'], legalComments: 'none', logLevel: 'warning' };
  const text = async (entry: string) => (await build({ ...browser, entryPoints: [join(folder, entry)] })).outputFiles![0]!.text.trim();
  const [style, script] = await Promise.all([text('page.css'), text('page.ts')]);
  if (/<\/script|<!--/i.test(script)) {
    throw new Error('the script of the report page would end within itself');
  }
  return readFileSync(join(folder, 'page.html'), 'utf8').replace('__REPORT_STYLE__', () => style).replace('__REPORT_SCRIPT__', () => script);
}

async function main(): Promise<void> {
  const bundles = { ...BUNDLES, ...await apiBundles() };
  rmSync(assets, { recursive: true, force: true });
  const metafiles = new Map<string, Metafile[]>();
  for (const [name, options] of Object.entries(bundles)) {
    const { metafile } = await build({ ...options, ...COMMON, metafile: true });
    const folder = options.outdir ?? dirname(options.outfile!);
    metafiles.set(folder, [...metafiles.get(folder) ?? [], metafile]);
    const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
    console.log(`${name.padEnd(18)} ${(bytes / 1024).toFixed(0).padStart(6)} KB`);
  }
  const pythonLayer = join(assets, 'python-layer');
  const ofPython = buildPythonLayer(root, pythonLayer, version) ? [readFileSync(join(pythonLayer, PYTHON_LICENSES), 'utf8')] : [];
  for (const [folder, found] of metafiles) {
    writeFileSync(join(folder, LICENSES), thirdPartyLicenses(root, found));
  }
  const all = thirdPartyLicenses(root, [...metafiles.values()].flat());
  writeFileSync(join(assets, LICENSES), [all, ...ofPython].join(`\n${'-'.repeat(80)}\n\n`));
  writeApiTypes();
  addApiToLayer();
  const page = await reportPage();
  const htmlAssets = dirname(require.resolve('istanbul-reports/lib/html'));
  for (const bundle of ['combiner', 'cli']) {
    cpSync(join(htmlAssets, 'assets'), join(assets, bundle, 'assets'), { recursive: true });
    writeFileSync(join(assets, bundle, 'assets', 'report-page.html'), page);
  }
  // npm makes the files of `bin` executable when it installs them, pip does not
  chmodSync(BUNDLES.cli!.outfile!, 0o755);
  rmSync(published, { recursive: true, force: true });
  renameSync(assets, published);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
