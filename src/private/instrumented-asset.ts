import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { DockerImage, Stack, Stage, aws_s3_assets as s3_assets } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { bundledAsset, packageVersion } from './bundled-asset';
import { codeAsset } from './code-asset';
import type { AttachableFunction } from './functions/attachable-function';

export interface InstrumentationOptions {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly counts: boolean;
}

/** What the bundled instrumenter exports; see `src/instrumenter`. */
interface Instrumenter {
  instrumentFolder(folder: string, output: string, options: InstrumentationOptions): void;
}

const ID = 'CoverageCode';

/**
 * Lets a function run a copy of its code that has counters in it. The copy is an asset of its own, whose hash is that of the code, of this
 * package and of the options: what is in the cloud assembly already is not made again.
 *
 * @throws Error that says why it cannot be done; the function is then as it was before
 */
export function useInstrumentedCode(target: AttachableFunction, options: InstrumentationOptions): void {
  const asset = codeAsset(target);
  const folder = path.resolve(Stage.of(asset)!.outdir, asset.assetPath);
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new Error(`its code is ${/\.(?:zip|jar)$/.test(folder) ? 'an archive' : 'a single file'}, and counters are built into the files of a folder; give the folder: lambda.Code.fromAsset(folder)`);
  }
  if (!Stack.of(target.construct).bundlingRequired) {
    return; // the stack is not among those that are synthesized to be deployed, and what is bundled is not there
  }
  const instrumented = instrumentedAsset(target.construct, folder, asset.assetHash, options);
  target.code = { bucket: instrumented.s3BucketName, key: instrumented.s3ObjectKey };
  instrumented.addResourceMetadata(target.resource, target.codeProperty);
}

function instrumentedAsset(construct: IConstruct, folder: string, assetHash: string, options: InstrumentationOptions): s3_assets.Asset {
  const file = path.join(bundledAsset('instrumenter'), 'index.js');
  const hash = createHash('sha256').update(JSON.stringify([assetHash, packageVersion(), contentHash(file), options])).digest('hex');
  let failure: Error | undefined;
  let output: string | undefined;
  try {
    return new s3_assets.Asset(construct, ID, {
      path: folder,
      assetHash: hash,
      deployTime: true,
      // CDK's own way to make an asset once: it calls this only where the result is not in the cloud assembly yet
      bundling: {
        image: DockerImage.fromRegistry('not-used'),
        local: {
          tryBundle: (outputFolder) => {
            output = outputFolder;
            try {
              (createRequire(__filename)(file) as Instrumenter).instrumentFolder(folder, outputFolder, options);
            } catch (error) {
              failure = error as Error;
              throw error;
            }
            return true;
          },
        },
      },
    });
  } catch (error) {
    construct.node.tryRemoveChild(ID);
    if (output !== undefined) {
      rmSync(`${output}-error`, { recursive: true, force: true }); // what CDK keeps of it is empty
    }
    throw failure ?? error;
  }
}

const contentHashes = new Map<string, string>();

function contentHash(file: string): string {
  const known = contentHashes.get(file) ?? createHash('sha256').update(readFileSync(file)).digest('hex');
  contentHashes.set(file, known);
  return known;
}
