import * as path from 'node:path';
import { pythonInterpreters, type PythonVersion } from '../../../projenrc/python-layer/interpreters';
import { combine, type CombinedStore } from '../../../src/combiner/combine';
import { S3Store } from '../../../src/combiner/stores/s3-store';
import { DEFAULT_SETTINGS, encodeEnvironment, type Settings } from '../../../src/contract/environment';
import { PYTHON_WRAPPER_HANDLER } from '../../../src/contract/layer';
import { LocalLambda } from '../../lambda/local-lambda';
import type { LocalLambdaOptions } from '../../lambda/local-lambda-options';
import { hasPython } from '../../lambda/python-runtime';
import { LocalS3, type LocalS3Options } from '../../s3/local-s3';
import { saySkipped } from '../../say-skipped';
import { taskFolder, type TaskFiles } from '../../task-folder';

export const BUCKET = 'coverage-bucket';
export const LAYER = path.join(__dirname, '../../../assets/python-layer');

/** The versions of Python that functions can be run on here. */
export const VERSIONS: readonly PythonVersion[] = [...pythonInterpreters().keys()].filter(hasPython);
/** The oldest and the newest of them. */
export const ENDS: readonly PythonVersion[] = [...new Set([...VERSIONS.slice(0, 1), ...VERSIONS.slice(-1)])];

/** Tests on each of some versions of Python; where this machine has none of them, they are skipped with a printed reason. */
export function describePythons(what: string, versions: readonly PythonVersion[], define: (version: PythonVersion) => void): void {
  if (versions.length === 0) {
    saySkipped(`${what}, since this machine has no Python with pip for that`);
    test.skip(what, () => undefined);
    return;
  }
  describe.each(versions)('Python %s:', define);
}

export interface AttachedPython extends Partial<Omit<LocalLambdaOptions, 'runtime' | 'taskRoot' | 'handler'>> {
  readonly files: TaskFiles;
  /** @default 'app.handler' */
  readonly handler?: string;
  readonly settings?: Partial<Settings>;
  /** Whether coverage is attached. @default true */
  readonly attached?: boolean;
}

const running: Array<{ stop(): Promise<unknown> }> = [];

afterEach(async () => {
  for (const one of running.splice(0).reverse()) {
    await one.stop();
  }
});

export async function startS3(options: Partial<LocalS3Options> = {}): Promise<LocalS3> {
  const s3 = await LocalS3.start({ buckets: [BUCKET], sessionToken: 'session', ...options });
  running.push(s3);
  return s3;
}

/** A function in the local Lambda, with coverage attached as CDK does it. */
export async function startPython(s3: LocalS3, version: PythonVersion, options: AttachedPython): Promise<LocalLambda> {
  const { files, handler = 'app.handler', settings = {}, attached = true, environment, layers = [], ...others } = options;
  const all = { ...DEFAULT_SETTINGS, bucket: BUCKET, handler, ...settings };
  const lambda = await LocalLambda.start({
    ...others,
    runtime: `python${version}`,
    taskRoot: taskFolder(files),
    handler: attached ? PYTHON_WRAPPER_HANDLER : handler,
    layers: attached ? [...layers, LAYER] : layers,
    environment: { ...(attached && { ...s3.environment(), ...encodeEnvironment(all) }), ...environment },
  });
  running.push(lambda);
  return lambda;
}

export function combined(s3: LocalS3): Promise<CombinedStore> {
  return combine(new S3Store(BUCKET, 'coverage/', { endpoint: s3.endpoint, region: s3.region, credentials: s3.credentials }));
}

/** The functions of a file that were called, by everything that is in the bucket. */
export async function called(s3: LocalS3, file = 'app.py'): Promise<string[]> {
  const { coverage, errors } = await combined(s3);
  expect(errors).toEqual([]);
  if (!coverage.files().includes(file)) {
    return [];
  }
  const { fnMap, f } = coverage.fileCoverageFor(file);
  return Object.keys(fnMap).filter((id) => f[id]! > 0).map((id) => fnMap[id]!.name).sort();
}

/** What coverage has to say in the function's log. */
export function reported(lambda: LocalLambda): string[] {
  return lambda.logs.filter((line) => line.includes('error_type')).map((line) => (JSON.parse(line) as { error_type: string; message: string }).message);
}
