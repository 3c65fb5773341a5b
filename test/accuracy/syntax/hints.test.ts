import { HINTS } from './programs/hints';
import { testSameAsIstanbul } from './same-as-istanbul';
import { OriginalSource } from '../../../src/conversion/original-source';

describe('comments that leave code out', () => testSameAsIstanbul(HINTS));

test.each(['istanbul', 'c8', 'v8', 'node:coverage'])('a comment for %s leaves the whole file out', (tool) => {
  expect(new OriginalSource('a.ts', `/* ${tool} ignore file -- generated */\nexport const a: number = 1;`).shape).toBeUndefined();
});

test('lines end as the file has them end', () => {
  const { shape } = new OriginalSource('a.js', ['one();', '/* c8 ignore next 2 */', 'two();', 'three();', 'four();'].join('\r\n'));
  expect(Object.values(shape!.statementMap).map(({ start }) => start.line)).toEqual([1, 5]);
});
