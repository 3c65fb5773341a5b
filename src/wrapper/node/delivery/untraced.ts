/** The API of OpenTelemetry, as far as it is used here; every copy of it in a process finds the others by this name. */
interface OpenTelemetryApi {
  readonly context?: { active(): { setValue(key: symbol, value: unknown): unknown }; with<T>(context: unknown, run: () => T): T };
}

const OPEN_TELEMETRY = Symbol.for('opentelemetry.js.api.1');
/** What `suppressTracing` of `@opentelemetry/core` sets. */
const SUPPRESS_TRACING = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** Runs something of which the user's OpenTelemetry, or what is built on it, makes no spans: our requests are none of theirs. */
export function untraced<T>(run: () => Promise<T>): Promise<T> {
  let result: Promise<T> | undefined;
  const once = () => (result ??= run());
  try {
    const { context } = (globalThis as { [OPEN_TELEMETRY]?: OpenTelemetryApi })[OPEN_TELEMETRY] ?? {};
    void context?.with(context.active().setValue(SUPPRESS_TRACING, true), once);
  } catch {
    // the API has another form than is known
  }
  return once();
}
