import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { Shutdown } from './execution-environment';
import { ExecutionEnvironment, timeoutError } from './execution-environment';
import type { FunctionConfiguration, RuntimeProgram } from './function-configuration';
import type { ProcessUsage } from './function-process';
import type { Answer } from './invocation';
import { failure, Invocation } from './invocation';
import type { InvocationResult } from './invocation-result';
import { resultOf } from './invocation-result';
import type { InvokeOptions, LocalLambdaOptions } from './local-lambda-options';
import { NodeRuntime } from './node-runtime';
import type { NodeVersion } from './node-versions';
import { OptFolder } from './opt-folder';
import { OrphanReaper } from './orphan-reaper';
import { ProcessorLimit } from './processor-limit';
import { isPython, PythonRuntime } from './python-runtime';

export type { InvocationResult, InvokeOptions, LocalLambdaOptions };

/** What Lambda allows init to take before it tries once more, within the first invocation and its timeout. */
const INIT_LIMIT_MS = 10_000;

/**
 * A Lambda function on this machine: AWS's own runtime interface client, in a process that is frozen, thawed, timed out
 * and shut down as Lambda does. One event at a time, as one execution environment serves them.
 *
 * Whoever starts one stops it.
 *
 * Where it is not like Lambda:
 * - `/opt`, `/tmp` and `/var/runtime` are other folders, `/var/task` is the one given; a path that code has written out is
 *   not mapped. There is no AWS SDK in the runtime's folder.
 * - A timeout kills at once. The developer guide says that Lambda resets the environment as in a shutdown, which would
 *   give a function with an extension a SIGTERM first; nobody should count on it.
 * - The memory size limits the heap only; nothing limits the processor, but where `limitsProcessor` is set.
 * - No external extensions, no Telemetry API, no SnapStart, no managed instances, no concurrency.
 * - Node.js 24 runs with its own defaults; which experiments Lambda turns off there is not documented.
 */
export class LocalLambda {
  public static async start(options: LocalLambdaOptions): Promise<LocalLambda> {
    if (process.platform === 'win32') throw new Error('the local Lambda freezes processes by signals, which Windows does not have: use WSL');
    const program = await programOf(options);
    const ownFolder = await mkdtemp(path.join(tmpdir(), 'local-lambda-'));
    const tmpFolder = options.tmpDir ?? path.join(ownFolder, 'tmp');
    await mkdir(tmpFolder, { recursive: true });
    const configuration: FunctionConfiguration = {
      runtime: options.runtime,
      program,
      taskRoot: path.resolve(options.taskRoot),
      opt: await OptFolder.of(options.layers ?? [], path.join(ownFolder, 'opt')),
      handler: options.handler,
      environment: options.environment ?? {},
      name: options.functionName ?? 'local-function',
      version: options.functionVersion ?? '$LATEST',
      memorySize: options.memorySize ?? 128,
      processorLimit: options.limitsProcessor ? ProcessorLimit.of(options.memorySize ?? 128) : undefined,
      timeoutSeconds: options.timeoutSeconds ?? 3,
      extensionsSupported: options.extensionsSupported ?? true,
      tmpFolder,
    };
    return new LocalLambda(configuration, ownFolder);
  }

  /** Lines that the function wrote to stdout and stderr, of all its processes, and Lambda's own about timeouts. */
  public readonly logs: string[] = [];
  private readonly reaper = new OrphanReaper();
  private environment?: ExecutionEnvironment;
  /** Settles when the environment is free for the next event. */
  private idle: Promise<unknown> = Promise.resolve();
  private stopped = false;

  private constructor(private readonly configuration: FunctionConfiguration, private readonly ownFolder: string) {}

  /** Of the process that would get the next event, if there is one. */
  public get pid(): number | undefined {
    return this.environment?.alive ? this.environment.pid : undefined;
  }

  public get frozen(): boolean {
    return this.environment?.frozen ?? false;
  }

  /** Resolves as soon as the caller would have his answer; the next event waits until the environment is free. */
  public async invoke(event: unknown, options: InvokeOptions = {}): Promise<InvocationResult> {
    const askedAt = performance.now();
    const started = this.idle.then(async () => {
      if (this.stopped) throw new Error('this local Lambda has been stopped');
      return this.deliver(event, options, askedAt);
    });
    this.idle = started.then(async ({ settled }) => settled, () => undefined);
    return (await started).result;
  }

