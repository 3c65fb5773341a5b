/**
 * Each function runs twice, without coverage and with it as `attachTo` configures it, on AWS's own runtime client.
 */
import { CALLBACK_RUNTIMES, expectSame, index, RUNTIMES } from './comparison';
import { CALLBACKS, EVERYWHERE, STREAMING } from './handler-styles';

describe.each(RUNTIMES)('%s', (runtime) => {
  test.each(Object.entries({ ...EVERYWHERE, ...STREAMING }))('%s', async (_name, row) => expectSame(row, runtime));
});

describe.each(CALLBACK_RUNTIMES)('%s, which has callbacks', (runtime) => {
  test.each(Object.entries(CALLBACKS))('%s', async (_name, row) => expectSame(row, runtime));
});

test('nodejs24.x: a value that is returned without a promise is an answer', async () => {
  await expectSame({ files: index('exports.handler = ({ n }) => n;'), answer: 1 }, 'nodejs24.x');
});
