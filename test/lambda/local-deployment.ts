import { LocalLambda, type InvocationResult } from './local-lambda';
import type { NodeVersion } from './node-versions';
import { isPython } from './python-runtime';
import type { SynthesizedApp } from './synthesized-app';
import { LocalS3 } from '../s3/local-s3';

export interface LocalDeploymentOptions {
  /** What functions in Node.js run on. @default - that of each function's runtime */
  readonly node?: NodeVersion;
}

/** A synthesized stack as if it were deployed here: its buckets in a local S3, each function in a local Lambda once it is invoked. */
export class LocalDeployment {
  public static async start(app: SynthesizedApp, options: LocalDeploymentOptions = {}): Promise<LocalDeployment> {
    return new LocalDeployment(app, await LocalS3.start({ buckets: app.bucketNames() }), options);
  }

  private readonly lambdas = new Map<string, Promise<LocalLambda>>();

  private constructor(private readonly app: SynthesizedApp, public readonly s3: LocalS3, private readonly options: LocalDeploymentOptions) {}

  /** @throws Error if the app has no such function */
  public async invoke(id: string, event: unknown): Promise<InvocationResult> {
    return (await this.lambda(id)).invoke(event);
  }

  public async logs(id: string): Promise<readonly string[]> {
    return (await this.lambda(id)).logs;
  }

  /** Waits until no function does anything any more after its last answer. */
  public async settled(): Promise<void> {
    for (const lambda of this.lambdas.values()) {
      await (await lambda).settled();
    }
  }

  public async stop(): Promise<void> {
    for (const lambda of this.lambdas.values()) {
      await (await lambda).stop();
    }
    await this.s3.stop();
  }

  private lambda(id: string): Promise<LocalLambda> {
    let lambda = this.lambdas.get(id);
    if (!lambda) {
      lambda = this.start(id);
      this.lambdas.set(id, lambda);
    }
    return lambda;
  }

  private start(id: string): Promise<LocalLambda> {
    const functions = this.app.functions();
    const found = functions.find((candidate) => candidate.id === id);
    if (!found) throw new Error(`the template has no function '${id}'; it has ${functions.map((one) => one.id).join(', ')}`);
    const { node } = this.options;
    const major = node === 'current' ? process.versions.node.split('.')[0] : node;
    return LocalLambda.start({
      ...found,
      functionName: id,
      ...(node && !isPython(found.runtime) && { node, runtimeClient: Number(major) >= 24 ? '4.0.2' as const : '3.3.0' as const }),
      environment: { ...found.environment, ...this.s3.environment() },
    });
  }
}
