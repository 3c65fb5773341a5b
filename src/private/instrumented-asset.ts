import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { DockerImage, Stack, Stage, Tokenization, aws_lambda as lambda, aws_s3_assets as s3_assets } from 'aws-cdk-lib';
import { bundledAsset, packageVersion } from './bundled-asset';

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
export function useInstrumentedCode(fn: lambda.Function, resource: lambda.CfnFunction, options: InstrumentationOptions): void {
  const asset = codeAsset(fn, resource);
  const folder = path.resolve(Stage.of(asset)!.outdir, asset.assetPath);
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new Error(`its code is ${/\.(?:zip|jar)$/.test(folder) ? 'an archive' : 'a single file'}, and counters are built into the files of a folder; give the folder: lambda.Code.fromAsset(folder)`);
  }
  if (!Stack.of(fn).bundlingRequired) {
    return; // the stack is not among those that are synthesized to be deployed, and what is bundled is not there
  }
  const instrumented = instrumentedAsset(fn, folder, asset.assetHash, options);
  resource.code = { s3Bucket: instrumented.s3BucketName, s3Key: instrumented.s3ObjectKey };
  instrumented.addResourceMetadata(resource, 'Code');
}

function instrumentedAsset(fn: lambda.Function, folder: string, assetHash: string, options: InstrumentationOptions): s3_assets.Asset {
  const file = path.join(bundledAsset('instrumenter'), 'index.js');
  const hash = createHash('sha256').update(JSON.stringify([assetHash, packageVersion(), contentHash(file), options])).digest('hex');
  let failure: Error | undefined;
  let output: string | undefined;
  try {
    return new s3_assets.Asset(fn, ID, {
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
    fn.node.tryRemoveChild(ID);
    if (output !== undefined) {
      rmSync(`${output}-error`, { recursive: true, force: true }); // what CDK keeps of it is empty
    }
    throw failure ?? error;
  }
}

/** The asset of a function's code: its child, or that of another function which has the same code. */
function codeAsset(fn: lambda.Function, resource: lambda.CfnFunction): s3_assets.Asset {
  const code = Tokenization.isResolvable(resource.code) ? undefined : resource.code;
  if (code?.s3Key === undefined) {
    throw new Error('its code is not an asset of this app; give it as one: lambda.Code.fromAsset(folder), or NodejsFunction');
  }
  const isCode = (construct: unknown): construct is s3_assets.Asset =>
    construct instanceof s3_assets.Asset && construct.s3ObjectKey === code.s3Key && construct.s3BucketName === code.s3Bucket;
  const own = fn.node.tryFindChild('Code');
  const asset = isCode(own) ? own : Stage.of(fn)!.node.findAll().find(isCode);
  if (!asset) {
    throw new Error(`its code, '${code.s3Key}', is not an asset of this app; give it as one: lambda.Code.fromAsset(folder), or NodejsFunction`);
  }
  return asset;
}

const contentHashes = new Map<string, string>();

function contentHash(file: string): string {
  const known = contentHashes.get(file) ?? createHash('sha256').update(readFileSync(file)).digest('hex');
  contentHashes.set(file, known);
  return known;
}
