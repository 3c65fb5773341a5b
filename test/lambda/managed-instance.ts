import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { bodyOf } from './api-server';
import type { PythonRuntimeName } from './function-configuration';
import { nodeBinary, type NodeVersion } from './node-versions';
import { OptFolder } from './opt-folder';
import { PythonRuntime } from './python-runtime';
import { runtimeFolder } from './runtime-folder';

export interface ManagedInstanceOptions {
  /** Of Node.js, worker threads serve invocations; of Python, processes. */
  readonly runtime: NodeVersion | PythonRuntimeName;
  readonly taskRoot: string;
  readonly handler: string;
  /** A folder with what the layer puts into `/opt`. @default - no layer */
  readonly layer?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Threads or processes that serve invocations. @default 2 */
  readonly workers?: number;
}

/**
 * A function on a Lambda Managed Instance on this machine: AWS's runtime interface client in its mode for several invocations at
 * once, which is never frozen. There is no Extensions API, since extensions cannot register for invocations
 * there.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances-nodejs-runtime.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances-python-runtime.html
 */
export class ManagedInstance {
  public static async start(options: ManagedInstanceOptions): Promise<ManagedInstance> {
    const { command, folder, name, variables } = await programOf(options);
    const instance = new ManagedInstance();
    instance.server.listen(0, '127.0.0.1');
    await once(instance.server, 'listening');
    instance.launch(command, options.taskRoot, {
      PATH: process.env.PATH ?? '',
      TMPDIR: process.env.TMPDIR ?? '/tmp',
      AWS_REGION: 'us-east-1',
      ...variables,
      ...options.environment,
      AWS_EXECUTION_ENV: `AWS_Lambda_${name}`,
      AWS_LAMBDA_FUNCTION_NAME: 'managed-function',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '2048',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/managed-function',
      AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'lambda-managed-instances',
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(instance.server.address() as AddressInfo).port}`,
      LAMBDA_TASK_ROOT: options.taskRoot,
      LAMBDA_RUNTIME_DIR: folder,
      _HANDLER: mapped(options),
    });
    return instance;
  }

  /** Lines that the function wrote to stdout and stderr. */
  public readonly logs: string[] = [];
  private readonly server: Server;
  private readonly waiting: ServerResponse[] = [];
  private readonly events: Array<{ readonly id: string; readonly event: unknown }> = [];
  private readonly answers = new Map<string, { resolve(payload: unknown): void; reject(error: Error): void }>();
  private process!: ChildProcess;

  private constructor() {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  /** Resolves with the answer, or with the error as the runtime reports it. Several can go on at a time. */
  public async invoke(event: unknown): Promise<unknown> {
    const id = randomUUID();
    const answer = new Promise<unknown>((done, reject) => this.answers.set(id, { resolve: done, reject }));
    this.events.push({ id, event });
    this.dispatch();
    return answer;
  }

  public async stop(): Promise<void> {
    process.kill(-this.process.pid!, 'SIGKILL');
    this.server.close();
    this.server.closeAllConnections();
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'exit');
  }

  private launch([program, ...args]: readonly string[], cwd: string, env: Record<string, string>): void {
    // a group of its own, since it may have processes
    this.process = spawn(program!, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.process.once('exit', (code) => {
      const error = new Error(`the process ended with ${code}: ${this.logs.join('\n')}`);
      this.answers.forEach(({ reject }) => reject(error));
    });
    for (const output of [this.process.stdout!, this.process.stderr!]) {
      output.setEncoding('utf8').on('data', (text: string) => this.logs.push(...text.split('\n').filter((line) => line !== '')));
    }
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answered = /\/invocation\/([^/]+)\/(?:response|error)$/.exec(request.url!);
    if (request.url!.endsWith('/invocation/next')) {
      this.waiting.push(response);
      this.dispatch();
      return;
    }
    const body = (await bodyOf(request)).toString();
    if (answered) {
      this.answers.get(answered[1]!)?.resolve(JSON.parse(body === '' ? 'null' : body));
    }
    response.writeHead(202).end();
  }

  private dispatch(): void {
    while (this.waiting.length > 0 && this.events.length > 0) {
      const { id, event } = this.events.shift()!;
      const body = JSON.stringify(event);
      this.waiting.shift()!.writeHead(200, {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
        'Lambda-Runtime-Aws-Request-Id': id,
        'Lambda-Runtime-Deadline-Ms': Date.now() + 60_000,
        'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:us-east-1:123456789012:function:managed-function',
      }).end(body);
    }
  }
}

interface Program {
  readonly command: readonly string[];
  /** Stands in for `/var/runtime`. */
  readonly folder: string;
  /** The runtime's identifier. */
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
}

async function programOf(options: ManagedInstanceOptions): Promise<Program> {
  const { runtime, taskRoot, layer, environment = {}, workers = 2 } = options;
  if (runtime.startsWith('python')) {
    const python = await PythonRuntime.of(runtime as PythonRuntimeName);
    const opt = await OptFolder.of(layer === undefined ? [] : [layer], join(process.env.TMPDIR ?? '/tmp', randomUUID()));
    const command = python.command({ taskRoot, opt, handler: options.handler, environment });
    return { command, folder: python.folder, name: runtime, variables: { ...python.variables(), AWS_LAMBDA_MAX_CONCURRENCY: String(workers) } };
  }
  const node = await nodeBinary(runtime as NodeVersion);
  const folder = await runtimeFolder('4.0.2', 'concurrent-client.cjs');
  return {
    command: [node.path, join(folder, 'index.mjs')],
    folder,
    name: `nodejs${node.major}.x`,
    variables: { AWS_LAMBDA_MAX_CONCURRENCY: '64', AWS_LAMBDA_NODEJS_WORKER_COUNT: String(workers) },
  };
}

function mapped({ handler, layer }: ManagedInstanceOptions): string {
  return layer === undefined ? handler : handler.replace('/opt', resolve(layer));
}
