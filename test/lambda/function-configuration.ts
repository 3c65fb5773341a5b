import * as path from 'node:path';
import type { NodeBinary } from './node-versions';
import type { OptFolder } from './opt-folder';

/** The managed runtimes that can be emulated. */
export type LambdaRuntime = 'nodejs18.x' | 'nodejs20.x' | 'nodejs22.x' | 'nodejs24.x';

/** Everything about a function that its execution environments have in common. */
export interface FunctionConfiguration {
  readonly runtime: LambdaRuntime;
  readonly node: NodeBinary;
  readonly runtimeFolder: string;
  readonly taskRoot: string;
  readonly opt: OptFolder;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly name: string;
  readonly version: string;
  /** In megabytes. */
  readonly memorySize: number;
  readonly timeoutSeconds: number;
  readonly extensionsSupported: boolean;
  /** Stands in for `/tmp`; it outlives processes, as Lambda keeps `/tmp` when it resets an environment. */
  readonly tmpFolder: string;
}

export function regionOf(configuration: FunctionConfiguration): string {
  return configuration.environment.AWS_REGION ?? 'us-east-1';
}

export function arnOf(configuration: FunctionConfiguration): string {
  return `arn:aws:lambda:${regionOf(configuration)}:123456789012:function:${configuration.name}`;
}

/**
 * The environment variables that Lambda defines, and the function's own. Nothing of this process's environment but the
 * PATH gets in.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function environmentVariables(configuration: FunctionConfiguration, runtimeApi: string, logStream: string): Record<string, string> {
  const { environment, opt, node, runtimeFolder, taskRoot } = configuration;
  const mapped = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, opt.map(value)]));
  return {
    PATH: [path.dirname(node.path), process.env.PATH, opt.map('/opt/bin')].join(path.delimiter),
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    TMPDIR: configuration.tmpFolder,
    NODE_PATH: nodePath(configuration),
    AWS_REGION: regionOf(configuration),
    AWS_DEFAULT_REGION: regionOf(configuration),
    AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.runtime}`,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    ...mapped,
    // reserved: Lambda refuses a function that sets them
    AWS_LAMBDA_FUNCTION_NAME: configuration.name,
    AWS_LAMBDA_FUNCTION_VERSION: configuration.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.memorySize),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${configuration.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    LAMBDA_TASK_ROOT: taskRoot,
    LAMBDA_RUNTIME_DIR: runtimeFolder,
    _HANDLER: opt.map(configuration.handler),
  };
}

/**
 * The command that Lambda's bootstrap script ends in.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html for wrapper scripts
 */
export function command(configuration: FunctionConfiguration): string[] {
  const wrapper = configuration.environment.AWS_LAMBDA_EXEC_WRAPPER;
  const node = [configuration.node.path, ...nodeOptions(configuration), path.join(configuration.runtimeFolder, 'index.mjs')];
  return wrapper ? [configuration.opt.map(wrapper), ...node] : node;
}

/** In the order of the managed runtimes' bootstrap script. */
function nodePath({ runtime, opt, runtimeFolder, taskRoot }: FunctionConfiguration): string {
  return [
    opt.map(`/opt/nodejs/${runtime.replace(/^nodejs(\d+)\.x$/, 'node$1')}/node_modules`),
    opt.map('/opt/nodejs/node_modules'),
    path.join(runtimeFolder, 'node_modules'),
    runtimeFolder,
    taskRoot,
  ].join(path.delimiter);
}

/** As the bootstrap script computes them: a tenth of the memory for the young generation, in two halves. */
function nodeOptions({ memorySize, node, environment }: FunctionConfiguration): string[] {
  const newSpace = Math.floor(memorySize / 10);
  return [
    '--expose-gc',
    '--max-http-header-size=81920',
    `--max-semi-space-size=${Math.floor(newSpace / 2)}`,
    `--max-old-space-size=${memorySize - newSpace}`,
    ...experimentsTurnedOff(node).filter((option) => !environment.NODE_OPTIONS?.includes(option.replace('--no-', '--'))),
  ];
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html "experimental features that Lambda disables" */
function experimentsTurnedOff(node: NodeBinary): string[] {
  switch (node.major) {
    case 20: return ['--no-experimental-require-module'];
    case 22: return ['--no-experimental-require-module', '--no-experimental-detect-module'];
    default: return [];
  }
}
