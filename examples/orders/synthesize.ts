import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as path from 'node:path';

const ROOT = path.join(__dirname, '..', '..');

/**
 * Writes the cloud assembly of the example into a folder, as `cdk synth` does.
 *
 * @param python the runtime of the function in Python, such as `python3.13`; without it there is none
 * @throws Error with what the app printed, if it fails
 */
export async function synthesizeOrders(folder: string, python?: string): Promise<void> {
  const args = ['--tsconfig', path.join(ROOT, 'tsconfig.dev.json'), path.join(__dirname, 'app.ts')];
  const app = spawn(path.join(ROOT, 'node_modules', '.bin', 'tsx'), args, {
    cwd: ROOT, env: { ...process.env, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify({ python }) }, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32',
  });
  let printed = '';
  for (const stream of [app.stdout, app.stderr]) {
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')));
  }
  const [status] = await once(app, 'close') as [number | null];
  if (status !== 0) {
    throw new Error(`the app ended with exit code ${status}:\n${printed}`);
  }
}
