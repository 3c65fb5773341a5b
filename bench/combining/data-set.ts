import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { App, AssetStaging, Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { build } from 'esbuild';
import { formatExecutionId, parseRawCoverageKey, parseSourceKey, rawCoverageKey, uuidOfHash } from '../../src/contract/object-keys';
import { decodeRawCoverageFile, encodeRawCoverage, type V8RawCoverage } from '../../src/contract/raw-coverage';
import { LocalDeployment } from '../../test/lambda/local-deployment';
import { SynthesizedApp } from '../../test/lambda/synthesized-app';
import { ordersEvent } from '../subjects/orders/events';
import { CoverageEngine, CoverageLayer } from 'cdk-lambda-coverage';

export const FOLDER = path.join(__dirname, '..', 'out', 'combining');
/** What peers call the project: the bundles and their maps, where the functions' files would be. */
export const CODE = path.join(FOLDER, 'code');
const FUNCTIONS = ['Orders1', 'Orders2', 'Orders3', 'Orders4', 'Orders5'];
const NODE = '22';
/** Environments of each function that really ran, and invocations of each. */
const ENVIRONMENTS = 3;
const INVOCATIONS = 13;
/** One object of so many is the first take of an environment; the others are deltas. */
export const FIRST_OF = 10;

/** What real environments uploaded. */
export interface Templates {
  readonly firsts: ReadonlyMap<string, readonly V8RawCoverage[]>;
  readonly deltas: ReadonlyMap<string, readonly V8RawCoverage[]>;
  /** Kept scripts and maps, by their keys. */
  readonly sources: ReadonlyMap<string, Buffer>;
}

/** Runs five functions of 1.7 MB, attached by the library, and takes what they upload: the bundles differ in a comment. */
export async function runFunctions(): Promise<Templates> {
  rmSync(FOLDER, { recursive: true, force: true });
  AssetStaging.clearAssetHashCache(); // it would take the assets of an assembly before for those of this one
  const assembly = path.join(FOLDER, 'cdk.out');
  const app = new App({ outdir: assembly });
  const stack = new Stack(app, 'Set');
  const coverage = new CoverageLayer(stack, 'Coverage', { engine: CoverageEngine.V8 });
  for (const name of FUNCTIONS) {
    await build({
      entryPoints: [path.join(__dirname, '..', 'subjects', 'orders', 'handler.ts')],
      outfile: path.join(CODE, name, 'index.js'),
      bundle: true,
      platform: 'node',
      target: 'node20',
      sourcemap: true,
      logLevel: 'error',
      banner: { js: `// ${name}` },
    });
    coverage.attachTo(new LambdaFunction(stack, name, {
      code: Code.fromAsset(path.join(CODE, name)), handler: 'index.handler', runtime: Runtime.NODEJS_22_X, memorySize: 512,
    }));
  }
  app.synth();
  const raws: V8RawCoverage[] = [];
  const sources = new Map<string, Buffer>();
  for (let environment = 0; environment < ENVIRONMENTS; environment++) {
    const deployed = new SynthesizedApp(assembly, 'Set');
    const deployment = await LocalDeployment.start(deployed, { node: NODE });
    for (const name of FUNCTIONS) {
      for (let invocation = 0; invocation < INVOCATIONS; invocation++) {
        await deployment.invoke(name, ordersEvent(3 + environment * 5 + invocation * 2));
        await deployment.settled();
      }
    }
    const { s3 } = deployment;
    for (const bucket of deployed.bucketNames()) {
      for (const key of s3.keys(bucket)) {
        const body = s3.object(bucket, key).body;
        if (parseRawCoverageKey(key)) {
          raws.push(...decodeRawCoverageFile(gunzipSync(body).toString('utf8')) as V8RawCoverage[]);
        } else if (parseSourceKey(key)) {
          sources.set(key, body);
        }
      }
    }
    await deployment.stop();
  }
  const ofPhase = (phase: string) => new Map(FUNCTIONS.map((name) =>
    [name, raws.filter(({ metadata }) => metadata.functionName === name && metadata.phase === phase)]));
  return { firsts: ofPhase('init'), deltas: ofPhase('invocation'), sources };
}

/** An object of a data set: which of the templates it is, and what is its own. */
interface Place {
  readonly functionName: string;
  readonly isFirst: boolean;
  /** Of the template. */
  readonly index: number;
  readonly key: string;
  readonly metadata: Partial<V8RawCoverage['metadata']>;
}

function* places(count: number): Generator<Place> {
  for (let at = 0; at < count; at++) {
    const functionName = FUNCTIONS[at % FUNCTIONS.length]!;
    const environment = Math.floor(at / (FIRST_OF * FUNCTIONS.length)) * FUNCTIONS.length + (at % FUNCTIONS.length);
    const sequence = Math.floor(at / FUNCTIONS.length) % FIRST_OF;
    const time = new Date(Date.UTC(2026, 0, 31, 12) + at * 1_000);
    const environmentId = environment.toString(16).padStart(12, '0');
    const requestId = uuidOfHash(at.toString(16).padStart(64, '0'));
    yield {
      functionName,
      isFirst: sequence === 0,
      index: sequence === 0 ? environment : at,
      key: rawCoverageKey(functionName, formatExecutionId({ requestId, environmentId, sequence }), 'coverage/', time),
      metadata: { requestId, environmentId, sequence, timestamp: time.toISOString() },
    };
  }
}

/** Writes objects as they would be in a bucket, each with metadata of its own. @returns the folder */
export function writeObjects({ firsts, deltas, sources }: Templates, count: number): string {
  const folder = path.join(FOLDER, `objects-${count}`);
  const write = (key: string, body: Buffer) => {
    mkdirSync(path.dirname(path.join(folder, key)), { recursive: true });
    writeFileSync(path.join(folder, key), body);
  };
  sources.forEach((body, key) => write(key, body));
  for (const { functionName, isFirst, index, key, metadata } of places(count)) {
    const some = (isFirst ? firsts : deltas).get(functionName)!;
    const template = some[index % some.length]!;
    write(key, gzipSync(encodeRawCoverage({ ...template, metadata: { ...template.metadata, ...metadata } })));
  }
  return folder;
}

/** The same as Node.js writes it with NODE_V8_COVERAGE, a file for each object: what is equal is one file with several names. */
export function writeV8Files({ firsts, deltas }: Templates, count: number): string {
  const folder = path.join(FOLDER, `v8-${count}`);
  mkdirSync(folder, { recursive: true });
  const written = new Map<V8RawCoverage, string>();
  let number = 0;
  for (const { functionName, isFirst, index } of places(count)) {
    const some = (isFirst ? firsts : deltas).get(functionName)!;
    const template = some[index % some.length]!;
    const file = path.join(folder, `coverage-${String(number++).padStart(6, '0')}.json`);
    const same = written.get(template);
    if (same !== undefined) {
      linkSync(same, file);
    } else {
      writeFileSync(file, JSON.stringify(v8Of(template, functionName)));
      written.set(template, file);
    }
  }
  return folder;
}

function v8Of({ result }: V8RawCoverage, functionName: string): object {
  return {
    result: result.map(({ functions, wrapperLength }, index) => ({
      scriptId: String(index + 1),
      url: pathToFileURL(path.join(CODE, functionName, 'index.js')).href,
      functions: functions.map((fn) => ({
        ...fn,
        ranges: fn.ranges.map(({ startOffset, endOffset, count }) => (
          { startOffset: Math.max(0, startOffset - wrapperLength), endOffset: endOffset - wrapperLength, count }
        )),
      })),
    })),
  };
}
