import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Attachment } from './attach';
import { NODE } from './languages';
import { codeFolder } from './synth-checks';
import { warn } from './warnings';

const NO_SOURCE_MAP = 'cdk-lambda-coverage:noSourceMap';
const MINIFIED = 'cdk-lambda-coverage:minified';
/** What bundlers begin their files with. */
const BUNDLE = /\bvar __(?:defProp|create|getOwnPropNames|getProtoOf|commonJS) ?= ?|__webpack_require__|\b__toCommonJS\b/;
/** Characters of a line, on average, that nobody writes. */
const MINIFIED_LINE = 300;

/** Warns where a bundle has no source map, so that the report can tell of nothing but the bundle. Has to be called before the code is replaced. */
export function warnOfMissingSourceMap({ target, language, handler }: Attachment): void {
  const file = language === NODE ? handlerFile(codeFolder(target), handler) : undefined;
  if (file === undefined) {
    return;
  }
  const text = readFileSync(file, 'utf8');
  if (text.includes('sourceMappingURL=')) {
    return;
  }
  const name = path.basename(file);
  if (text.length > 1000 && text.length / text.split('\n').length > MINIFIED_LINE) {
    warn(target.construct, MINIFIED, `its file ${name} is minified and has no source map, so the report tells of minified code; let your bundler write a source map (NodejsFunction: bundling: { sourceMap: true })`);
  } else if (BUNDLE.test(text.slice(0, 20_000))) {
    warn(target.construct, NO_SOURCE_MAP, `its file ${name} is a bundle without a source map, so the report tells of the bundle and not of its sources; let your bundler write a source map (NodejsFunction: bundling: { sourceMap: true })`);
  }
}

function handlerFile(folder: string | undefined, handler: string): string | undefined {
  const module = /^(.+?)\.[^./]+$/.exec(handler)?.[1];
  if (folder === undefined || module === undefined || path.isAbsolute(module)) {
    return undefined;
  }
  return ['.js', '.mjs', '.cjs'].map((extension) => path.join(folder, module + extension)).find((file) => existsSync(file));
}
