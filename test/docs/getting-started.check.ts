/**
 * docs/getting-started.md, followed to the letter: its files written, its commands typed, its job of GitHub Actions run, and what it says that
 * they print compared with what they do. AWS is MiniStack; the package is what npm would publish; the versions of others are those that
 * everything else here is tested with.
 */
import * as assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { codeBlocks, type CodeBlock } from './markdown';
import { MiniStack, whyNoMiniStack } from '../deployed/ministack';
import { run } from '../package/command';
import { CDK_CLI, installedVersion, packedFile } from '../package/installation';

const PAGE = path.resolve(__dirname, '../../docs/getting-started.md');
const FAILED_CHECK = 3;

describe('docs/getting-started.md', { skip: whyNoMiniStack() }, () => {
  const blocks = codeBlocks(PAGE);
  const lines = readFileSync(PAGE, 'utf8').split('\n');
  let folder: string;
  let aws: MiniStack;
  let env: NodeJS.ProcessEnv;
  let printed = '';

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'getting-started-'));
    aws = await MiniStack.start();
    env = { ...aws.commandEnvironment(), NO_COLOR: '1', GITHUB_STEP_SUMMARY: path.join(folder, 'summary.md') };
  });

  after(async () => {
    await aws?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const block of blocks) {
    test(`line ${block.line}: ${block.language}`, () => {
      switch (block.language) {
        case 'console':
          return type(block);
        case 'text':
          return assert.ok(withoutTrailingSpaces(printed).includes(withoutTrailingSpaces(block.text)), `what was printed is:\n${printed}`);
        default:
          return write(block);
      }
    });
    if (block.language === 'yaml') {
      test('the job fails because of the threshold, at its last step', () => assert.deepEqual(job(block), { step: 'npx lambda-coverage check coverage', status: FAILED_CHECK }));
      test('and shows why on its page', () => assert.match(readFileSync(env.GITHUB_STEP_SUMMARY!, 'utf8'), /orders\.ts.*85\.71/));
    }
    if (isAddition(block)) {
      test('the job passes now', () => assert.deepEqual(job(blocks.find(({ language }) => language === 'yaml')!), { step: undefined, status: 0 }));
    }
  }

  /** The paragraph before a block, which names the file that it is. */
  function introduction({ line }: CodeBlock): string {
    return lines[line - 3]!;
  }

  function isAddition(block: CodeBlock): boolean {
    return introduction(block).includes('at the end of');
  }

  function write(block: CodeBlock): void {
    const [, name] = /`([\w./-]+\.\w+)`[^`]*$/.exec(introduction(block)) ?? [];
    assert.ok(name, `line ${block.line - 2} names no file`);
    const file = path.join(folder, 'shop', name);
    mkdirSync(path.dirname(file), { recursive: true });
    (isAddition(block) ? appendFileSync : writeFileSync)(file, block.text);
  }

  function type({ text }: CodeBlock): void {
    for (const command of text.trim().split('\n')) {
      const { status, output } = shell(command);
      assert.equal(status, command.endsWith('lambda-coverage check') ? FAILED_CHECK : 0, `${command}\n${output}\n${aws.log}`);
    }
  }

  /** What ends a job, and how. */
  function job({ text }: CodeBlock): { step: string | undefined; status: number | null } {
    for (const [, step] of text.matchAll(/^ +- run: (.*)$/gm)) {
      const { status, output } = shell(step!, { CI: 'true', GITHUB_ACTIONS: 'true' });
      if (status !== 0) {
        assert.equal(status, FAILED_CHECK, `${step}\n${output}`);
        return { step, status };
      }
    }
    return { step: undefined, status: 0 };
  }

  function shell(command: string, variables: NodeJS.ProcessEnv = {}): { status: number | null; output: string } {
    const cwd = command.startsWith('mkdir ') ? folder : path.join(folder, 'shop');
    const { status, stdout, stderr } = run('bash', ['-e', '-c', tested(command)], { cwd, env: { ...env, ...variables } });
    printed = stdout;
    return { status, output: stdout + stderr };
  }
});

/** The command with what the versions are that it would get here. */
function tested(command: string): string {
  if (!command.startsWith('npm install')) {
    return command;
  }
  return command
    .replace(/ aws-cdk /, ` aws-cdk@${CDK_CLI} `)
    .replace(/ (aws-cdk-lib|constructs|esbuild|tsx|@aws-sdk\/client-lambda)(?= |$)/g, (_, name: string) => ` ${name}@${installedVersion(name)}`)
    .replace(/ cdk-lambda-coverage$/, ` '${packedFile('js', '.tgz')}'`);
}

function withoutTrailingSpaces(text: string): string {
  return text.replace(/ +$/gm, '').trim();
}
