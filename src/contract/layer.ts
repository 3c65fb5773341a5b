/** What synth time and the layers agree on: where in each the wrapper's handler is. */

/** The `Handler` of a function in Node.js that coverage is attached to; the function's own is in `COVERAGE_HANDLER`. */
export const WRAPPER_HANDLER = '/opt/nodejs/node_modules/coverage-wrapper/bootstrap.handler';

/** The same of a function in Python. The module's name makes Lambda's runtime leave its frames out of stack traces. */
export const PYTHON_WRAPPER_HANDLER = 'coverage_wrapper.bootstrap.handler';
