import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { synthesizeOrders } from '../../examples/orders/synthesize';
import { LocalCloudFormation } from '../cli/local-cloudformation';
import { LocalDeployment } from '../lambda/local-deployment';
import { SynthesizedApp } from '../lambda/synthesized-app';

/** Where the documentation says that coverage is. */
const BUCKET = 'my-coverage-bucket';

export interface InvokedExample {
  /** What a command needs to find S3 and CloudFormation. */
  readonly environment: Readonly<Record<string, string>>;
  /** Invokes it once more. */
  invoke(): Promise<void>;
  stop(): Promise<void>;
}

/** The example, synthesized into `cdk.out` of a folder, with one function invoked; its bucket is that of the documentation. */
export async function invokedExample(folder: string): Promise<InvokedExample> {
  const assembly = path.join(folder, 'cdk.out');
  await synthesizeOrders(assembly);
  const deployment = await LocalDeployment.start(new SynthesizedApp(assembly, 'Orders', BUCKET), { node: 'current' });
  const invoke = async () => {
    await deployment.invoke('CreateOrder', {});
    await deployment.settled();
  };
  await invoke();
  const cloudFormation = await LocalCloudFormation.start({ resources: bucketOf(assembly, 'Orders') });
  return {
    environment: { ...deployment.s3.environment(), ...cloudFormation.environment() },
    invoke,
    stop: async () => {
      await deployment.stop();
      await cloudFormation.stop();
    },
  };
}

/** What CloudFormation would know of the bucket of a stack. */
function bucketOf(assembly: string, stack: string): Record<string, string> {
  const { Resources } = JSON.parse(readFileSync(path.join(assembly, `${stack}.template.json`), 'utf8')) as { Resources: Record<string, { Type: string }> };
  const [logicalId] = Object.entries(Resources).find(([, { Type }]) => Type === 'AWS::S3::Bucket')!;
  return { [`${stack}/${logicalId}`]: BUCKET };
}
