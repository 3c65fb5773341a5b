import { Stage, aws_s3_assets as s3_assets } from 'aws-cdk-lib';
import type { AttachableFunction } from './functions/attachable-function';

/**
 * The asset of a function's code: its child, or that of another function which has the same code.
 *
 * @throws Error where its code is none
 */
export function codeAsset({ construct, code }: AttachableFunction): s3_assets.Asset {
  if (!code) {
    throw new Error('its code is not an asset of this app; give it as one: lambda.Code.fromAsset(folder), or NodejsFunction');
  }
  const isCode = (one: unknown): one is s3_assets.Asset =>
    one instanceof s3_assets.Asset && one.s3ObjectKey === code.key && one.s3BucketName === code.bucket;
  const own = construct.node.tryFindChild('Code');
  const asset = isCode(own) ? own : Stage.of(construct)!.node.findAll().find(isCode);
  if (!asset) {
    throw new Error(`its code, '${code.key}', is not an asset of this app; give it as one: lambda.Code.fromAsset(folder), or NodejsFunction`);
  }
  return asset;
}
