/** Synthesizes an app with one function whose package is a folder; prints the milliseconds that `attachTo` took. */
import { App, Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { CoverageLayer } from 'cdk-lambda-coverage';

const [code, outdir] = process.argv.slice(2);
const app = new App({ outdir, analyticsReporting: false });
const stack = new Stack(app, 'Stack');
const fn = new LambdaFunction(stack, 'Fn', { code: Code.fromAsset(code!), handler: 'index.handler', runtime: Runtime.NODEJS_22_X });
const coverage = new CoverageLayer(stack, 'Coverage');
const start = performance.now();
coverage.attachTo(fn);
const milliseconds = performance.now() - start;
app.synth();
process.stdout.write(JSON.stringify(milliseconds));
