import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { LambdaRuntime } from './function-configuration';

/** A function of a synthesized app, with all that a local Lambda needs to run it. */
export interface SynthesizedFunction {
  /** The construct's id, as far as the logical id tells it: without the hash at the end. */
  readonly id: string;
  readonly runtime: LambdaRuntime;
  readonly handler: string;
  readonly taskRoot: string;
  readonly layers: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly memorySize: number;
  readonly timeoutSeconds: number;
}

interface Resource {
  readonly Type: string;
  readonly Properties: {
    readonly Runtime?: LambdaRuntime;
    readonly Handler?: string;
    readonly Code?: { readonly S3Key?: string };
    readonly Content?: { readonly S3Key?: string };
    readonly Layers?: ReadonlyArray<{ readonly Ref: string }>;
    readonly Environment?: { readonly Variables?: Record<string, unknown> };
    readonly MemorySize?: number;
    readonly Timeout?: number;
  };
}

/** What `cdk synth` wrote for one stack, with the references resolved that its functions have. */
export class SynthesizedApp {
  private readonly resources: Readonly<Record<string, Resource>>;

  /** @throws Error if the folder does not have that stack */
  public constructor(
    private readonly folder: string,
    stack: string,
    /** The name that each bucket gets. @default - its logical id in small letters, since S3 allows no capitals */
    private readonly bucketName?: string,
  ) {
    const template = path.join(folder, `${stack}.template.json`);
    if (!existsSync(template)) throw new Error(`no stack '${stack}' in '${folder}': ${template} is not there`);
    this.resources = (JSON.parse(readFileSync(template, 'utf8')) as { Resources: Record<string, Resource> }).Resources;
  }

  /** The names that the buckets get here. */
  public bucketNames(): string[] {
    return Object.keys(this.resources).filter((id) => this.resources[id]!.Type === 'AWS::S3::Bucket').map((id) => this.nameOf(id));
  }

  /** The functions whose code is an asset; those of CDK itself, whose code stands in the template, are left out. */
  public functions(): SynthesizedFunction[] {
    return Object.entries(this.resources)
      .filter(([, { Type, Properties }]) => Type === 'AWS::Lambda::Function' && Properties.Code?.S3Key !== undefined)
      .map(([logicalId, { Properties: properties }]) => ({
        id: logicalId.replace(/[0-9A-F]{8}$/, ''),
        runtime: properties.Runtime!,
        handler: properties.Handler!,
        taskRoot: this.assetFolder(properties.Code!.S3Key!),
        layers: (properties.Layers ?? []).map(({ Ref }) => this.assetFolder(this.resources[Ref]!.Properties.Content!.S3Key!)),
        environment: Object.fromEntries(Object.entries(properties.Environment?.Variables ?? {}).map(([name, value]) => [name, this.resolve(value)])),
        memorySize: properties.MemorySize ?? 128,
        timeoutSeconds: properties.Timeout ?? 3,
      }));
  }

  private assetFolder(s3Key: string): string {
    const hash = path.basename(s3Key, path.extname(s3Key));
    for (const file of readdirSync(this.folder).filter((name) => name.endsWith('.assets.json'))) {
      const { files } = JSON.parse(readFileSync(path.join(this.folder, file), 'utf8')) as { files: Record<string, { source: { path: string } }> };
      if (files[hash]) return path.resolve(this.folder, files[hash].source.path);
    }
    throw new Error(`no asset manifest in '${this.folder}' has ${s3Key}`);
  }

  /** What a property's value would be after a deployment here. */
  private resolve(value: unknown): string {
    const reference = (value as { Ref?: string } | null)?.Ref;
    if (reference === undefined) return String(value);
    if (this.resources[reference]?.Type !== 'AWS::S3::Bucket') throw new Error(`only references to buckets have a value here, not ${JSON.stringify(value)}`);
    return this.nameOf(reference);
  }

  private nameOf(logicalId: string): string {
    return this.bucketName ?? logicalId.toLowerCase().slice(0, 63);
  }
}
