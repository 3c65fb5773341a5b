import { join } from 'node:path';
import { generateDtsBundle } from 'dts-bundle-generator';

/** As tsconfig.dev.json, but with the types of Node.js only: reading those of all packages takes several times as long. */
const TSCONFIG = join(__dirname, 'api-types.tsconfig.json');
/** What `await using` needs; references of this kind are not among the declarations that the bundler follows. */
const LIBRARY = '/// <reference lib="esnext.disposable" />\n';

/** The declarations of what a module exports, in one file that imports nothing of this project. */
export function bundledTypes(module: string): string {
  const entry = { filePath: module, output: { noBanner: true, exportReferencedTypes: false } };
  const [declarations] = generateDtsBundle([entry], { preferredConfigPath: TSCONFIG });
  return LIBRARY + declarations;
}
