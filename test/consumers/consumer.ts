/** What holds for the consumer in each language: the app of `app.ts` in its words, with the package as it is published for it. */
import * as assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Synthesized } from './synthesized';
import { outputOf, run } from '../package/command';
import { ROOT } from '../package/installation';

const WRAPPER = 'nodejs/node_modules/coverage-wrapper/bootstrap.mjs';

export interface Consumer {
  readonly language: string;
  /** Why there can be no consumer on this machine, or false. */
  readonly skip: string | false;
  /** Takes what the package was packed to, and the oldest aws-cdk-lib that it declares, into a folder. */
  install(folder: string): void;
  /** The command that synthesizes the app, or another one that must not synthesize: a function whose runtime is not supported. */
  command(folder: string, app: 'app' | 'unsupported-runtime'): { readonly command: string; readonly args: readonly string[]; readonly cwd?: string };
}

export function testConsumer({ language, skip, install, command }: Consumer): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'consumer-'));
  const env = (outdir: string) => ({ ...environment(folder), CDK_OUTDIR: path.join(folder, outdir) });

  after(() => rmSync(folder, { recursive: true, force: true }));

  describe(`consumer in ${language}`, { skip }, () => {
    let theirs: Synthesized;
    let ours: Synthesized;

    before(() => {
      install(folder);
      const { command: file, args, cwd } = command(folder, 'app');
      outputOf(file, [...args], { env: env('theirs'), cwd });
      outputOf('tsx', ['--tsconfig', path.join(ROOT, 'tsconfig.dev.json'), path.join(__dirname, 'app.ts')], { env: env('ours') });
      theirs = new Synthesized(path.join(folder, 'theirs'));
      ours = new Synthesized(path.join(folder, 'ours'));
    });

    test('redirects the handler of the function, adds the layer and says where to upload', () => {
      const { Handler, Layers, Environment } = theirs.propertiesOf('AWS::Lambda::Function', 'Plain');
      assert.equal(Handler, `/opt/${WRAPPER.replace('.mjs', '.handler')}`);
      assert.equal(Layers.length, 1);
      assert.equal(Environment.Variables.COVERAGE_HANDLER, 'index.handler');
      assert.match(Environment.Variables.COVERAGE_S3_BUCKET.Ref, /^CBucket/);
    });

    test('lets the function write to the bucket and do nothing else', () => {
      const { PolicyDocument } = theirs.propertiesOf('AWS::IAM::Policy', 'PlainServiceRoleDefaultPolicy');
      assert.deepEqual(PolicyDocument.Statement.map(({ Effect, Action }: { Effect: string; Action: string }) => `${Effect} ${Action}`), [
        'Allow s3:PutObject',
      ]);
    });

    test('brings the layer along, byte for byte', () => {
      const { Content } = theirs.propertiesOf('AWS::Lambda::LayerVersion', 'CoverageNodeLayer');
      const wrapper = readFileSync(path.join(theirs.assetFolder(Content.S3Key), WRAPPER));
      assert.ok(wrapper.equals(readFileSync(path.join(ROOT, 'assets', 'layer', WRAPPER))));
    });

    test('synthesizes the template that the same app in TypeScript does', () => {
      assert.deepEqual(theirs.template, ours.template);
    });

    test('gets our message for a runtime that is not supported', () => {
      const { command: file, args, cwd = folder } = command(folder, 'unsupported-runtime');
      const { status, stdout, stderr } = run(file, [...args], { env: env('unsupported'), cwd });
      assert.notEqual(status, 0);
      assert.match(stdout + stderr, /Consumer\/Legacy: coverage of 'Consumer\/Coverage' cannot be attached: runtime 'java21' is not supported/);
    });
  });
}

/** A process of Python's that writes no bytecode compiles aws-cdk-lib at each start, which takes half a minute. */
export function environment(folder: string): NodeJS.ProcessEnv {
  const { PYTHONDONTWRITEBYTECODE: _, ...others } = process.env;
  return { ...others, TMPDIR: folder };
}
