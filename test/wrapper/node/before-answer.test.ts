/** Where no extension can register, the upload comes before the answer: as the handlers' table, otherwise. */
import { expectSame } from './comparison';
import { CALLBACKS, EVERYWHERE, STREAMING } from './handler-styles';

/** A callback is called from elsewhere, so the runtime's own errors have another stack. */
const STACKS_OF_CALLBACKS = ['a callback with a text as its error', 'a callback with what JSON cannot hold', 'context.fail without an error'];
const COMMON = ['an async handler', 'a thrown error', 'a synchronously thrown error', 'a thrown nothing', 'an answer that JSON cannot hold', 'a thenable whose then does the work'];

const common = Object.entries(EVERYWHERE).filter(([name]) => COMMON.includes(name));
const callbacks = Object.entries(CALLBACKS).filter(([name]) => !STACKS_OF_CALLBACKS.includes(name));
test.each([...common, ...Object.entries(STREAMING), ...callbacks])('nodejs22.x: %s', async (_name, row) => expectSame(row, 'nodejs22.x', 'attached without extensions'));
test.each(common)('nodejs24.x: %s', async (_name, row) => expectSame(row, 'nodejs24.x', 'attached without extensions'));
