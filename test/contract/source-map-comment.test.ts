import { sourceMapReference } from '../../src/contract/source-map-comment';

test.each([
  ['of its own line', 'run();\n//# sourceMappingURL=index.js.map\n', 'index.js.map'],
  ['without a line end', 'run();\n//# sourceMappingURL=index.js.map', 'index.js.map'],
  ['in the old form', '//@ sourceMappingURL=a.map\r\n', 'a.map'],
  ['inline', '//# sourceMappingURL=data:application/json;base64,e30=\n', 'data:application/json;base64,e30='],
  ['the last of two', '//# sourceMappingURL=a.map\nrun();\n//# sourceMappingURL=b.map\n', 'b.map'],
  ['before a string with such a text', "//# sourceMappingURL=a.map\nvar css = '/*# sourceMappingURL=data:application/json;base64,' + map;\n", 'a.map'],
  ['before a string with such a comment', 'var a = 1;\n//# sourceMappingURL=a.map\nf("//# sourceMappingURL=" + url);\n', 'a.map'],
])('finds a comment %s', (_, script, reference) => {
  expect(sourceMapReference(script)).toBe(reference);
});

test.each([
  ['a script without one', 'run();\n'],
  ['a string', "var css = '/*# sourceMappingURL=data:application/json;charset=utf-8;base64,';\n"],
  ['a template', 'var css = `\n/*# sourceMappingURL=data:application/json;base64,${map} */`;\n'],
  ['a comment without a reference', '//# sourceMappingURL= \n'],
])('finds none in %s', (_, script) => {
  expect(sourceMapReference(script)).toBeUndefined();
});
