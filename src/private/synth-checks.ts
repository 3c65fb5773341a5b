import { existsSync, readdirSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { Stack, Stage } from 'aws-cdk-lib';
import { bundledAsset } from './bundled-asset';
import { codeAsset } from './code-asset';
import { errorAt } from './errors';
import type { AttachableFunction } from './functions/attachable-function';
import { PYTHON, type Language } from './languages';
import { LAYERS_FOLDER, PYTHON_PATH } from './python-path';
import { warn } from './warnings';

const HANDLER = 'cdk-lambda-coverage:handler';
/** Lambda's own limits, in bytes: of a function's variables together, and of its code with all layers, unpacked. */
const MAX_ENVIRONMENT = 4096;
const MAX_UNPACKED = 250 * 1024 * 1024;

/** Checks, when the app is synthesized, what others may still have changed after coverage was attached. */
export function checkWhenSynthesized(target: AttachableFunction, language: Language): void {
  target.construct.node.addValidation({
    validate: () => {
      warnOfOtherHandler(target, language);
      return [environmentProblem(target), sizeProblem(target, language), pathProblem(target, language)].filter((problem) => problem !== undefined);
    },
  });
}

/** Another tool that redirects the handler later keeps ours in a variable, as we keep the user's; else coverage is not started. */
function warnOfOtherHandler(target: AttachableFunction, { handler }: Language): void {
  const { construct } = target;
  const now: unknown = Stack.of(construct).resolve(target.handler);
  if (now !== handler && !Object.values(resolvedVariables(target)).includes(handler)) {
    warn(construct, HANDLER, `its handler was set to ${JSON.stringify(now)} after coverage was attached, which had set it to '${handler}', so there is no coverage of it; attach coverage afterwards`);
  }
}

function environmentProblem(target: AttachableFunction): string | undefined {
  const variables = Object.entries(resolvedVariables(target));
  const bytes = (entries: typeof variables) =>
    entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + (typeof value === 'string' ? Buffer.byteLength(value) : 0), 0);
  const total = bytes(variables);
  if (total <= MAX_ENVIRONMENT) {
    return undefined;
  }
  const ours = bytes(variables.filter(([name]) => name.startsWith('COVERAGE_')));
  return errorAt(
    target.construct,
    `its environment variables have ${total} bytes, ${ours} of them for coverage, and Lambda allows ${MAX_ENVIRONMENT}; shorten its own, or the patterns of CoverageLayer`,
  ).message;
}

/** A function whose `PYTHONPATH` was set later would not find the layer, and fail. */
function pathProblem(target: AttachableFunction, language: Language): string | undefined {
  const set = language === PYTHON ? resolvedVariables(target)[PYTHON_PATH] : undefined;
  if (typeof set !== 'string' || set.split(':').includes(LAYERS_FOLDER)) {
    return undefined;
  }
  const reason = `its ${PYTHON_PATH} was set to '${set}' after coverage was attached, without ${LAYERS_FOLDER}, so it could not load the layer`;
  return errorAt(target.construct, `${reason}; set it before, or add ':${LAYERS_FOLDER}'`).message;
}

function resolvedVariables({ construct, resource }: AttachableFunction): Record<string, unknown> {
  const { environment } = resource as unknown as { environment?: unknown };
  const resolved = Stack.of(construct).resolve(environment) as { variables?: unknown } | undefined;
  return (resolved?.variables ?? {}) as Record<string, unknown>;
}

function sizeProblem(target: AttachableFunction, { layer }: Language): string | undefined {
  const folder = codeFolder(target);
  if (folder === undefined) {
    return undefined;
  }
  const [code, ours] = [folderSize(folder), folderSize(bundledAsset(layer))];
  return code + ours <= MAX_UNPACKED
    ? undefined
    : errorAt(target.construct, `its code has ${megabytes(code)} MB and the layer of coverage ${megabytes(ours)} MB, and Lambda allows 250 MB; make the code smaller, or do not attach`).message;
}

/** Where a function's code is on this machine, as it will be unpacked; nothing where it is packed already, or not here. */
export function codeFolder(target: AttachableFunction): string | undefined {
  try {
    const asset = codeAsset(target);
    const folder = path.resolve(Stage.of(asset)!.outdir, asset.assetPath);
    return existsSync(folder) && statSync(folder).isDirectory() ? folder : undefined;
  } catch {
    return undefined;
  }
}

const sizes = new Map<string, number>();

function folderSize(folder: string): number {
  let size = sizes.get(folder);
  if (size === undefined) {
    size = readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, { parentPath, name }) => sum + statSync(path.join(parentPath, name)).size, 0);
    sizes.set(folder, size);
  }
  return size;
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
