import { Token, aws_lambda as lambda } from 'aws-cdk-lib';
import { PYTHON_WRAPPER_HANDLER, WRAPPER_HANDLER } from '../contract/layer';
import type { AttachableFunction, Refuse } from './functions/attachable-function';
import { warn } from './warnings';

/** What coverage of functions in one language needs. */
export interface Language {
  /** The logical id of its layer version, in each stack that has functions with coverage. */
  readonly layerId: string;
  /** The asset that becomes the layer. */
  readonly layer: 'layer' | 'python-layer';
  /** CDK's name of its runtimes. */
  readonly family: lambda.RuntimeFamily;
  /** Identifiers of the runtimes that the wrapper runs on, the newest last. */
  readonly runtimes: readonly string[];
  /** The handler that a function gets. */
  readonly handler: string;
}

export const NODE: Language = {
  layerId: 'CoverageNodeLayer',
  layer: 'layer',
  family: lambda.RuntimeFamily.NODEJS,
  runtimes: ['nodejs18.x', 'nodejs20.x', 'nodejs22.x', 'nodejs24.x'],
  handler: WRAPPER_HANDLER,
};

export const PYTHON: Language = {
  layerId: 'CoveragePythonLayer',
  layer: 'python-layer',
  family: lambda.RuntimeFamily.PYTHON,
  runtimes: ['python3.8', 'python3.9', 'python3.10', 'python3.11', 'python3.12', 'python3.13', 'python3.14'],
  handler: PYTHON_WRAPPER_HANDLER,
};

const LANGUAGES: readonly Language[] = [NODE, PYTHON];
const RUNTIME = /^([a-z]+)(\d+)\.(\d+|x)$/;
const NEW_RUNTIME = 'cdk-lambda-coverage:newRuntime';

/**
 * The language that a function's runtime is of. A runtime that is newer than those which were there when this release was made is taken.
 *
 * @throws Error where it is not supported, or not known
 */
export function languageOf(target: AttachableFunction, refuse: Refuse): Language {
  const supported = `supported are ${LANGUAGES.flatMap(({ runtimes }) => runtimes).join(', ')}`;
  const { runtime } = target;
  if (Token.isUnresolved(runtime)) {
    const latest = LANGUAGES.find(({ family }) => family === target.latestOf);
    if (latest) {
      return latest;
    }
    throw refuse(`its runtime is a token, whose value is not known before deployment; give a literal one (${supported})`);
  }
  if (runtime === undefined) {
    throw refuse(`it has no runtime; set its 'runtime', since the Globals of a SAM template are not read (${supported})`);
  }
  const known = LANGUAGES.find(({ runtimes }) => runtimes.includes(runtime));
  if (known) {
    return known;
  }
  const newer = LANGUAGES.find(({ runtimes }) => isNewer(runtime, runtimes.at(-1)!));
  if (!newer) {
    throw refuse(`runtime '${runtime}' is not supported (${supported}); set its 'runtime' to one of these, or do not attach`);
  }
  return newer;
}

/** Warns where the runtime is newer than this release. */
export function warnOfNewRuntime({ construct, runtime }: AttachableFunction, { runtimes }: Language): void {
  if (!Token.isUnresolved(runtime) && !runtimes.includes(runtime!)) {
    warn(construct, NEW_RUNTIME, `runtime '${runtime}' is newer than this release of cdk-lambda-coverage, which knows ${runtimes.at(-1)} at most; see whether there is a later release`);
  }
}

function isNewer(runtime: string, than: string): boolean {
  const [, name, major, minor] = RUNTIME.exec(runtime) ?? [];
  const [, otherName, otherMajor, otherMinor] = RUNTIME.exec(than)!;
  return name === otherName && (Number(major) > Number(otherMajor) || (major === otherMajor && Number(minor) > Number(otherMinor)));
}
