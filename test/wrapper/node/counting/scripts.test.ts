import { createHash } from 'node:crypto';
import type { Profiler } from 'node:inspector';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Scripts } from '../../../../src/wrapper/node/counting/scripts';
import { taskFolder, type TaskFiles } from '../../../task-folder';
import { rawObjects, scriptsOf, startAttached, startS3 } from '../attached-function';
import { RUNTIMES } from '../comparison';

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

/** A script as V8 tells of it: one function that is all of it, of a length in characters. */
const ran = (url: string, length: number): Profiler.ScriptCoverage => ({
  scriptId: '1', url, functions: [{ functionName: '', isBlockCoverage: true, ranges: [{ startOffset: 0, endOffset: length, count: 1 }] }],
});

function own(files: TaskFiles, path = 'index.js', length?: number) {
  const root = taskFolder(files);
  const text = files[path]?.toString() ?? '';
  return new Scripts(root).own([ran(pathToFileURL(join(root, path)).href, length ?? text.length)]);
}

describe('a script', () => {
  test('is named by its path and content', () => {
    const { scripts, omitted, sources } = own({ 'lib/a b.js': 'a;' }, 'lib/a b.js');
    expect(scripts).toMatchObject([{ path: 'lib/a b.js', sha256: sha256('a;'), wrapperLength: 0 }]);
    expect(sources).toEqual([{ sha256: sha256('a;'), file: expect.stringMatching(/a b\.js$/) }]);
    expect(omitted).toEqual([]);
  });

  test('of a package is left out', () => {
    expect(own({ 'node_modules/a/index.js': 'a;' }, 'node_modules/a/index.js')).toEqual({ scripts: [], omitted: [], sources: [] });
  });

  test.each(['node:fs', '', 'evalmachine.<anonymous>', 'file:///elsewhere/index.js', 'wasm://1'])("at '%s' is left out", (url) => {
    expect(new Scripts('/var/task').own([ran(url, 1)])).toEqual({ scripts: [], omitted: [], sources: [] });
  });

  test('in a folder that begins like the task root is left out', () => {
    expect(new Scripts('/var/task').own([ran('file:///var/task-2/index.js', 1)]).scripts).toEqual([]);
  });

  test('whose file holds something else now is omitted with the reason', () => {
    expect(own({ 'index.js': 'short' }, 'index.js', 77)).toMatchObject({ scripts: [], omitted: [{ reason: expect.stringContaining('it was changed') }] });
  });

  test('whose file is gone is omitted with the reason', () => {
    const root = taskFolder({});
    const { omitted } = new Scripts(root).own([ran(pathToFileURL(join(root, 'gone.js')).href, 1)]);
    expect(omitted).toMatchObject([{ reason: expect.stringMatching(/^cannot be read: ENOENT/) }]);
  });

  test('that Node.js wrapped begins behind the wrapper', () => {
    // https://nodejs.org/api/modules.html#the-module-wrapper
    const wrapper = '(function (exports, require, module, __filename, __dirname) { ';
    expect(own({ 'index.js': 'a;' }, 'index.js', wrapper.length + 2 + '\n});'.length).scripts).toMatchObject([{ wrapperLength: wrapper.length }]);
  });

  test('is read once', () => {
    const root = taskFolder({ 'index.js': 'a;' });
    const scripts = new Scripts(root);
    const url = pathToFileURL(join(root, 'index.js')).href;
    const [first] = scripts.own([ran(url, 2)]).scripts;
    taskFolder({}); // whatever happens to the disk
    expect(scripts.own([{ ...ran(url, 2), functions: [] }]).scripts).toMatchObject([{ sha256: first!.sha256 }]);
  });
});

describe('a source map', () => {
  const MAP = '{"version":3}';
  const withComment = (comment: string, files: TaskFiles = {}) => own({ 'dist/index.js': `a;\n//# sourceMappingURL=${comment}\n`, ...files }, 'dist/index.js');

  test.each([['index.js.map', 'dist/index.js.map'], ['../maps/a%20b.map', 'maps/a b.map']])('beside the script, %s, is kept', (comment, path) => {
    const { scripts, sources } = withComment(comment, { [path]: MAP });
    expect(scripts).toMatchObject([{ sourceMap: sha256(MAP) }]);
    expect(sources.map((source) => source.sha256)).toContain(sha256(MAP));
  });

  test.each([
    ['is inline', 'data:application/json;base64,e30='],
    ['is on the web', 'https://example.com/index.js.map'],
    ['was not deployed', 'index.js.map'],
    ['is outside of the function', '../../../../../../etc/hostname'],
    ['is a folder', '.'],
    ['has a name that cannot be', '%E0%A4%A'],
  ])('that %s leaves the script as it is', (_name, comment) => {
    const { scripts, omitted, sources } = withComment(comment);
    expect(scripts).toHaveLength(1);
    expect(scripts[0]).not.toHaveProperty('sourceMap');
    expect(omitted).toEqual([]);
    expect(sources).toHaveLength(1);
  });

  test('is the one of the last comment', () => {
    const text = 'const text = "//# sourceMappingURL=one.map";\n//# sourceMappingURL=two.map';
    const { scripts } = own({ 'index.js': text, 'one.map': '1', 'two.map': '2' });
    expect(scripts).toMatchObject([{ sourceMap: sha256('2') }]);
  });
});

test.each(RUNTIMES)('%s: the offsets of what ran lead to it in its file, whatever the file begins with', async (runtime) => {
  const named = (name: string) => `/* ä𝒳 */ function ${name}() { return '${name}'; }`;
  const files = {
    'bom.cjs': `\ufeff${named('bomCommonJs')}\nexports.run = bomCommonJs;`,
    'bang.cjs': `#!/usr/bin/env node\n${named('bang')}\nexports.run = bang;`,
    'crlf.cjs': `'use strict';\r\n${named('crlf')}\r\nexports.run = crlf;`,
    'bom.mjs': `\ufeff${named('bomModule')}\nexport { bomModule as run };`,
    'bang.mjs': `#!/usr/bin/env node\n${named('bangModule')}\nexport { bangModule as run };`,
    'index.mjs': "const names = ['bom.cjs', 'bang.cjs', 'crlf.cjs', 'bom.mjs', 'bang.mjs'];\n"
      + 'const parts = await Promise.all(names.map((name) => import(`./${name}`)));\nexport const handler = async () => parts.map(({ run }) => run());',
  };
  const s3 = await startS3();
  const lambda = await startAttached(s3, { runtime, taskRoot: taskFolder(files), handler: 'index.handler' });
  const names = ['bomCommonJs', 'bang', 'crlf', 'bomModule', 'bangModule'];
  expect((await lambda.invoke({})).payload).toEqual(names);
  await lambda.settled();

  const [{ raw }] = rawObjects(s3) as [ReturnType<typeof rawObjects>[number]];
  expect(raw.omitted).toEqual([]);
  const found = scriptsOf(raw).flatMap(({ path, wrapperLength, functions }) => functions
    .filter(({ functionName }) => names.includes(functionName))
    .map(({ ranges: [range] }) => files[path as keyof typeof files].slice(range!.startOffset - wrapperLength, range!.endOffset - wrapperLength)));
  expect(found.sort()).toEqual(names.map((name) => `function ${name}() { return '${name}'; }`).sort());
});
