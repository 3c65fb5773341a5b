import * as path from 'node:path';
import * as cdk from 'aws-cdk-lib';
import { AssetStaging, Stack, Stage, type CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { codeAsset } from './code-asset';
import type { AttachableFunction } from './functions/attachable-function';

/** Begin the types of what CDK says in the metadata of functions that serve its own custom resources. */
const CUSTOM_RESOURCE = 'aws:cdk:is-custom-resource-handler';
/** Where jsii notes the name of a class, such as `aws-cdk-lib.aws_s3_deployment.BucketDeployment`. */
const JSII = Symbol.for('jsii.rtti');
const CDK_CLASS = /^(?:aws-cdk-lib|@aws-cdk\/[^.]+)\./;
/** The folder of aws-cdk-lib, and what the code of alpha packages is below. */
const CDK_FOLDERS = [path.dirname(require.resolve('aws-cdk-lib/package.json')), `${path.sep}node_modules${path.sep}@aws-cdk${path.sep}`];

/**
 * Whether CDK itself makes a function, as for custom resources: by its metadata, by where its code comes from, and where that is in the
 * template, by the class of a construct around it.
 */
export function isCdkFunction(target: AttachableFunction): boolean {
  const around = enclosing(target.resource);
  if (around.some(({ node }) => node.metadata.some(({ type }) => type.startsWith(CUSTOM_RESOURCE)))) {
    return true;
  }
  const source = sourceFolder(target);
  return source === undefined ? around.some(isCdkConstruct) : CDK_FOLDERS.some((folder) => source.includes(folder));
}

/** The constructs that a resource is in, up to its stack, from the inside. */
function enclosing(resource: CfnResource): IConstruct[] {
  const found: IConstruct[] = [];
  for (let one: IConstruct | undefined = resource; one && !Stack.isStack(one) && !Stage.isStage(one); one = one.node.scope) {
    found.push(one);
  }
  return found;
}

/** A class of CDK's own that makes a function by itself; one of the user's that extends it is not. */
function isCdkConstruct({ constructor }: IConstruct): boolean {
  const name = (constructor as unknown as Record<symbol, { fqn: string } | undefined>)[JSII]?.fqn ?? '';
  const isCdkClass = CDK_CLASS.test(name) && !/\.aws_(?:lambda|lambda_nodejs|sam)\.|\.CfnInclude$|^@aws-cdk\/aws-lambda-/.test(name);
  return isCdkClass && (Object.hasOwn(constructor, JSII) || exportedAs(name) === constructor);
}

/** What CDK exports by that name: mostly not the class itself that jsii notes it of, but one that a decorator made of it. */
function exportedAs(name: string): unknown {
  const [, ...parts] = name.split('.');
  return parts.reduce((from: unknown, part) => (from as Record<string, unknown> | undefined)?.[part], cdk as unknown);
}

function sourceFolder(target: AttachableFunction): string | undefined {
  try {
    const staging = codeAsset(target).node.tryFindChild('Stage');
    return staging instanceof AssetStaging ? staging.sourcePath : undefined;
  } catch {
    return undefined; // in the template
  }
}
