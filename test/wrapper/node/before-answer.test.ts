/** Where no extension can register, the upload comes before the answer: as the handlers' table, otherwise. */
import { expectSame } from './comparison';
import { CALLBACKS, DIFFER_BEFORE_ANSWER, EVERYWHERE, STREAMING } from './handler-styles';

const COMMON = ['an async handler', 'a thrown error', 'a synchronously thrown error', 'a thrown nothing', 'an answer that JSON cannot hold', 'a thenable whose then does the work'];

const common = Object.entries(EVERYWHERE).filter(([name]) => COMMON.includes(name));
const others = Object.entries({ ...STREAMING, ...CALLBACKS }).filter(([name]) => !DIFFER_BEFORE_ANSWER.includes(name));
test.each([...common, ...others])('nodejs22.x: %s', async (_name, row) => expectSame(row, 'nodejs22.x', 'attached without extensions'));
test.each(common)('nodejs24.x: %s', async (_name, row) => expectSame(row, 'nodejs24.x', 'attached without extensions'));
