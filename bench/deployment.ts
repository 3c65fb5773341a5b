import { mkdirSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { DeployedFunction } from './deployed-function';
import type { Setting } from './row';
import type { AddonName } from './runtime-client';
import { bundle, SUBJECTS, type SubjectName } from './subjects';
import { VARIANTS, type VariantName } from './variants';
import { SynthesizedApp } from '../test/lambda/synthesized-app';
import { LocalS3 } from '../test/s3/local-s3';

const FOLDER = path.join(__dirname, 'out');

/** Every subject in every variant: a stack for each variant, synthesized as a user's app is, and started from its template. */
export class Deployment {
  public static async synthesize(variants: readonly VariantName[], subjects: readonly SubjectName[], addon: AddonName): Promise<Deployment> {
    rmSync(FOLDER, { recursive: true, force: true });
    const assembly = path.join(FOLDER, 'cdk.out');
    const app = new App({ outdir: assembly });
    for (const variant of variants) {
      const stack = new Stack(app, variant);
      for (const subject of subjects) {
        const code = path.join(FOLDER, 'code', variant, subject);
        mkdirSync(code, { recursive: true });
        await bundle(subject, code, VARIANTS[variant].plugins?.());
        const fn = new LambdaFunction(stack, subject, {
          code: Code.fromAsset(code), handler: 'index.handler', runtime: Runtime.NODEJS_22_X, memorySize: MEMORY_SIZE,
        });
        VARIANTS[variant].attach?.(fn);
      }
    }
    app.synth();
    return new Deployment(new Map(variants.map((variant) => [variant, new SynthesizedApp(assembly, variant)])), addon);
  }

  private started = 0;

  private constructor(private readonly apps: ReadonlyMap<VariantName, SynthesizedApp>, private readonly addon: AddonName) {}

  /** Starts an S3 with the buckets of all variants. */
  public async startS3(): Promise<LocalS3> {
    return LocalS3.start({ buckets: [...this.apps.values()].flatMap((app) => app.bucketNames()) });
  }

  /** Makes a function ready to be invoked; no process runs before the first invocation. */
  public async start({ variant, subject, node, s3, memorySize }: Omit<Setting, 'deployment'>): Promise<DeployedFunction> {
    const app = this.apps.get(variant)!;
    const definition = app.functions().find(({ id }) => id === subject)!;
    const name = `${subject}-${variant}-${++this.started}`;
    const limits = memorySize === undefined ? {} : { memorySize, limitsProcessor: true };
    return DeployedFunction.start({ ...definition, functionName: name, runtime: `nodejs${node}.x`, nativeClient: this.addon === 'native', ...limits }, {
      event: SUBJECTS[subject].event,
      s3,
      delivered: (tmpFolder) => VARIANTS[variant].delivered?.({ functionName: name, tmpFolder, s3, buckets: app.bucketNames() }),
      mayBeFewer: VARIANTS[variant].mayBeFewer ?? false,
    });
  }
}

/** In megabytes; sets the limits of the heap as Lambda does. A row may have another. */
export const MEMORY_SIZE = 512;
