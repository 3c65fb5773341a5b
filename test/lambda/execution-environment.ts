import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { ApiServer } from './api-server';
import { ExtensionsApi } from './extensions-api';
import type { FunctionConfiguration } from './function-configuration';
import { arnOf, command, environmentVariables } from './function-configuration';
import type { ProcessEnd, ProcessUsage } from './function-process';
import { FunctionProcess } from './function-process';
import type { FunctionError, Invocation } from './invocation';
import { failure, platformError } from './invocation';
import { Lifecycle } from './lifecycle';
import type { OrphanReaper } from './orphan-reaper';
import { RuntimeApi } from './runtime-api';

/** What Lambda leaves a process for after SIGTERM, where the only extensions are internal ones. */
const SHUTDOWN_GRACE_MS = 500;

export interface Shutdown extends ProcessEnd {
  readonly tookMs: number;
}

export interface EnvironmentOptions {
  readonly onLine: (line: string) => void;
  readonly reaper: OrphanReaper;
}

/** How init went: how long it took, or why it failed. */
export type Init = { readonly initMs: number } | { readonly error: FunctionError | 'timeout' };

/** One process of a function, from init to its end. */
export class ExecutionEnvironment {
  /** Starts the process; init has only begun when this returns. */
  public static async start(configuration: FunctionConfiguration, options: EnvironmentOptions): Promise<ExecutionEnvironment> {
    const environment = new ExecutionEnvironment(configuration);
    const server = await ApiServer.start([
      new RuntimeApi(environment.lifecycle, arnOf(configuration)),
      new ExtensionsApi(environment.lifecycle, configuration),
    ].map((api) => api.handle.bind(api)));
    try {
      environment.launch(server, options);
    } catch (error) {
      server.close();
      throw error;
    }
    return environment;
  }

  private readonly lifecycle: Lifecycle;
  private readonly startedAt = performance.now();
  private process!: FunctionProcess;
  /** Ends init or an invocation: the runtime and all extensions wait, or an extension failed. */
  private phaseEnded?: (error?: FunctionError) => void;

  private constructor(private readonly configuration: FunctionConfiguration) {
    this.lifecycle = new Lifecycle(
      configuration.extensionsSupported,
      () => this.phaseEnded?.(),
      (error) => this.phaseEnded?.(error),
    );
  }

  public get pid(): number {
    return this.process.pid;
  }

  public get alive(): boolean {
    return this.process.alive;
  }

  public get frozen(): boolean {
    return this.process.frozen;
  }

  /** Waits for the end of init, and ends the process if that fails. */
  public async init(limitMs: number): Promise<Init> {
    const end = await this.phase(limitMs);
    if (end === 'ready') {
      this.process.freeze();
      const initMs = performance.now() - this.startedAt;
      await outputIsRead();
      return { initMs };
    }
    await this.process.kill();
    return { error: end === 'timeout' ? end : this.lifecycle.initError ?? exitError(end) };
  }

  /**
   * Delivers the event and returns once the environment is frozen or gone; the caller of the function has his answer
   * before that.
   */
  public async invoke(invocation: Invocation): Promise<void> {
    const phase = this.phase(invocation.deadlineMs - Date.now());
    this.process.thaw();
    this.lifecycle.deliver(invocation);
    const end = await phase;
    if (end === 'ready') {
      this.process.freeze();
      await outputIsRead();
      return;
    }
    const error = end === 'timeout' ? timeoutError(invocation, this.configuration) : exitError(end, invocation);
    // nobody waits for the process to be reaped
    invocation.respond(failure(error));
    await this.process.kill();
  }

  /** As Lambda ends an idle environment: with a warning only where there is an extension. */
  public async shutdown(): Promise<Shutdown> {
    const start = performance.now();
    const end = this.lifecycle.hasExtensions ? await this.process.terminate(SHUTDOWN_GRACE_MS) : await this.process.kill();
    return { ...end, tookMs: performance.now() - start };
  }

  public async kill(): Promise<void> {
    await this.process.kill();
  }

  public async usage(): Promise<ProcessUsage | undefined> {
    return this.process.usage();
  }

  private launch(server: ApiServer, { onLine, reaper }: EnvironmentOptions): void {
    const today = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
    const logStream = `${today}/[${this.configuration.version}]${randomUUID().replaceAll('-', '')}`;
    this.process = new FunctionProcess({
      command: command(this.configuration),
      cwd: this.configuration.taskRoot,
      environment: environmentVariables(this.configuration, server.address, logStream),
      onLine,
      reaper,
    });
    for (const connection of this.process.connections) server.serve(connection);
    void this.process.ended.then(() => server.close());
  }

  /** Waits until all parties wait for the next event, the process ends, an extension fails, or the time is up. */
  private async phase(limitMs: number): Promise<'ready' | 'timeout' | ProcessEnd | FunctionError> {
    let timer: NodeJS.Timeout | undefined;
    const end = await Promise.race([
      new Promise<'ready' | FunctionError>((resolve) => { this.phaseEnded = (error) => resolve(error ?? 'ready'); }),
      new Promise<'timeout'>((resolve) => { timer = setTimeout(resolve, limitMs, 'timeout'); }),
      this.process.ended,
    ]);
    clearTimeout(timer);
    return end;
  }
}

/** In the words of AWS's runtime interface emulator, `reportErrorAndRequestReset` and `watchEvents`. */
function exitError(end: ProcessEnd | FunctionError, invocation?: Invocation): FunctionError {
  if ('body' in end) return end;
  const reason = end.signal ? `signal: ${SIGNAL_NAMES[end.signal] ?? end.signal}` : `exit status ${end.exitCode}`;
  const text = end.exitCode === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${reason}`;
  return platformError('Runtime.ExitError', `${invocation ? `RequestId: ${invocation.requestId} ` : ''}Error: ${text}`);
}

/** As Go names signals, which Lambda's supervisor is written in. */
const SIGNAL_NAMES: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: 'killed',
  SIGTERM: 'terminated',
  SIGABRT: 'aborted',
  SIGSEGV: 'segmentation fault',
  SIGINT: 'interrupt',
};

export function timeoutError(invocation: Invocation, { timeoutSeconds }: FunctionConfiguration): FunctionError {
  return platformError('Sandbox.Timedout', `RequestId: ${invocation.requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`);
}

/** What a process wrote before it was frozen is in pipes, which the event loop looks at in each of its turns. */
async function outputIsRead(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

