import { App } from 'aws-cdk-lib';
import { OrdersStack } from './orders-stack';
import type { CoverageEngine } from 'cdk-lambda-coverage';

const app = new App();
new OrdersStack(app, 'Orders', { engine: app.node.tryGetContext('engine') as CoverageEngine | undefined });
app.synth();
