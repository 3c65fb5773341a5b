import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { cachedFolder } from './cache-folder';

/** A version of AWS's runtime interface client, `aws-lambda-ric`. */
export type RuntimeClient = '3.3.0' | '4.0.2';

const ADDON = './rapid-client.node';
const ADDON_REPLACEMENT = './rapid-client.cjs';

const CLIENTS: Record<RuntimeClient, { readonly module: string; readonly start: string }> = {
  // its command line prints a line and takes the handler as an argument, which the managed runtimes do not
  '3.3.0': { module: 'aws-lambda-ric-3', start: '\nawait run(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);\n' },
  '4.0.2': { module: 'aws-lambda-ric', start: '' },
};

/**
 * The folder that is `/var/runtime` in Lambda, with AWS's client as `index.mjs`. Only its native addon is replaced:
 * building that takes cmake and four minutes.
 */
export async function runtimeFolder(client: RuntimeClient): Promise<string> {
  const { module, start } = CLIENTS[client];
  const source = await readFile(require.resolve(module), 'utf8');
  const replacement = await readFile(path.join(__dirname, ADDON_REPLACEMENT), 'utf8');
  if (source.split(ADDON).length !== 2) {
    throw new Error(`aws-lambda-ric ${client} was expected to load ${ADDON} in one place`);
  }
  const index = source.replace(ADDON, ADDON_REPLACEMENT) + start;
  const digest = createHash('sha256').update(index).update(replacement).digest('hex').slice(0, 16);
  return cachedFolder(path.join('runtime', `${client}-${digest}`), async (folder) => {
    await writeFile(path.join(folder, 'index.mjs'), index);
    await writeFile(path.join(folder, ADDON_REPLACEMENT), replacement);
  });
}
