import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { LocalLambda, type InvocationResult, type LocalLambdaOptions } from '../test/lambda/local-lambda';
import type { LocalS3 } from '../test/s3/local-s3';

interface Options {
  readonly event: unknown;
  readonly s3: LocalS3;
  /** How many results of invocations there are; undefined where there are to be none. */
  readonly delivered: (tmpFolder: string) => number | undefined;
  /** Whether there may be fewer, but not none. */
  readonly mayBeFewer: boolean;
}

type Usage = NonNullable<Awaited<ReturnType<LocalLambda['usage']>>>;

/** A function in a local Lambda that fails where its work is not done: a wrong answer, or coverage that is missing. */
export class DeployedFunction {
  public static async start(options: Omit<LocalLambdaOptions, 'tmpDir'>, { event, s3, delivered, mayBeFewer }: Options): Promise<DeployedFunction> {
    const tmpFolder = mkdtempSync(path.join(tmpdir(), 'bench-'));
    // the local Lambda maps /opt, but nothing can map /tmp
    const mapped = Object.entries(options.environment ?? {}).map(([name, value]) => [name, value.replace(/^\/tmp(?=\/|$)/, tmpFolder)]);
    const lambda = await LocalLambda.start({
      ...options,
      environment: { ...Object.fromEntries(mapped) as Record<string, string>, ...s3.environment() },
      timeoutSeconds: 30,
      tmpDir: tmpFolder,
    });
    return new DeployedFunction(lambda, options.functionName!, event, () => delivered(tmpFolder), mayBeFewer, tmpFolder);
  }

  private invocations = 0;

  private constructor(
    private readonly lambda: LocalLambda,
    private readonly name: string,
    private readonly event: unknown,
    private readonly delivered: () => number | undefined,
    private readonly mayBeFewer: boolean,
    private readonly tmpFolder: string,
  ) {}

  /** Starts an environment. @returns how long that took, in milliseconds */
  public async init(): Promise<number> {
    const initMs = await this.lambda.init();
    if (initMs === undefined) {
      throw new Error(`init of ${this.name} failed:\n${this.log()}`);
    }
    return initMs;
  }

  /** Invokes it, and waits until the environment is frozen again. */
  public async invoke(event = this.event): Promise<InvocationResult> {
    const result = await this.lambda.invoke(event);
    await this.lambda.settled();
    this.invocations++;
    if (result.functionError) {
      throw new Error(`${this.name} failed: ${JSON.stringify(result.payload)}\n${this.log()}`);
    }
    return result;
  }

  /** Of the environment's process, which is frozen. */
  public async usage(): Promise<Usage> {
    const usage = await this.lambda.usage();
    if (!usage) {
      throw new Error(`${this.name} has no process, or this system has no /proc`);
    }
    return usage;
  }

  /** Ends the environment; the next invocation starts another. */
  public async shutdown(): Promise<void> {
    await this.lambda.shutdown();
  }

  /** @throws Error if the variant did not deliver a result for each invocation, or none where there may be fewer */
  public async close(): Promise<void> {
    await this.lambda.stop();
    const delivered = this.delivered();
    rmSync(this.tmpFolder, { recursive: true });
    if (delivered !== undefined && (this.mayBeFewer ? delivered === 0 : delivered !== this.invocations)) {
      throw new Error(`${this.name} was invoked ${this.invocations} times and delivered ${delivered} results:\n${this.log()}`);
    }
  }

  private log(): string {
    return this.lambda.logs.slice(-20).join('\n');
  }
}
