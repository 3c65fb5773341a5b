/** cfn-lint, on the template of an app that uses every construct and property, and on those of `integ.*.ts`. */
import * as assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { cachedFolder } from './lambda/cache-folder';
import { outputOf, run } from './package/command';
import { ROOT } from './package/installation';
import { whyNoPython } from './package/python';

const VERSION = '1.58.0';
/** What CDK itself writes: a DependsOn beside a reference, and the access control of a bucket for logs; and what depends on the day: old runtimes. */
const IGNORED = ['W3005', 'W3045', 'W2531'];

describe('cfn-lint', { skip: whyNoPython('3.9') }, () => {
  let folder: string;
  let program: string;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'template-lint-'));
    program = await cachedFolder(`cfn-lint-${VERSION}`, async (draft) => {
      outputOf('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', draft, `cfn-lint==${VERSION}`]);
    });
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  const lint = (templates: readonly string[]) => {
    const { status, stdout, stderr } = run('python3', ['-c', 'from cfnlint.runner import main; main()', '--ignore-checks', ...IGNORED, '--', ...templates], { env: { ...process.env, PYTHONPATH: program } });
    assert.equal(`${stdout}${stderr}`, '');
    assert.equal(status, 0);
  };

  test('finds nothing in the template of all constructs and properties', () => {
    outputOf('tsx', ['--tsconfig', path.join(ROOT, 'tsconfig.dev.json'), path.join(__dirname, 'consumers', 'app.ts')], { env: { ...process.env, CDK_OUTDIR: folder } });
    lint([path.join(folder, 'Consumer.template.json')]);
  });

  test('finds nothing in what is deployed for real', () => {
    const snapshots = readdirSync(__dirname).filter((name) => name.endsWith('.snapshot'));
    const templates = snapshots.flatMap((name) => readdirSync(path.join(__dirname, name)).filter((file) => /^Coverage.*\.template\.json$/.test(file)).map((file) => path.join(__dirname, name, file)));
    assert.ok(templates.length > 0);
    lint(templates);
  });
});
