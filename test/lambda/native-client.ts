/**
 * AWS's native addon as the packages of the runtime client build it at install, which nothing here lets them do. It is
 * built when it is asked for, once, and kept; `npx tsx test/lambda/native-client.ts` does only that. After that,
 * `LOCAL_LAMBDA_NATIVE_CLIENT=1 npx jest --coverage=false test/lambda` runs the tests on it.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { cachedFolder } from './cache-folder';
import { ADDON, CLIENT_PACKAGES, type RuntimeClient } from './runtime-clients';

/** Any one of each line will do. */
const TOOLS = [
  ['sh'],
  ['tar'],
  ['xz'],
  ['make'],
  ['cmake3', 'cmake'],
  ['cc', 'gcc'],
  ['g++'],
  ['python3', 'python'],
] as const;

/** What went wrong stands in the last lines of an output. */
const LINES_OF_ERROR = 20;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Why the addon cannot be built here, or nothing where it can, as far as can be seen without trying. */
export function obstacle(platform: string = process.platform, folders = process.env.PATH ?? ''): string | undefined {
  if (platform !== 'linux') {
    return `aws-lambda-cpp is built for Linux only, and this is ${platform}`;
  }
  const found = (tool: string) => folders.split(path.delimiter).some((folder) => folder !== '' && existsSync(path.join(folder, tool)));
  const missing = TOOLS.filter((alternatives) => !alternatives.some(found)).map((alternatives) => alternatives.join(' or '));
  return missing.length > 0 ? `install what is not on the PATH: ${missing.join(', ')}` : undefined;
}

/**
 * The addon's file. It uses nothing of Node.js but Node-API, so that all versions load the same one.
 *
 * @throws Error that says what is missing, or what the compilers said
 */
export async function nativeAddon(client: RuntimeClient): Promise<string> {
  const folder = await cachedFolder(path.join('native-client', `${client}-${process.platform}-${process.arch}`), async (draft) => {
    const reason = obstacle();
    if (reason) {
      throw new Error(`the native addon of aws-lambda-ric ${client} cannot be built: ${reason}`);
    }
    await build(client, draft);
  });
  return path.join(folder, ADDON);
}

/** By the package's own scripts, in a copy of it. */
async function build(client: RuntimeClient, folder: string): Promise<void> {
  const sources = path.join(folder, 'package');
  const gypFolder = client === '3.3.0' ? sources : path.join(sources, 'src/native');
  await cp(packageFolder(client), sources, { recursive: true });
  if (client === '3.3.0') {
    await replaceCurl(path.join(sources, 'deps'));
  }
  await run('sh', ['scripts/preinstall.sh'], sources, { MAKEFLAGS: `-j${availableParallelism()}` });
  await run(process.execPath, [nodeGyp(), 'rebuild', ...headers()], gypFolder, { DEPS_PREFIX: path.join(sources, 'deps/artifacts') });
  await copyFile(path.join(gypFolder, 'build/Release', ADDON), path.join(folder, ADDON));
  await rm(sources, { recursive: true });
}

/**
 * Version 3.3.0 has curl 7.83.1 as it stands in its repository, which takes autoconf, automake and libtool; 4.0.2 has the
 * release of it, where `configure` is made. The library's sources are the same in both.
 */
async function replaceCurl(deps: string): Promise<void> {
  const name = 'curl-curl-7_83_1';
  const curl = path.join(deps, name);
  await mkdir(curl);
  await run('tar', ['xJf', path.join(packageFolder('4.0.2'), 'deps/curl.tar.xz'), '--no-same-owner', '-C', curl], deps);
  await writeFile(path.join(curl, 'buildconf'), '#!/bin/sh\n', { mode: 0o755 });
  await run('tar', ['czf', 'curl-7_83_1.tar.gz', name], deps);
  await rm(curl, { recursive: true });
}

function packageFolder(client: RuntimeClient): string {
  return path.dirname(require.resolve(`${CLIENT_PACKAGES[client]}/package.json`));
}

/** That of 4.0.2 for both: the one that 3.3.0 asks for does not work with Python 3.12. */
function nodeGyp(): string {
  return createRequire(path.join(packageFolder('4.0.2'), 'package.json')).resolve('node-gyp/bin/node-gyp.js');
}

/** Those that came with this Node.js. @returns nothing where there are none, and node-gyp fetches them */
function headers(): string[] {
  const installation = path.resolve(process.execPath, '../..');
  return existsSync(path.join(installation, 'include/node/node_api.h')) ? ['--nodedir', installation] : [];
}

async function run(file: string, args: readonly string[], cwd: string, variables: Readonly<Record<string, string>> = {}): Promise<void> {
  try {
    await promisify(execFile)(file, args, { cwd, env: { ...process.env, ...variables }, maxBuffer: MAX_OUTPUT_BYTES });
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    const last = [stdout, stderr].map((text) => text.trimEnd().split('\n').slice(-LINES_OF_ERROR).join('\n'));
    throw new Error(`building the native addon of aws-lambda-ric failed in ${cwd}: ${message.split('\n')[0]}\n${last.join('\n')}`);
  }
}

if (require.main === module) {
  void (async () => {
    for (const client of Object.keys(CLIENT_PACKAGES) as RuntimeClient[]) {
      console.log(await nativeAddon(client));
    }
  })();
}
