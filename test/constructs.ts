import { App, Stack, aws_lambda as lambda, type CfnResource } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';

export const WRAPPER = '/opt/nodejs/node_modules/coverage-wrapper/bootstrap.handler';

export function stack(app = new App(), id = 'Stack', env?: { account: string; region: string }): Stack {
  return new Stack(app, id, { env });
}

export function makeFunction(scope: Construct, props: Partial<lambda.FunctionProps> = {}, id = 'Fn'): lambda.Function {
  return new lambda.Function(scope, id, {
    runtime: lambda.Runtime.NODEJS_22_X,
    handler: 'app.main',
    code: lambda.Code.fromInline('exports.main = async () => {}'),
    ...props,
  });
}

/** The properties of a function in the template. */
export function propertiesOf(fn: lambda.Function | CfnResource): any {
  const resource = fn instanceof lambda.Function ? fn.node.defaultChild as lambda.CfnFunction : fn;
  return Template.fromStack(resource.stack).toJSON().Resources[resource.stack.resolve(resource.logicalId)].Properties;
}

/** The warnings of a stack, each as its id, the construct, and the text before what can be done about it. */
export function warningsOf(scope: Stack): Array<[id: string, construct: string, text: string]> {
  return Annotations.fromStack(scope).findWarning('*', Match.anyValue()).map(({ id, entry }) => {
    const [, text, name] = /^(.*) \[ack: (.*)\]$/s.exec(entry.data as string)!;
    return [name!, id, text!.replace(/; if that is fine: .*$/s, '')];
  });
}