  /** Initializes an environment ahead of the first event, as provisioned concurrency does. @returns how long it took */
  public async init(): Promise<number | undefined> {
    const initialized = this.idle.then(async () => this.initOnce(INIT_LIMIT_MS));
    this.idle = initialized.catch(() => undefined);
    const init = await initialized;
    return init !== undefined && 'initMs' in init ? init.initMs : undefined;
  }

  /** Resolves when the environment is frozen, or gone. */
  public async settled(): Promise<void> {
    await this.idle;
  }

  /** Memory and processor time of the process, where `/proc` tells. */
  public async usage(): Promise<ProcessUsage | undefined> {
    return this.environment?.usage();
  }

  /** Ends the environment when it is idle, as Lambda does after a while. The next event would start another. */
  public async shutdown(): Promise<Shutdown> {
    const shutdown = this.idle.then(async () => {
      const environment = this.environment;
      this.environment = undefined;
      return environment?.alive ? environment.shutdown() : { exitCode: null, signal: null, tookMs: 0 };
    });
    this.idle = shutdown;
    return shutdown;
  }

  /** Kills everything at once and deletes what was put into temporary folders. */
  public async stop(): Promise<void> {
    this.stopped = true;
    await this.environment?.kill();
    await this.idle;
    this.reaper.close();
    await this.configuration.processorLimit?.remove();
    await rm(this.ownFolder, { recursive: true, force: true });
  }

  private async deliver(event: unknown, options: InvokeOptions, askedAt: number) {
    const timeoutMs = this.configuration.timeoutSeconds * 1000;
    const first = await this.initOnce(INIT_LIMIT_MS);
    // Lambda tries a failed init once more, as part of the invocation
    const init = first !== undefined && 'error' in first ? await this.initOnce(timeoutMs) : first;
    const queuedMs = performance.now() - askedAt;

    const payload = Buffer.from(JSON.stringify(event ?? null));
    const invocation = new Invocation(payload, options.clientContext, options.deadline ?? Date.now() + timeoutMs);
    const initMs = init !== undefined && 'initMs' in init ? init.initMs : undefined;
    let settled = Promise.resolve();
    if (init !== undefined && 'error' in init) {
      invocation.respond(failure(init.error === 'timeout' ? timeoutError(invocation, this.configuration) : init.error));
    } else {
      settled = this.environment!.invoke(invocation);
    }
    const answer = await invocation.answer;
    if (answer.error?.type === 'Sandbox.Timedout') this.logTimeout(invocation, answer);
    return { settled, result: resultOf(invocation, answer, settled, { initMs, queuedMs }) };
  }

  /** @returns undefined if there is an environment already */
  private async initOnce(limitMs: number) {
    if (this.environment?.alive || this.stopped) return undefined;
    const onLine = (line: string) => this.logs.push(line);
    this.environment = await ExecutionEnvironment.start(this.configuration, { onLine, reaper: this.reaper });
    // `stop` found nothing to kill if it was called meanwhile
    if (this.stopped) void this.environment.kill();
    return this.environment.init(limitMs);
  }

  /** @see https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html */
  private logTimeout(invocation: Invocation, answer: Answer): void {
    const text = /Task timed out.*seconds/.exec(answer.body.toString())![0];
    this.logs.push(`${new Date().toISOString()} ${invocation.requestId} ${text}`);
  }
}

function programOf({ runtime, node, runtimeClient, nativeClient }: LocalLambdaOptions): Promise<RuntimeProgram> {
  if (isPython(runtime)) return PythonRuntime.of(runtime);
  return NodeRuntime.of({
    node: node ?? /\d+/.exec(runtime)![0] as NodeVersion,
    client: runtimeClient ?? (runtime === 'nodejs24.x' ? '4.0.2' : '3.3.0'),
    addon: (nativeClient ?? process.env.LOCAL_LAMBDA_NATIVE_CLIENT === '1') ? 'native' : 'rapid-client.cjs',
  });
}
