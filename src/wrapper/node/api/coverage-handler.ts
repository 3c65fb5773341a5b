import { ownCollection } from './own-collection';
import { readSettings } from './process-settings';
import { badInput } from '../../../contract/bad-input';

/**
 * A handler with coverage of its invocations. It is of the same kind as the handler that is given: async, with a callback, or
 * streaming; with the same number of parameters; and with the same answers and errors.
 *
 * Where the function is attached with `CoverageLayer.attachTo`, the layer does this for the function as a whole, and the handler is
 * given back as it is: nothing is collected twice. Without that, coverage of this process starts with this call: what ran before is not
 * counted. Coverage that cannot be started is logged, and the handler is given back as it is.
 *
 * Mirrors `coverage_handler` of the reference.
 *
 * @throws CoverageError if it is not a function
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever the user exports
export function coverageHandler<H extends (...args: any[]) => unknown>(handler: H): H {
  if (typeof handler !== 'function') {
    throw badInput('handler', handler, 'is not a function; pass the function that Lambda calls, as in coverageHandler(async (event) => …)');
  }
  const { settings, log } = readSettings();
  if (settings.handler !== undefined) {
    return handler;
  }
  try {
    return (ownCollection()?.around(handler) ?? handler) as H;
  } catch (error) {
    log.error('CoverageInitializationError', (error as Error).message, {});
    return handler;
  }
}
