/**
 * The main job on embedded parts: synthesizes the example, runs its functions in a local Lambda with what the template says
 * (layer, handler, environment), lets them upload to a local S3, and reports with the command line.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { mismatch, type ExampleEvent } from './orders/events';
import { synthesizeOrders } from './orders/synthesize';
import { PYTHON_VERSIONS } from '../projenrc/python-layer/interpreters';
import { LocalDeployment } from '../test/lambda/local-deployment';
import { hasPython } from '../test/lambda/python-runtime';
import { SynthesizedApp } from '../test/lambda/synthesized-app';

const ROOT = path.dirname(__dirname);
const EXAMPLE = path.join(__dirname, 'orders');
const ASSEMBLY = path.join(EXAMPLE, 'cdk.out');
const REPORTS = path.join(EXAMPLE, 'coverage');

async function main(): Promise<void> {
  const python = [...PYTHON_VERSIONS].reverse().find(hasPython);
  const events = [EXAMPLE, ...python === undefined ? [] : [path.join(EXAMPLE, 'delivery')]]
    .flatMap((folder) => JSON.parse(readFileSync(path.join(folder, 'events.json'), 'utf8')) as ExampleEvent[]);
  const app = await step('synthesize examples/orders', async () => {
    rmSync(ASSEMBLY, { recursive: true, force: true });
    await synthesizeOrders(ASSEMBLY, python && `python${python}`);
    if (python === undefined) {
      console.log('    SKIPPED: EstimateDelivery, a function in Python, which takes Python with pip on Linux');
    }
    return new SynthesizedApp(ASSEMBLY, 'Orders');
  });
  const deployment = await step('start a local S3', () => LocalDeployment.start(app, { node: 'current' }));
  const [bucket] = app.bucketNames();
  try {
    await step(`invoke the functions with ${events.length} events`, async () => {
      for (const event of events) {
        const result = await deployment.invoke(event.function, event.event);
        const wrong = mismatch(event, result);
        if (wrong) {
          throw new Error(`${event.title}: ${wrong}; the function's log:\n${(await deployment.logs(event.function)).join('\n')}`);
        }
        const outcome = event.expect === 'error' ? `throws ${event.errorType}, as it should,` : 'answers';
        console.log(`    ${event.function.padEnd(16)} ${event.title}: ${outcome} in ${result.latencyMs.toFixed(0)} ms`);
      }
      await deployment.settled();
      const sizes = deployment.s3.keys(bucket!).map((key) => deployment.s3.object(bucket!, key).body.length);
      console.log(`    ${sizes.length} objects were uploaded, ${(sizes.reduce((sum, size) => sum + size, 0) / 1024).toFixed(0)} KB`);
    });
    await step('combine and report: lambda-coverage report', async () => {
      rmSync(REPORTS, { recursive: true, force: true });
      const args = ['report', `s3://${bucket}`, '--app', ASSEMBLY, '--output', REPORTS, '--format', 'html,html-single,lcov,json,text'];
      await run(process.execPath, [path.join(ROOT, 'assets', 'cli', 'lambda-coverage.js'), ...args], deployment.s3.environment());
    });
  } finally {
    await deployment.stop();
  }
  console.log(`\nArchiveOrders was never invoked: its code is in the report with 0 %.\nOpen ${path.join(REPORTS, 'coverage.html')}, or ${path.join(REPORTS, 'index.html')}`);
}

async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  console.log(`\n• ${name}`);
  try {
    return await work();
  } catch (error) {
    throw new Error(`step '${name}' failed: ${(error as Error).message}`);
  }
}

/** Not synchronous: the S3 server that a command talks to lives in this process. */
async function run(command: string, args: readonly string[], environment: Record<string, string>): Promise<void> {
  const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...environment } });
  const [status] = await once(child, 'exit') as [number | null];
  if (status !== 0) {
    throw new Error(`${command} ended with exit code ${status}`);
  }
}

main().catch((error: Error) => {
  console.error(`\n${error.message}`);
  process.exit(1);
});
