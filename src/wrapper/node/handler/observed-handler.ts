import { Invocation, type Callback, type Context, type Observer, type Stream } from './invocation';
import type { Handler } from './loader';

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const ANSWERING_METHODS = ['succeed', 'fail', 'done'] as const;

/**
 * Wraps the user's handler in a function of the same kind that tells when each invocation has its answer.
 *
 * @param begin called before the handler, for each invocation
 */
export function observed(handler: Handler, begin: (context: Context | undefined) => Observer): Handler {
  const streaming = Boolean((handler as unknown as Record<symbol, unknown>)[STREAMING]);
  const pending = new Set<Invocation>();
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    const [, second, third] = args;
    const callback = !streaming && typeof third === 'function' ? third as Callback : undefined;
    const given = streaming ? third : second;
    const context = typeof given === 'object' && given !== null ? given as Context : undefined;
    const invocation = new Invocation(begin(context), { context, callback, stream: streaming ? second as Stream : undefined }, () => {
      pending.delete(invocation);
    });
    pending.add(invocation);
    if (callback) {
      args[2] = invocation.callback(callback);
    }
    if (context && !streaming) {
      replaceAnsweringMethods(context, invocation);
    }
    try {
      return invocation.returned(Reflect.apply(handler, this, args));
    } catch (error) {
      return invocation.thrown(error);
    }
  };
  process.on('beforeExit', () => pending.forEach((invocation) => invocation.loopIsEmpty()));
  // The runtime looks at both: Node.js 24 refuses handlers of three parameters, and the symbols mark streaming handlers.
  Object.defineProperty(wrapped, 'length', { value: handler.length, configurable: true });
  for (const symbol of Object.getOwnPropertySymbols(handler)) {
    Object.defineProperty(wrapped, symbol, Object.getOwnPropertyDescriptor(handler, symbol)!);
  }
  return wrapped;
}

/** `context.succeed`, `fail` and `done` answer at once, whatever the handler returns; the runtime of Node.js 24 has none. */
function replaceAnsweringMethods(context: Context, invocation: Invocation): void {
  const methods = context as Record<string, unknown>;
  for (const name of ANSWERING_METHODS) {
    const method = methods[name];
    if (typeof method === 'function') {
      const answering = (...args: unknown[]) => invocation.answer(() => Reflect.apply(method, context, args), true);
      Reflect.set(methods, name, answering); // throws for no context, also not for a frozen one
    }
  }
}
