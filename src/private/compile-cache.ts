import type { AttachableFunction } from './functions/attachable-function';
import { warn } from './warnings';

const COMPILE_CACHE = 'NODE_COMPILE_CACHE';
export const NO_COMPILE_CACHE = 'NODE_DISABLE_COMPILE_CACHE';
const WARNING = 'cdk-lambda-coverage:compileCache';

/**
 * Switches off Node.js's compile cache, also where the code enables it by `module.enableCompileCache()`: by Node.js's own
 * documentation, coverage of functions that come from it is less precise. A user who has decided about it has the last word.
 *
 * @param variables the function's environment, as it is before
 */
export function switchOffCompileCache(target: AttachableFunction, variables: Readonly<Record<string, string>>): void {
  if (NO_COMPILE_CACHE in variables) {
    return;
  }
  target.setVariable(NO_COMPILE_CACHE, '1');
  if (COMPILE_CACHE in variables) {
    warn(
      target.construct,
      WARNING,
      `its environment sets ${COMPILE_CACHE}; the cache is switched off by ${NO_COMPILE_CACHE} while coverage is attached, since code from it has no exact coverage, `
      + 'and cold starts take longer',
    );
  }
}
