import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DEFAULT_SETTINGS, encodeEnvironment, type Settings } from '../../../src/contract/environment';
import { WRAPPER_HANDLER } from '../../../src/contract/layer';
import { parseRawCoverageKey, rawCoveragePrefix, type RawCoverageKey } from '../../../src/contract/object-keys';
import { decodeRawCoverageFile, type RawCoverage, type ScriptCoverage } from '../../../src/contract/raw-coverage';
import { LocalLambda, type LocalLambdaOptions } from '../../lambda/local-lambda';
import { LocalS3, type LocalS3Options } from '../../s3/local-s3';

export const BUCKET = 'coverage-bucket';
export const LAYER = join(__dirname, '../../../assets/layer');

export type FunctionOptions = Omit<LocalLambdaOptions, 'layers'>;

export interface AttachOptions extends FunctionOptions {
  /** Over the defaults of a `CoverageLayer`. */
  readonly settings?: Partial<Settings>;
}

export interface RawObject {
  readonly key: RawCoverageKey;
  readonly raw: RawCoverage;
}

const running: Array<{ stop(): Promise<void> }> = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

/** Stopped after the test, as everything that is started here. */
export async function startS3(options: LocalS3Options = {}): Promise<LocalS3> {
  return started(await LocalS3.start({ buckets: [BUCKET], sessionToken: 'session', ...options }));
}

/** The function as it is without coverage. */
export async function startPlain(options: FunctionOptions): Promise<LocalLambda> {
  return started(await LocalLambda.start(options));
}

/** The function as `CoverageLayer.attachTo` configures it: layer, handler, environment. */
export async function startAttached(s3: LocalS3, { settings, ...options }: AttachOptions): Promise<LocalLambda> {
  if (!existsSync(LAYER)) {
    throw new Error("the layer is not built; run 'npx projen bundle'");
  }
  const { handler, environment } = options;
  return started(await LocalLambda.start({
    ...options,
    layers: [LAYER],
    handler: WRAPPER_HANDLER,
    environment: { ...s3.environment(), ...encodeEnvironment({ ...DEFAULT_SETTINGS, bucket: BUCKET, ...settings, handler }), ...environment },
  }));
}

/** The raw objects in the bucket in the order of their sequence numbers; each has a key and a body that read back. */
export function rawObjects(s3: LocalS3, prefix = DEFAULT_SETTINGS.prefix): RawObject[] {
  return s3.keys(BUCKET, rawCoveragePrefix(prefix))
    .flatMap((text) => {
      const key = parseRawCoverageKey(text);
      if (!key) throw new Error(`key '${text}' does not parse`);
      const { body, contentEncoding } = s3.object(BUCKET, text);
      expect(contentEncoding).toBe('gzip');
      return decodeRawCoverageFile(gunzipSync(body).toString('utf8')).map((raw) => ({ key, raw }));
    })
    .sort((a, b) => a.key.execution.sequence - b.key.execution.sequence);
}

export function scriptsOf(raw: RawCoverage): readonly ScriptCoverage[] {
  return raw.kind === 'v8' ? raw.result : [];
}

/** How often each named function ran, by the path of its script. */
export function counts(raw: RawCoverage): Record<string, Record<string, number>> {
  return Object.fromEntries(scriptsOf(raw).map(({ path, functions }) => [
    path,
    Object.fromEntries(functions.filter(({ functionName }) => functionName !== '').map(({ functionName, ranges }) => [functionName, ranges[0]!.count])),
  ]));
}

function started<T extends { stop(): Promise<void> }>(one: T): T {
  running.push(one);
  return one;
}
