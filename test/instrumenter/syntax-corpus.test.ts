/** The programs of test262's parser tests, by all syntax of the language: with counters in them they do what they did. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, type ImportDeclaration } from 'acorn';
import { instrumentScript } from '../../src/instrumenter/instrument-script';
import { nodeBinary } from '../lambda/node-versions';
import { taskFolder } from '../task-folder';

const CORPUS = join(__dirname, '../../node_modules/test262-parser-tests');
const RUNNER = join(__dirname, 'run-programs.cjs');
const NAMES = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/gu;

/** V8's message quotes a default value that cannot be taken apart, and the counter with it. */
const QUOTES_A_COUNTER = ['aa06ccdc7ff9e10d.js'];

interface Outcome {
  readonly end: string;
  readonly log: readonly string[];
}

interface CorpusFile {
  readonly folder: string;
  readonly file: string;
  readonly isModule: boolean;
  readonly path: string;
  readonly text: string;
}

function files(folder: string): CorpusFile[] {
  return readdirSync(join(CORPUS, folder)).map((file) => {
    const isModule = file.includes('.module.');
    return { folder, file, isModule, path: isModule ? 'index.mjs' : 'index.cjs', text: readFileSync(join(CORPUS, folder, file), 'utf8') };
  });
}

function instrumented(path: string, text: string): Array<string | undefined> {
  return [false, true].map((counts) => instrumentScript({ path, text, include: [], exclude: [] }, { counts })?.text);
}

/** Nothing where it is refused, with the place. */
function instrumentedIfPossible(path: string, text: string): ReturnType<typeof instrumented> | undefined {
  try {
    return instrumented(path, text);
  } catch (error) {
    expect((error as Error).message).toMatch(/ \(\d+:\d+\)$/);
    return undefined;
  }
}

/** The names that each module has to export. */
function imports(text: string): Record<string, string[]> {
  const names: Record<string, string[]> = {};
  for (const node of parse(text, { ecmaVersion: 'latest', sourceType: 'module' }).body) {
    if ('source' in node && node.source) {
      const { specifiers = [], source } = node as ImportDeclaration;
      const known = (names[source.value as string] ??= []);
      for (const one of specifiers as ReadonlyArray<{ type: string; imported?: { name: string }; local: { name: string } }>) {
        const name = one.type === 'ImportDefaultSpecifier' ? 'default' : (one.imported ?? one.local).name;
        if (one.type !== 'ImportNamespaceSpecifier' && !known.includes(name)) {
          known.push(name);
        }
      }
    }
  }
  return names;
}

/** What V8 calls a part of an expression that it does not quote, once or several times. */
const comparable = ({ end, log }: Outcome) => ({ end: end.replace(/(?:\(intermediate value\))+/g, '(intermediate value)'), log });

let programs: ReadonlyArray<{ readonly file: string; readonly texts: readonly string[] }>;
let list: string;

beforeAll(() => {
  const asProgram = ({ folder, file, isModule, text }: CorpusFile, others: ReturnType<typeof instrumented>) => {
    const names = [...new Set(text.match(NAMES) ?? [])].filter((name) => name !== '__proto__');
    return { file, texts: [text, ...others.filter((one) => one !== undefined)], names, module: isModule, imports: isModule && folder === 'pass' ? imports(text) : {} };
  };
  programs = [
    ...files('pass').map((file) => asProgram(file, instrumented(file.path, file.text))),
    // what was no JavaScript when the corpus was made, or is none to V8 only, stays that
    ...['fail', 'early'].flatMap(files).flatMap((file) => {
      const others = instrumentedIfPossible(file.path, file.text);
      return others ? [asProgram(file, others)] : [];
    }),
  ];
  list = join(taskFolder({}), 'programs.json');
  writeFileSync(list, JSON.stringify(programs));
}, 120_000);

test.each(['20', '24'] as const)('what the programs ask of their surroundings on Node.js %s, in order, and how they end', async (version) => {
  const { path: node } = await nodeBinary(version);
  const output = execFileSync(node, ['--experimental-vm-modules', '--no-warnings', RUNNER, list], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const results = JSON.parse(output) as Outcome[][][];
  const differences: unknown[] = [];
  let compared = 0;
  results.forEach((rounds, index) => {
    const { file, texts } = programs[index]!;
    for (const [original, ...others] of rounds) {
      others.forEach((other, form) => {
        compared++;
        if (JSON.stringify(comparable(original!)) !== JSON.stringify(comparable(other)) && !QUOTES_A_COUNTER.includes(file)) {
          differences.push({ file, text: texts[0], instrumented: texts[form + 1], original, other });
        }
      });
    }
  });
  expect(differences).toEqual([]);
  expect(compared).toBeGreaterThan(7_000);
});
