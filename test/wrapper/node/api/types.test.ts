/** The types of the package as TypeScript finds them in a project that has installed it, in every way that TypeScript finds modules. */
import { join } from 'node:path';
import * as ts from 'typescript';
import { projectFolder } from './own-handler';

const IMPORT = (module: string) => `import {
  CoverageCombineError, CoverageConfig, CoverageContext, CoverageError, CoverageInitializationError, S3UploadError, coverageHandler, generateS3Key,
  getCoverageStatus, getLayerInfo, getS3Config, healthCheckHandler, uploadCoverageFile,
  type CoverageConfigOptions, type CoverageReportMetadata, type CoverageStatus, type CoverageUpload, type HealthCheckResponse, type LayerInfo, type S3Config,
} from '${module}';
`;

const USE = `
export const handler = coverageHandler(async (event: { n: number }, context: { awsRequestId: string }) => \`\${event.n} \${context.awsRequestId}\`);
export const callback = coverageHandler((event: unknown, context: unknown, done: (error: null, result: number) => void) => done(null, 1));
const answer: Promise<string> = handler({ n: 1 }, { awsRequestId: 'a' });
// @ts-expect-error the kind of the handler is kept
handler({ n: '1' }, { awsRequestId: 'a' });
// @ts-expect-error not a handler
coverageHandler(1);

const options: CoverageConfigOptions = { s3Bucket: 'b', includePatterns: ['src/**'] };
const config: CoverageConfig = new CoverageConfig(options);
// @ts-expect-error the bucket is required
new CoverageConfig({ s3Prefix: 'p/' });
const fromEnvironment: CoverageConfig = CoverageConfig.fromEnvironment();

export async function blocks(): Promise<number> {
  await using block = new CoverageContext(config).start();
  const context = new CoverageContext();
  context.start();
  await context.stop();
  const length: number = await context.run(async () => [block].length);
  return length + await context.run(() => 1);
}

export async function rest(): Promise<unknown[]> {
  const health: HealthCheckResponse = await healthCheckHandler();
  const status: 'healthy' | 'unhealthy' | 'degraded' = health.status;
  const { bucket, prefix, timeout, region }: S3Config = getS3Config();
  const { initialized, active, config: used }: CoverageStatus = getCoverageStatus();
  const { version, nodeVersion, v8Version, dependencies }: LayerInfo = getLayerInfo();
  const upload: CoverageUpload = await uploadCoverageFile(new Uint8Array(), 'f', 'e', fromEnvironment);
  const metadata: CoverageReportMetadata = {
    functionName: 'f', executionId: 'e', timestamp: new Date(), s3Key: generateS3Key('f', 'e', 'coverage/', new Date()), fileSize: upload.fileSize, coveragePercentage: 99.5,
  };
  const errors: CoverageError[] = [new CoverageInitializationError('a'), new S3UploadError('b', { s3_key: 'c' }), new CoverageCombineError('d')];
  return [status, bucket, prefix, timeout, region, initialized, active, used.s3Bucket, version, nodeVersion, v8Version, dependencies.aws4, metadata, errors, await answer];
}
`;

const LATEST: ts.CompilerOptions = { strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, lib: ['lib.es2022.d.ts'], types: [], skipLibCheck: false };

const WAYS: Array<[string, string, ts.CompilerOptions]> = [
  ['node16, an ES module', 'use.mts', { module: ts.ModuleKind.Node16 }],
  ['node16, CommonJS', 'use.cts', { module: ts.ModuleKind.Node16 }],
  ['nodenext, an ES module', 'use.mts', { module: ts.ModuleKind.NodeNext }],
  ['bundler', 'use.ts', { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }],
  ['node10', 'use.ts', { module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10, ignoreDeprecations: '6.0' }],
];

let folder: string;

beforeAll(() => {
  const modules = { npm: 'cdk-lambda-coverage/wrapper', layer: 'coverage-wrapper' };
  const files = Object.entries(modules).flatMap(([where, module]) => ['use.ts', 'use.mts', 'use.cts'].map((file) => [`${where}/${file}`, IMPORT(module) + USE]));
  folder = projectFolder(Object.fromEntries(files));
});

describe.each(['npm', 'layer'])('%s', (where) => {
  test.each(WAYS)('%s', (_name, file, options) => {
    const program = ts.createProgram([join(folder, where, file)], { ...LATEST, ...options });
    const messages = ts.getPreEmitDiagnostics(program).map(({ messageText, file: in_, start }) => `${in_?.fileName ?? ''}:${start} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
    expect(messages).toEqual([]);
  });
});
