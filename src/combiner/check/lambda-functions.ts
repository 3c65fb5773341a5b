import picomatch from 'picomatch';
import type { Limits } from './thresholds';

/**
 * Which limits hold for which Lambda function.
 *
 * @param limits by names of functions, or globs of them
 * @throws Error if a glob matches none
 */
export function matchingFunctions(limits: Readonly<Record<string, Limits>>, lambdaFunctions: readonly string[]): Map<string, Limits[]> {
  const wanted = new Map<string, Limits[]>();
  for (const [glob, ofGlob] of Object.entries(limits)) {
    const isOfGlob = picomatch(glob);
    const matching = lambdaFunctions.filter((name) => isOfGlob(name));
    if (matching.length === 0) {
      throw new Error(`no Lambda function with coverage matches '${glob}', which has a threshold; there are ${lambdaFunctions.join(', ') || 'none'}`);
    }
    matching.forEach((name) => wanted.set(name, [...wanted.get(name) ?? [], ofGlob]));
  }
  return wanted;
}
