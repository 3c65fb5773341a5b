import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as ts from 'typescript';
import { invokedExample, type InvokedExample } from './invoked-example';
import { codeBlocks } from './markdown';

const ROOT = path.join(__dirname, '..', '..');
const README = path.join(ROOT, 'README.md');
const blocks = codeBlocks(README);

describe('the TypeScript of the README', () => {
  const snippets = blocks.filter(({ language }) => language === 'ts');

  test('is there', () => expect(snippets.length).toBeGreaterThan(1));

  test.each(snippets)('compiles: line $line', ({ text }) => {
    expect(compileErrors(text)).toEqual([]);
  });
});

describe('the TypeScript of the guides', () => {
  const guides = readdirSync(path.join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  const snippets = guides.flatMap((name) => codeBlocks(path.join(ROOT, 'docs', name)).filter(({ language }) => language === 'ts').map((block) => ({ name, ...block })));

  test.each(snippets)('compiles: $name, line $line', ({ text }) => {
    expect(compileErrors(text)).toEqual([]);
  });
});

describe('the commands of the README', () => {
  const commands = blocks.filter(({ language }) => language === 'console').flatMap(({ text }) => text.trim().split('\n'));
  const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

  test.each(commands.filter((command) => command.startsWith('npm ')))('%s is a script', (command) => {
    expect(scripts).toHaveProperty([command.replace(/^npm (run )?/, '')]);
  });

  describe('of lambda-coverage', () => {
    let folder: string;
    let example: InvokedExample;

    beforeAll(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'readme-'));
      example = await invokedExample(folder);
    }, 120_000);

    const lambdaCoverage = (...args: string[]) => promisify(execFile)(process.execPath, [path.join(ROOT, 'assets', 'cli', 'lambda-coverage.js'), ...args], {
      cwd: folder, env: { PATH: process.env.PATH, ...example.environment },
    });

    afterAll(async () => {
      await example.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    test.each(commands.filter((command) => command.startsWith('npx lambda-coverage ')))('%s does it', async (command) => {
      const args = command.split(' ').slice(2);
      if (args.includes('--unit')) {
        // what a test runner would have written
        await lambdaCoverage('report', 's3://my-coverage-bucket', '--format', 'json');
      }
      // one invoked function of four is less than the threshold
      const { stdout } = await lambdaCoverage(...args).catch((error: { code: number; stdout: string }) => (args[0] === 'check' && error.code === 3 ? error : Promise.reject(error)));
      expect(stdout).not.toBe('');
      const output = args.includes('--output') ? args[args.indexOf('--output') + 1]! : 'coverage';
      expect(existsSync(path.join(folder, output, 'lcov.info'))).toBe(args.includes('report'));
      rmSync(path.join(folder, output), { recursive: true, force: true });
    });
  });
});

function compileErrors(text: string): string[] {
  const configFile = path.join(ROOT, 'tsconfig.dev.json');
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(configFile, ts.sys.readFile).config, ts.sys, ROOT);
  const snippet = path.join(ROOT, 'test', 'snippet.ts');
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, version) => (name === snippet ? ts.createSourceFile(name, text, version) : getSourceFile.call(host, name, version));
  host.fileExists = (name) => name === snippet || fileExists.call(host, name);
  host.readFile = (name) => (name === snippet ? text : readFile.call(host, name));
  const program = ts.createProgram([snippet], { ...options, noEmit: true }, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText, file, start }) => {
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `${file?.fileName ?? ''}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}
