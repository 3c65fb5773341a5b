/** Which files are uploaded: of a bundle the wrapper cannot tell, files of their own it can. */
import { counts, rawObjects, startAttached, startS3 } from './attached-function';
import { taskFolder } from '../../task-folder';

const BUNDLE = 'module.exports = function bundled() { return 1; };\n//# sourceMappingURL=bundle.js.map\n';
const FILES = {
  'index.js': "exports.handler = async () => [require('./lib/a').a(), require('./lib/deep/b').b(), require('./src/c').c(), require('./bundle')()];\n",
  'lib/a.js': 'exports.a = () => 1;\n',
  'lib/deep/b.js': 'exports.b = () => 1;\n',
  'src/c.js': 'exports.c = () => 1;\n',
  'bundle.js': BUNDLE,
};

test.each<[string, string[], string[], string[]]>([
  ['no patterns', [], [], ['bundle.js', 'index.js', 'lib/a.js', 'lib/deep/b.js', 'src/c.js']],
  ["the reference's example, in which * is for all that is below", ['src/*', 'lib/*'], [], ['bundle.js', 'lib/a.js', 'lib/deep/b.js', 'src/c.js']],
  ['what is excluded though it is included', ['lib/*'], ['lib/deep/*'], ['bundle.js', 'lib/a.js']],
  ['exclusion alone', [], ['**/*.js'], ['bundle.js']],
])('%s', async (_name, include, exclude, expected) => {
  const s3 = await startS3();
  const lambda = await startAttached(s3, { runtime: 'nodejs22.x', taskRoot: taskFolder(FILES), handler: 'index.handler', settings: { include, exclude } });
  expect((await lambda.invoke({})).payload).toEqual([1, 1, 1, 1]);
  await lambda.settled();
  expect(rawObjects(s3).flatMap(({ raw }) => Object.keys(counts(raw))).sort()).toEqual(expected);
});
