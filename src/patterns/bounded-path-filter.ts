import { createContext, Script, type Context } from 'node:vm';
import { pathFilter } from './path-filter';

/** The patterns of one script may take so long in all, in milliseconds; */
const MOST_TIME = 1_000;
/** after so many that took longer, */
const MOST_TIMEOUTS = 10;
/** those of others so long. */
const LITTLE_TIME = 50;
/** Patterns with so few wildcards and paths that short take no time worth watching. */
const FEW_WILDCARDS = 3;
const SHORT = 256;

const CALL = new Script('call()');
let timeouts = 0;

/**
 * The same as {@link pathFilter} for patterns and paths that come from the bucket, where whoever may add coverage may have written them: there
 * are patterns that take longer than anybody waits.
 *
 * The filter throws an Error with the patterns if they take longer than a second in all.
 */
export function boundedPathFilter(include: readonly string[], exclude: readonly string[]): (path: string) => boolean {
  const filter = pathFilter(include, exclude);
  const isSimple = [...include, ...exclude].every((pattern) => !pattern.includes('(') && (pattern.match(/\*+/g) ?? []).length <= FEW_WILDCARDS);
  const sandbox = { call: () => true };
  let context: Context | undefined;
  let left = timeouts < MOST_TIMEOUTS ? MOST_TIME : LITTLE_TIME;
  return (path) => {
    if (isSimple && path.length <= SHORT) {
      return filter(path);
    }
    const start = performance.now();
    try {
      sandbox.call = () => filter(path);
      return CALL.runInContext(context ??= createContext(sandbox), { timeout: Math.max(1, Math.ceil(left)) }) as boolean;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
        timeouts++;
        throw new Error(`its patterns take too long: ${JSON.stringify([...include, ...exclude]).slice(0, 200)}; wildcards within repeated groups do`);
      }
      throw error;
    } finally {
      left -= performance.now() - start;
    }
  };
}
