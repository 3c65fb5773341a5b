/**
 * The errors that the runtime reports when a function cannot be loaded, under the same names, so that init fails exactly as
 * without the wrapper. Mirrors `Errors.js` of aws-lambda-ric 3.3.0 and `dist/utils/errors` of 4.0.2.
 */
export type RuntimeErrorKind = 'HandlerNotFound' | 'MalformedHandlerName';

/** @param ownName whether the name is the error's own property, so that logs show it (4.0.2), or its prototype's (3.3.0) */
export function runtimeError(kind: RuntimeErrorKind, message: string, ownName: boolean): Error {
  const name = `Runtime.${kind}`;
  if (ownName) {
    return Object.assign(new Error(message), { name });
  }
  class RuntimeError extends Error {}
  RuntimeError.prototype.name = name;
  return new RuntimeError(message);
}
