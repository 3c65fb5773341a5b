import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import ts from 'typescript';

/** What packages that are CommonJS need of an ES module that they are bundled into. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** Makes a script out of a source file in a folder; gives back the script's file, or nothing where this way is not for the source. */
type Builder = (source: string, folder: string) => Promise<string | undefined>;

/** The build of a source that is deployed as it was written. */
export const AS_IT_IS = 'as it is';

/** The ways in which users bring their code to Lambda. Those that make CommonJS have it in their name. */
export const BUILDS: Record<string, Builder> = {
  [AS_IT_IS]: asItIs,
  'CommonJS': esbuild({ format: 'cjs' }),
  'ES module': esbuild({ format: 'esm' }),
  'CommonJS, minified': esbuild({ format: 'cjs', minify: true }),
  'ES module, minified': esbuild({ format: 'esm', minify: true }),
  'CommonJS, minified, names kept': esbuild({ format: 'cjs', minify: true, keepNames: true }),
  'CommonJS, inline map, for Node.js 20': esbuild({ format: 'cjs', sourcemap: 'inline', target: 'node20' }),
  'ES module, minified, sourcesContent left out': esbuild({ format: 'esm', minify: true, sourcesContent: false }),
  'CommonJS for ES2018': esbuild({ format: 'cjs', target: 'es2018' }),
  'CommonJS, not bundled': esbuild({ format: 'cjs', bundle: false }),
  'CommonJS by the TypeScript compiler': typescript,
};

/** Those that do not bring what the source imports. */
export const ONE_FILE: ReadonlySet<string> = new Set([AS_IT_IS, 'CommonJS, not bundled', 'CommonJS by the TypeScript compiler']);

async function asItIs(source: string, folder: string): Promise<string | undefined> {
  if (source.endsWith('.ts')) {
    return undefined;
  }
  const file = join(folder, 'main.mjs');
  writeFileSync(file, readFileSync(source));
  return file;
}

/** What copies of packages import stays where it is, and so is vendored. */
const nodePaths = [join(__dirname, '..', '..', 'node_modules')];

function esbuild(options: BuildOptions): Builder {
  return async (source, folder) => {
    const outfile = join(folder, options.format === 'esm' ? 'main.mjs' : 'main.cjs');
    const banner: Record<string, string> = options.format === 'esm' ? { js: REQUIRE } : {};
    await build({ entryPoints: [source], outfile, banner, bundle: true, platform: 'node', target: 'node22', sourcemap: true, logLevel: 'error', nodePaths, ...options });
    return outfile;
  };
}

async function typescript(source: string, folder: string): Promise<string> {
  const name = basename(source);
  const { outputText, sourceMapText } = ts.transpileModule(readFileSync(source, 'utf8'), {
    fileName: name,
    compilerOptions: {
      module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, sourceMap: true, inlineSources: true, allowJs: true,
    },
  });
  const file = join(folder, 'main.cjs');
  writeFileSync(file, outputText.replace(/^(\/\/# sourceMappingURL=).*$/m, '$1main.cjs.map'));
  writeFileSync(`${file}.map`, JSON.stringify({ ...JSON.parse(sourceMapText!) as object, sources: [relative(folder, source)] }));
  return file;
}
