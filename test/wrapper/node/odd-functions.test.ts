/** As the table of handler styles, for answers, errors and processes that few functions have; on the oldest and the newest runtime. */
import { ANSWERS, ERRORS } from './answers-and-errors';
import { expectSame, EXTREMES } from './comparison';
import { CONTEXTS, ENDINGS, LISTINGS, OUTPUT } from './own-process';

describe.each(EXTREMES)('%s:', (runtime) => {
  describe.each(Object.entries({ 'answers with': ANSWERS, 'throws': ERRORS, 'lists': LISTINGS, 'ends with': ENDINGS, 'uses': CONTEXTS, 'writes': OUTPUT }))('%s', (_kind, rows) => {
    test.each(Object.entries(rows))('%s', async (_name, row) => expectSame(row, runtime));
  });
});
