/** What synth time and the layer agree on: where in the layer the wrapper's handler is. */

/** The `Handler` of a function that coverage is attached to; the function's own is in `COVERAGE_HANDLER`. */
export const WRAPPER_HANDLER = '/opt/nodejs/node_modules/coverage-wrapper/bootstrap.handler';
