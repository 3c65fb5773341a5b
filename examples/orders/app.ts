import { App } from 'aws-cdk-lib';
import { Runtime, RuntimeFamily } from 'aws-cdk-lib/aws-lambda';
import { OrdersStack } from './orders-stack';
import type { CoverageEngine } from 'cdk-lambda-coverage';

const app = new App();
const python = app.node.tryGetContext('python') as string | undefined;
new OrdersStack(app, 'Orders', {
  engine: app.node.tryGetContext('engine') as CoverageEngine | undefined,
  python: python === undefined ? undefined : new Runtime(python, RuntimeFamily.PYTHON),
});
app.synth();
