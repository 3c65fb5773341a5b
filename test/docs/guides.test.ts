/** What the guides in docs/ say: links lead somewhere, recipes are YAML, commands of ours do what they are for, messages are those of the code. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { invokedExample, type InvokedExample } from './invoked-example';
import { codeBlocks } from './markdown';
import { filesBelow } from '../../src/combiner/files-below';

const ROOT = path.join(__dirname, '..', '..');
const DOCS = path.join(ROOT, 'docs');
const guides = readdirSync(DOCS).filter((name) => name.endsWith('.md'));
/** Followed to the letter by a check of its own. */
const others = guides.filter((name) => name !== 'getting-started.md');
const textOf = (name: string) => readFileSync(path.join(DOCS, name), 'utf8');

test.each(['README.md', 'SECURITY.md', 'CONTRIBUTING.md', ...guides.map((name) => `docs/${name}`)])('the links of %s lead to files that are there', (file) => {
  const links = [...readFileSync(path.join(ROOT, file), 'utf8').matchAll(/\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link]) => link!);
  expect(links.filter((link) => !existsSync(path.join(ROOT, path.dirname(file), link)))).toEqual([]);
});

test('docs/README.md names every guide', () => {
  expect(guides.filter((name) => name !== 'README.md' && !textOf('README.md').includes(`(${name})`))).toEqual([]);
});

const recipes = guides.flatMap((name) => codeBlocks(path.join(DOCS, name)).filter(({ language }) => language === 'yaml').map((block) => ({ name, ...block })));

test.each(recipes)('the recipe in $name, line $line, is YAML', ({ text }) => {
  expect(Object.keys(parse(text) as object).length).toBeGreaterThan(0);
});

describe('the commands of the guides', () => {
  const commands = others.flatMap((name) => codeBlocks(path.join(DOCS, name))
    .filter(({ language }) => language === 'console' || language === 'yaml')
    .flatMap(({ text }) => text.split('\n').map((line) => line.replace(/^[\s-]*(run: )?/, '')).filter((line) => line.startsWith('npx lambda-coverage ')))
    .map((command) => ({ name, command })));
  let folder: string;
  let example: InvokedExample;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'guides-'));
    example = await invokedExample(folder);
    const git = (...args: string[]) => execFileSync('git', ['-c', 'user.name=n', '-c', 'user.email=n@example.com', ...args], { cwd: folder, stdio: 'ignore' });
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ scripts: { 'test:e2e': 'node -e "setTimeout(() => 0, 3000)"' } }));
    writeFileSync(path.join(folder, '.gitignore'), '*\n!.gitignore\n');
    git('init', '--initial-branch', 'main');
    git('add', '.');
    git('commit', '--message', 'all');
    git('update-ref', 'refs/remotes/origin/main', 'main');
    // what a test runner would have written, and what was downloaded
    await lambdaCoverage('report', 's3://my-coverage-bucket', '--format', 'json');
    await lambdaCoverage('report', 's3://my-coverage-bucket', '--format', 'json', '--output', 'report');
    await lambdaCoverage('download', 's3://my-coverage-bucket', '--output', 'coverage-data');
    const configuration = codeBlocks(path.join(DOCS, 'ci.md')).find(({ language }) => language === 'json')!.text;
    writeFileSync(path.join(folder, '.lambda-coveragerc.json'), configuration);
  }, 120_000);

  afterAll(async () => {
    await example.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const lambdaCoverage = (...args: string[]) => promisify(execFile)(process.execPath, [path.join(ROOT, 'assets', 'cli', 'lambda-coverage.js'), ...args], {
    cwd: folder, env: { PATH: process.env.PATH, ...example.environment },
  });

  test('are there', () => expect(new Set(commands.map(({ name }) => name)).size).toBeGreaterThan(3));

  test.each(commands)('$name: $command', async ({ command }) => {
    const args = command.split(' ').slice(2).map((arg) => (arg === '--run' ? '--since' : arg === '4711' ? '1h' : arg));
    // waiting is tried in test/cli
    const quick = args.includes('run') ? ['run', '--wait', '1s', ...args.slice(1)] : args.map((arg) => (arg === '--wait' ? '--wait=1s' : arg)).filter((arg) => arg !== '10s');
    const ran = lambdaCoverage(...quick);
    if (args[0] === 'run') {
      setTimeout(() => void example.invoke(), 1_000); // as the tests would do that it runs
    }
    const failed = await ran.then(() => undefined, (error: { code: number; stderr: string; stdout: string }) => error);
    // what is covered is less than thresholds; doctor may find that functions were not invoked
    const allowed = args[0] === 'check' ? [3] : args[0] === 'doctor' ? [1] : [];
    expect(failed && !allowed.includes(failed.code) ? failed.stdout + failed.stderr : '').toBe('');
    if (args.includes('--output')) {
      expect(existsSync(path.join(folder, args[args.indexOf('--output') + 1]!))).toBe(true);
    }
  }, 60_000);

  test('GitLab finds the percentage in what is printed', async () => {
    const { coverage } = parse(codeBlocks(path.join(DOCS, 'ci.md')).find(({ text }) => text.includes('coverage_report'))!.text).coverage as { coverage: string };
    mkdirSync(path.join(folder, 'gitlab'));
    const { stdout } = await lambdaCoverage('report', 's3://my-coverage-bucket', '--format', 'text,json-summary', '--output', 'gitlab');
    const { total } = JSON.parse(readFileSync(path.join(folder, 'gitlab', 'coverage-summary.json'), 'utf8')) as { total: { statements: { pct: number } } };
    const [, expression] = /^\/(.*)\/$/.exec(coverage)!;
    expect(new RegExp(expression!, 'm').exec(stdout)?.[1]).toBe(String(total.statements.pct));
  });
});

test('the messages that docs/troubleshooting.md quotes are those of the code', () => {
  const sources = filesBelow(path.join(ROOT, 'src')).map((file) => path.join(ROOT, 'src', file));
  const code = sources.map((file) => readFileSync(file, 'utf8')).join('\n');
  const quoted = [...textOf('troubleshooting.md').matchAll(/^\| `([^`]+ [^`]+)`/gm)].map(([, message]) => message!);
  expect(quoted.length).toBeGreaterThan(5);
  const parts = quoted.flatMap((message) => message.split(/…|cdk\.out|s3:\/\/|"/)).map((part) => part.trim()).filter((part) => part.length > 5);
  expect(parts.filter((part) => !code.includes(part))).toEqual([]);
});
