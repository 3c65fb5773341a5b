import { AsyncLocalStorage } from 'node:async_hooks';
import { untraced } from '../../../../src/wrapper/node/delivery/untraced';

const API = Symbol.for('opentelemetry.js.api.1');
const owner = globalThis as { [API]?: unknown };

afterEach(() => {
  delete owner[API];
});

/** As `@opentelemetry/context-async-hooks` does it. */
function contexts() {
  const storage = new AsyncLocalStorage<ReadonlyMap<symbol, unknown>>();
  const active = () => {
    const values = storage.getStore() ?? new Map<symbol, unknown>();
    return { values, setValue: (key: symbol, value: unknown) => ({ values: new Map([...values, [key, value]]) }) };
  };
  const inside = <T>({ values }: { values: ReadonlyMap<symbol, unknown> }, run: () => T) => storage.run(values, run);
  owner[API] = { context: { active, with: inside } };
  return { isSuppressed: () => storage.getStore()?.get(Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING')) === true };
}

test('without OpenTelemetry it just runs', async () => {
  expect(await untraced(async () => 1)).toBe(1);
});

test("OpenTelemetry's tracing is off in it, also later on, and nowhere else", async () => {
  const { isSuppressed } = contexts();
  const later = untraced(async () => {
    await null;
    return isSuppressed();
  });
  expect(isSuppressed()).toBe(false);
  expect(await later).toBe(true);
});

test.each([{}, { context: {} }, { context: { active: () => ({}) } }, 7])('an API that is not what it seems changes nothing: %j', async (api) => {
  owner[API] = api;
  const run = jest.fn(async () => 'done');
  expect(await untraced(run)).toBe('done');
  expect(run).toHaveBeenCalledTimes(1);
});

test('an error of what runs is passed on, and it runs once', async () => {
  contexts();
  const run = jest.fn(async () => { throw new Error('own'); });
  await expect(untraced(run)).rejects.toThrow('own');
  expect(run).toHaveBeenCalledTimes(1);
});
