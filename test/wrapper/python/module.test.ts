/** Runs the tests of the module `coverage_wrapper` with pytest, beside a local S3: on the oldest and the newest Python of this machine. */
import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { describePythons, ENDS } from './attached-function';
import { testPackages } from './test-packages';
import { pythonInterpreters } from '../../../projenrc/python-layer/interpreters';
import { LocalS3 } from '../../s3/local-s3';

const LAYER = path.join(__dirname, '../../../assets/python-layer/python');
const SOURCES = path.join(__dirname, '../../../src/wrapper/python');
const TESTS = path.join(__dirname, 'module');
const BUCKET = 'coverage-bucket';

describePythons('the module coverage_wrapper', ENDS, (version) => {
  test('passes the tests of the module', async () => {
    const interpreter = pythonInterpreters().get(version)!;
    const packages = await testPackages(version);
    const s3 = await LocalS3.start({ buckets: [BUCKET] });
    try {
      const env = {
        PATH: process.env.PATH,
        TMPDIR: process.env.TMPDIR,
        ...s3.environment(),
        TEST_BUCKET: BUCKET,
        TEST_SOURCES: SOURCES,
        PYTHONPATH: [LAYER, packages].join(path.delimiter),
      };
      await promisify(execFile)(interpreter, ['-B', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', TESTS], { env, maxBuffer: 16 * 1024 * 1024 })
        .catch((error: { stdout: string; stderr: string }) => {
          throw new Error(`${error.stdout}${error.stderr}`);
        });
    } finally {
      await s3.stop();
    }
  }, 300_000);
});
