import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { describePythons, VERSIONS } from './attached-function';
import { PYTHON_VERSIONS } from '../../../projenrc/python-layer/interpreters';
import { combine } from '../../../src/combiner/combine';
import { S3Store } from '../../../src/combiner/stores/s3-store';
import { DEFAULT_SETTINGS, encodeEnvironment } from '../../../src/contract/environment';
import { LocalLambda } from '../../lambda/local-lambda';
import { hasPython } from '../../lambda/python-runtime';
import { LocalS3 } from '../../s3/local-s3';
import { saySkipped } from '../../say-skipped';

const BUCKET = 'coverage-bucket';
const LAYER = path.join(__dirname, '../../../assets/python-layer');
const APP = `import helper

LIMIT = 10


def handler(event, context):
    if event.get("fail"):
        raise ValueError("no " + event["fail"])
    if event.get("big"):
        return helper.big(LIMIT)
    return {"small": True}


def never():
    return 1
`;
const HELPER = `def big(limit):
    return {"big": limit}
`;

let folder: string;
let s3: LocalS3;
let lambda: LocalLambda | undefined;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'python-function-'));
  mkdirSync(path.join(folder, 'vendored-1.0.dist-info'));
  writeFileSync(path.join(folder, 'vendored-1.0.dist-info', 'RECORD'), 'vendored.py,,\n');
  writeFileSync(path.join(folder, 'vendored.py'), 'X = 1\n');
  writeFileSync(path.join(folder, 'app.py'), `import vendored  # noqa\n${APP}`);
  writeFileSync(path.join(folder, 'helper.py'), HELPER);
  s3 = await LocalS3.start({ buckets: [BUCKET], sessionToken: 'session' });
});

afterEach(async () => {
  await lambda?.stop();
  lambda = undefined;
  await s3.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(version: (typeof PYTHON_VERSIONS)[number], attached: boolean, handler = 'app.handler', bucket = BUCKET): Promise<LocalLambda> {
  const settings = { ...DEFAULT_SETTINGS, bucket, handler };
  return (lambda = await LocalLambda.start({
    runtime: `python${version}`,
    taskRoot: folder,
    handler: attached ? 'coverage_wrapper.bootstrap.handler' : handler,
    ...(attached && { layers: [LAYER], environment: { ...s3.environment(), ...encodeEnvironment(settings) } }),
  }));
}

for (const version of PYTHON_VERSIONS.filter((one) => !hasPython(one))) {
  saySkipped(`functions in Python ${version}, which is not on this machine`);
  test.skip(`Python ${version}`, () => undefined);
}

describePythons('functions in Python', VERSIONS, (version) => {
  test('tells which lines and branches ran, and which of a file never did', async () => {
    const fn = await start(version, true);
    expect((await fn.invoke({ big: 1 })).payload).toEqual({ big: 10 });
    await fn.settled();
    expect((await fn.invoke({})).payload).toEqual({ small: true });
    await fn.settled();
    expect(fn.logs).toEqual([]);
    const { coverage, errors } = await combine(new S3Store(BUCKET, 'coverage/', { endpoint: s3.endpoint, region: s3.region, credentials: s3.credentials }));
    expect(errors).toEqual([]);
    expect(coverage.files()).toEqual(['app.py', 'helper.py']);
    // the lines of the text above, by hand
    expect(coverage.fileCoverageFor('app.py').getLineCoverage()).toEqual({ 1: 1, 2: 1, 4: 1, 7: 1, 8: 1, 9: 0, 10: 1, 11: 1, 12: 1, 15: 1, 16: 0 });
    expect(coverage.fileCoverageFor('app.py').toSummary().branches).toMatchObject({ total: 4, covered: 3 });
    expect(coverage.fileCoverageFor('helper.py').toSummary().lines).toMatchObject({ total: 2, covered: 2 });
  });

  test.each([
    ['an exception', 'app.handler', { fail: 'luck' }], ['a module that is not there', 'other.handler', {}], ['a handler that is not there', 'app.other', {}],
    ['a name without a dot', 'app', {}],
  ])('leaves the error as it is: %s', async (_, handler, event) => {
    const outcome = async (attached: boolean) => {
      const fn = await start(version, attached, handler);
      const { payload, functionError } = await fn.invoke(event);
      await fn.settled();
      await fn.stop();
      return { payload: { ...payload as object, requestId: '' }, functionError };
    };
    expect(await outcome(true)).toEqual(await outcome(false));
  });

  test('goes on where the bucket is not there, and says so once', async () => {
    const fn = await start(version, true, 'app.handler', 'no-such-bucket');
    expect((await fn.invoke({})).payload).toEqual({ small: true });
    await fn.settled();
    expect((await fn.invoke({})).payload).toEqual({ small: true });
    await fn.settled();
    expect(fn.logs.map((line) => (JSON.parse(line) as { error_type: string }).error_type)).toEqual(['S3UploadError']);
  });
});
