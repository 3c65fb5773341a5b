/** Bundles what runs in Lambda and on the command line into `assets/`. Same input, same bytes. */
import { chmodSync, cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, type BuildOptions, type Metafile } from 'esbuild';
import { thirdPartyLicenses } from './third-party-licenses';

const root = dirname(__dirname);
const assets = join(root, 'assets');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const LAYER_PACKAGE = join(assets, 'layer', 'nodejs', 'node_modules', 'coverage-wrapper');

/** An ES module has no `require`; what is bundled into one may need it for Node's own modules. */
const REQUIRE_IN_MODULE = "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);";

const LICENSES = 'THIRD-PARTY-LICENSES.txt';
const COMMON: BuildOptions = {
  bundle: true,
  platform: 'node',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  absWorkingDir: root,
  alias: { '@babel/core': join(root, 'src/combiner/convert/babel-core.ts') },
};

const BUNDLES: Record<string, BuildOptions> = {
  layer: {
    entryPoints: [join(root, 'src/wrapper/node/bootstrap.mts')],
    outfile: join(LAYER_PACKAGE, 'bootstrap.mjs'),
    format: 'esm',
    target: 'node18',
    banner: { js: REQUIRE_IN_MODULE },
    define: { LAYER_VERSION: JSON.stringify(version) },
  },
  combiner: {
    entryPoints: [join(root, 'src/combiner/lambda.ts')],
    outfile: join(assets, 'combiner', 'index.js'),
    target: 'node20',
  },
  cli: {
    entryPoints: [join(root, 'src/cli/lambda-coverage.ts')],
    outfile: join(assets, 'cli', 'lambda-coverage.js'),
    target: 'node20',
    banner: { js: '#!/usr/bin/env node' },
    define: { PACKAGE_VERSION: JSON.stringify(version) },
  },
};

async function main(): Promise<void> {
  rmSync(assets, { recursive: true, force: true });
  const metafiles: Metafile[] = [];
  for (const [name, options] of Object.entries(BUNDLES)) {
    const { metafile } = await build({ ...options, ...COMMON, metafile: true });
    metafiles.push(metafile);
    writeFileSync(join(dirname(options.outfile!), LICENSES), thirdPartyLicenses(root, [metafile]));
    console.log(`${name.padEnd(9)} ${(statSync(options.outfile!).size / 1024).toFixed(0).padStart(6)} KB`);
  }
  writeFileSync(join(LAYER_PACKAGE, 'package.json'), `${JSON.stringify({ name: 'coverage-wrapper', version }, undefined, 2)}\n`);
  const htmlAssets = dirname(require.resolve('istanbul-reports/lib/html'));
  for (const bundle of ['combiner', 'cli']) {
    cpSync(join(htmlAssets, 'assets'), join(assets, bundle, 'assets'), { recursive: true });
  }
  // npm makes the files of `bin` executable when it installs them, pip does not
  chmodSync(BUNDLES.cli!.outfile!, 0o755);
  writeFileSync(join(assets, LICENSES), thirdPartyLicenses(root, metafiles));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
