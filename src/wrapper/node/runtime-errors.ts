/**
 * The errors that the runtime reports when a function cannot be loaded, under the same names, so that init fails exactly as
 * without the wrapper. Mirrors `Errors.js` of aws-lambda-ric 3.3.0 and `dist/utils/errors` of 4.0.2.
 */
class RuntimeError extends Error {
  public constructor(kind: string, message: string) {
    super(message);
    this.name = `Runtime.${kind}`;
  }
}

export class HandlerNotFound extends RuntimeError {
  public constructor(message: string) {
    super('HandlerNotFound', message);
  }
}

export class MalformedHandlerName extends RuntimeError {
  public constructor(message: string) {
    super('MalformedHandlerName', message);
  }
}
