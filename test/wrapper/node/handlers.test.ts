/**
 * Each function runs twice, without coverage and with it as `attachTo` configures it, on AWS's own runtime client.
 */
import { CALLBACK_RUNTIMES, expectSame, EXTREMES, OLDEST, RUNTIMES } from './comparison';
import { CALLBACKS, EVERYWHERE, ON_24, STREAMING, UNUSUAL } from './handler-styles';

describe.each([OLDEST, ...RUNTIMES])('%s', (runtime) => {
  test.each(Object.entries(EVERYWHERE))('%s', async (_name, row) => expectSame(row, runtime));
});

describe.each(EXTREMES)('%s', (runtime) => {
  test.each(Object.entries({ ...UNUSUAL, ...STREAMING }))('%s', async (_name, row) => expectSame(row, runtime));
});

describe.each([OLDEST, ...CALLBACK_RUNTIMES.slice(-1)])('%s, which has callbacks', (runtime) => {
  test.each(Object.entries(CALLBACKS))('%s', async (_name, row) => expectSame(row, runtime));
});

test.each(Object.entries(ON_24))('nodejs24.x: %s', async (_name, row) => expectSame(row, 'nodejs24.x'));
