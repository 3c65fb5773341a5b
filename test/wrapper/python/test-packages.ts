import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { anyPython, hasPip, pythonInterpreters, type PythonVersion } from '../../../projenrc/python-layer/interpreters';
import { sha256 } from '../../../src/conversion/sha256';
import { cachedFolder } from '../../lambda/cache-folder';

/** For the tests of the module, and those of packages of others. */
const PACKAGES = ['pytest>=8.3,<9', 'boto3>=1.37,<2', 'freezegun==1.5.1'];

/** A folder with the packages that tests in Python import. */
export async function testPackages(version: PythonVersion): Promise<string> {
  return cachedFolder(path.join('python-test-packages', sha256(JSON.stringify(PACKAGES)).slice(0, 8), version), async (into) => {
    const own = pythonInterpreters().get(version)!;
    // that of another Python knows only by its own version which packages are needed
    const [interpreter, options] = hasPip(own) ? [own, []] : [anyPython()!, ['--python-version', version, '--only-binary=:all:']];
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', into, ...options, ...PACKAGES];
    await promisify(execFile)(interpreter, install);
  });
}
