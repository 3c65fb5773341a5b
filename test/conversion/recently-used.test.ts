import { RecentlyUsed } from '../../src/conversion/recently-used';

test('what was used last is kept, up to the size', () => {
  const texts = new RecentlyUsed<string>(6, ({ length }) => length);
  texts.set('a', 'aaa');
  texts.set('b', 'bb');
  expect(texts.get('a')).toBe('aaa');
  texts.set('c', 'cc');
  expect(['a', 'b', 'c'].map((name) => texts.get(name))).toEqual(['aaa', undefined, 'cc']);
  texts.set('a', 'a');
  texts.set('d', 'ddd');
  expect(['a', 'c', 'd'].map((name) => texts.get(name))).toEqual(['a', 'cc', 'ddd']);
  texts.set('e', 'more than there is room for');
  expect(['a', 'c', 'd', 'e'].map((name) => texts.get(name))).toEqual([undefined, undefined, undefined, 'more than there is room for']);
});
