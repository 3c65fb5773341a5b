import * as path from 'node:path';
import type { OptFolder } from './opt-folder';
import type { ProcessorLimit } from './processor-limit';
import type { PythonVersion } from '../../projenrc/python-layer/interpreters';

/** The managed runtimes that can be emulated. */
export type LambdaRuntime = 'nodejs18.x' | 'nodejs20.x' | 'nodejs22.x' | 'nodejs24.x' | PythonRuntimeName;

export type PythonRuntimeName = `python${PythonVersion}`;

/** What is in `/var/lang` and `/var/runtime`: an interpreter, and AWS's client for it. */
export interface RuntimeProgram {
  /** Stands in for `/var/runtime`. */
  readonly folder: string;
  /** The folder of the interpreter. */
  readonly bin: string;
  /** The command that Lambda's bootstrap script ends in. */
  command(configuration: FunctionConfiguration): string[];
  /** The environment variables that only this language has, which a function may set otherwise. */
  variables(configuration: FunctionConfiguration): Record<string, string>;
}

/** Everything about a function that its execution environments have in common. */
export interface FunctionConfiguration {
  readonly runtime: LambdaRuntime;
  readonly program: RuntimeProgram;
  readonly taskRoot: string;
  readonly opt: OptFolder;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly name: string;
  readonly version: string;
  /** In megabytes. */
  readonly memorySize: number;
  /** @default - none */
  readonly processorLimit?: ProcessorLimit;
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
  const { environment, opt, program, taskRoot } = configuration;
  const mapped = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, opt.map(value)]));
  return {
    PATH: [program.bin, process.env.PATH, opt.map('/opt/bin')].join(path.delimiter),
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    TMPDIR: configuration.tmpFolder,
    ...program.variables(configuration),
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
    LAMBDA_RUNTIME_DIR: program.folder,
    _HANDLER: opt.map(configuration.handler),
  };
}

/**
 * The command that starts a process.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html for wrapper scripts
 */
export function command(configuration: FunctionConfiguration): string[] {
  const wrapper = configuration.environment.AWS_LAMBDA_EXEC_WRAPPER;
  const program = configuration.program.command(configuration);
  const wrapped = wrapper ? [configuration.opt.map(wrapper), ...program] : program;
  return configuration.processorLimit?.around(wrapped) ?? wrapped;
}
