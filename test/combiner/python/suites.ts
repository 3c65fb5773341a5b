import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { pythonInterpreters } from '../../../projenrc/python-layer/interpreters';
import { cachedFolder } from '../../lambda/cache-folder';

/** A package of others, with its tests. */
export interface Suite {
  readonly requirement: string;
  /** Where the modules are. */
  readonly root: string;
  readonly tests: string;
}

export const SUITES: readonly Suite[] = [
  { requirement: 'itsdangerous==2.2.0', root: 'src', tests: 'tests' },
  { requirement: 'h11==0.14.0', root: '.', tests: 'h11/tests' },
  { requirement: 'click==8.1.8', root: 'src', tests: 'tests' },
];
/** A source distribution, unpacked; with the metadata that it has when it is installed, which tests may ask for. */
export async function sourcesOf({ requirement, root }: Suite): Promise<string> {
  const name = requirement.replace('==', '-');
  const folder = await cachedFolder(path.join('source-distributions', name), async (into) => {
    const python = [...pythonInterpreters().values()].at(-1)!;
    const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-binary', ':all:', '--no-deps', '--dest', into, requirement];
    await promisify(execFile)(python, pip);
    await promisify(execFile)('tar', ['xzf', path.join(into, `${name}.tar.gz`), '-C', into]);
    const metadata = path.join(into, name, root, `${name}.dist-info`);
    mkdirSync(metadata, { recursive: true });
    writeFileSync(path.join(metadata, 'METADATA'), readFileSync(path.join(into, name, 'PKG-INFO')));
  });
  return path.join(folder, name);
}
