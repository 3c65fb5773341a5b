/** The snippets of docs/wrapper-api.md: compiled in a project that has installed the package, and run in functions. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import { bundledFunction, projectFolder, startOwn } from './own-handler';
import * as api from '../../../../src/wrapper/node/api';
import { codeBlocks } from '../../../docs/markdown';
import { taskFolder } from '../../../task-folder';
import { BUCKET, startAttached, startS3 } from '../attached-function';
import { index } from '../comparison';

const FILE = join(__dirname, '../../../../docs/wrapper-api.md');
const snippets = codeBlocks(FILE);
const ANSWERS = [
  { statusCode: 200, body: expect.stringContaining('"status":"healthy"') },
  2,
  'Hello World',
  { success: true, sameKey: true, bucket: BUCKET },
];
const EVENT = { path: '/health', items: ['a', '', 'b'] };
const OPTIONS = { runtime: 'nodejs22.x', handler: 'index.handler', timeoutSeconds: 10 } as const;

test('are all known here', () => expect(snippets.map(({ language }) => language)).toEqual(['js', 'ts', 'ts', 'ts']));

test('name every export', () => {
  const text = readFileSync(FILE, 'utf8');
  expect(Object.keys(api).filter((name) => !text.includes(name))).toEqual([]);
});

test.each(snippets.filter(({ language }) => language === 'ts'))('compiles: line $line', ({ text }) => {
  const folder = projectFolder({ 'index.mts': text });
  const program = ts.createProgram([join(folder, 'index.mts')], {
    strict: true, noEmit: true, module: ts.ModuleKind.Node16, target: ts.ScriptTarget.ES2022, types: ['node'], typeRoots: [join(__dirname, '../../../../node_modules/@types')],
  });
  expect(ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
});

const taskOf = ({ language, text }: { language: string; text: string }) => (language === 'js' ? taskFolder(index(text)) : bundledFunction(text, { format: 'esm' }));

test.each(snippets.map((snippet, at) => ({ ...snippet, answer: ANSWERS[at] })))('runs in an attached function: line $line', async ({ answer, ...snippet }) => {
  const s3 = await startS3();
  const lambda = await startAttached(s3, { ...OPTIONS, taskRoot: taskOf(snippet) });
  expect((await lambda.invoke(EVENT)).payload).toEqual(answer);
  await lambda.settled();
  expect(lambda.logs).toEqual([]);
});

test.each(snippets.filter(({ language }) => language === 'ts'))('runs in a function of its own: line $line', async (snippet) => {
  const lambda = await startOwn(await startS3(), { ...OPTIONS, taskRoot: taskOf(snippet) });
  expect((await lambda.invoke(EVENT)).payload).toEqual(ANSWERS[snippets.indexOf(snippet)]);
});
