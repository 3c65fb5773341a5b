import { createHash } from 'node:crypto';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { cachedFolder } from './cache-folder';
import { nativeAddon } from './native-client';
import { ADDON, CLIENT_PACKAGES, type RuntimeClient } from './runtime-clients';

/** What takes the place of the client's native addon: that itself, or JavaScript of ours, for one invocation at a time or for several. */
export type Addon = 'native' | 'rapid-client.cjs' | 'concurrent-client.cjs';

/** What follows the client's module. */
const START: Readonly<Record<RuntimeClient, string>> = {
  // its command line prints a line and takes the handler as an argument, which the managed runtimes do not
  '3.3.0': '\nawait run(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);\n',
  '4.0.2': '',
};

/**
 * The folder that is `/var/runtime` in Lambda, with AWS's client as `index.mjs`.
 *
 * @param addon the native one is built if it has not been, which takes a compiler, cmake and minutes
 */
export async function runtimeFolder(client: RuntimeClient, addon: Addon): Promise<string> {
  const source = await readFile(require.resolve(CLIENT_PACKAGES[client]), 'utf8');
  if (source.split(`./${ADDON}`).length !== 2) {
    throw new Error(`aws-lambda-ric ${client} was expected to load ./${ADDON} in one place`);
  }
  const file = addon === 'native' ? await nativeAddon(client) : path.join(__dirname, addon);
  const index = source.replace(`./${ADDON}`, `./${path.basename(file)}`) + START[client];
  const digest = createHash('sha256').update(index).update(await readFile(file)).digest('hex').slice(0, 16);
  return cachedFolder(path.join('runtime', `${client}-${digest}`), async (folder) => {
    await writeFile(path.join(folder, 'index.mjs'), index);
    await copyFile(file, path.join(folder, path.basename(file)));
  });
}
