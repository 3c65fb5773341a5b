import { Annotations, type aws_lambda as lambda } from 'aws-cdk-lib';

const COMPILE_CACHE = 'NODE_COMPILE_CACHE';
export const NO_COMPILE_CACHE = 'NODE_DISABLE_COMPILE_CACHE';
const WARNING = 'cdk-lambda-coverage:compileCache';

/**
 * Switches off Node.js's compile cache, also where the code enables it by `module.enableCompileCache()`: by Node.js's own
 * documentation, coverage of functions that come from it is less precise. A user who has decided about it has the last word.
 *
 * @param variables names in the function's environment, as they are before
 */
export function switchOffCompileCache(fn: lambda.Function, variables: readonly string[]): void {
  if (variables.includes(NO_COMPILE_CACHE)) {
    return;
  }
  fn.addEnvironment(NO_COMPILE_CACHE, '1');
  if (variables.includes(COMPILE_CACHE)) {
    Annotations.of(fn).addWarningV2(
      WARNING,
      `its environment sets ${COMPILE_CACHE}; the cache is switched off by ${NO_COMPILE_CACHE} while coverage is attached, since code from it has no exact coverage, `
      + `and cold starts take longer; if that is fine: Annotations.of(fn).acknowledgeWarning('${WARNING}')`,
    );
  }
}
