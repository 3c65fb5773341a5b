import * as path from 'path';
import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat, type BundlingOptions, type NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import { type Construct } from 'constructs';
import { CoverageCombiner, CoverageLayer, type CoverageEngine } from 'cdk-lambda-coverage';

const REPOSITORY = path.join(__dirname, '..', '..');

export interface OrdersStackProps extends StackProps {
  /** What counts. @default - what is the default of CoverageLayer */
  readonly engine?: CoverageEngine;
  /** What the function in Python runs on. @default - it is not part of the stack */
  readonly python?: Runtime;
}

/** The order service of an online shop, with code coverage. */
export class OrdersStack extends Stack {
  constructor(scope: Construct, id: string, props?: OrdersStackProps) {
    super(scope, id, props);

    const createOrder = new NodejsFunction(this, 'CreateOrder', bundled('create-order.ts'));
    const priceQuote = new NodejsFunction(this, 'PriceQuote', {
      ...bundled('price-quote.ts', { format: OutputFormat.ESM }),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
    });
    const refundOrder = new NodejsFunction(this, 'RefundOrder', bundled('refund-order.ts', { minify: true }));
    const archiveOrders = new NodejsFunction(this, 'ArchiveOrders', bundled('archive-orders.ts'));
    new Rule(this, 'FirstOfTheMonth', {
      schedule: Schedule.cron({ day: '1', hour: '3', minute: '0' }),
      targets: [new targets.LambdaFunction(archiveOrders)],
    });

    const coverage = new CoverageLayer(this, 'Coverage', { engine: props?.engine });
    for (const fn of [createOrder, priceQuote, refundOrder, archiveOrders]) {
      coverage.attachTo(fn);
    }
    if (props?.python) {
      coverage.attachTo(new LambdaFunction(this, 'EstimateDelivery', {
        runtime: props.python,
        handler: 'estimate_delivery.handler',
        code: Code.fromAsset(path.join(__dirname, 'delivery'), { exclude: ['events.json', '**/__pycache__'] }),
        memorySize: 256,
        timeout: Duration.seconds(10),
      }));
    }
    new CoverageCombiner(this, 'Combiner', { bucket: coverage.bucket });
  }
}

/** What the functions have in common: bundled by the repository's esbuild, with a source map. */
function bundled(source: string, bundling: BundlingOptions = {}): NodejsFunctionProps {
  return {
    entry: path.join(__dirname, 'src', source),
    projectRoot: REPOSITORY,
    depsLockFilePath: path.join(REPOSITORY, 'package-lock.json'),
    runtime: Runtime.NODEJS_22_X,
    memorySize: 256,
    timeout: Duration.seconds(10),
    bundling: { sourceMap: true, ...bundling },
  };
}
