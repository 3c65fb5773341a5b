/**
 * Stands in for MiniStack's own loaders of functions in Node.js and in Python, which know no runtime client and no extensions, and of
 * Node.js no handler outside of the function's folder. MiniStack unpacks code and layers, starts this as `node`, and speaks with it in
 * lines of JSON: one with the function, which is answered by `ready`, then one for each event. The function runs in the local Lambda.
 */
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { LambdaRuntime } from '../lambda/function-configuration';
import { LocalLambda } from '../lambda/local-lambda';

interface FunctionMessage {
  readonly code_dir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly function_name: string;
  readonly memory: number;
  readonly arn: string;
}

interface EventMessage {
  readonly event: unknown;
}

/** What MiniStack puts into a function's environment besides its own variables. */
const GIVEN = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_REGION', 'AWS_ENDPOINT_URL', 'NODE_EXTRA_CA_CERTS'];

let lambda: LocalLambda | undefined;
let logged = 0;

async function start({ code_dir: taskRoot, env, function_name: functionName, memory, arn }: FunctionMessage): Promise<LocalLambda> {
  // MiniStack tells neither the runtime nor the handler; its root credentials are those of the account
  const account = arn.split(':')[4]!;
  const client = new LambdaClient({ credentials: { accessKeyId: account, secretAccessKey: 'root' } });
  const { Runtime, Handler, Timeout } = await client.send(new GetFunctionConfigurationCommand({ FunctionName: functionName }));
  const layer = (index: number) => path.join(path.dirname(taskRoot), `layer_${index}`);
  const layers: string[] = [];
  while (existsSync(layer(layers.length))) {
    layers.push(layer(layers.length));
  }
  provideSdk(path.dirname(taskRoot));
  const given = Object.fromEntries(GIVEN.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
  return LocalLambda.start({
    runtime: Runtime as LambdaRuntime,
    handler: Handler!,
    taskRoot,
    layers,
    functionName,
    memorySize: memory,
    timeoutSeconds: Timeout,
    // Python's default of trusted certificates
    environment: { ...given, ...(given.NODE_EXTRA_CA_CERTS !== undefined && { SSL_CERT_FILE: given.NODE_EXTRA_CA_CERTS }), ...env },
  });
}

/** Lambda's runtimes have the AWS SDK; CDK's own functions need it. */
function provideSdk(folder: string): void {
  const scope = path.join(folder, 'node_modules', '@aws-sdk');
  mkdirSync(scope, { recursive: true });
  for (const name of ['client-s3', 'client-lambda', 'client-cloudformation']) {
    symlinkSync(path.dirname(require.resolve(`@aws-sdk/${name}/package.json`)), path.join(scope, name));
  }
}

async function answer({ event }: EventMessage): Promise<object> {
  const { payload, functionError } = await lambda!.invoke(event);
  return functionError ? { status: 'error', error: payload.errorMessage, trace: (payload.trace ?? []).join('\n') } : { status: 'ok', result: payload };
}

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** What the function wrote to its log goes to standard error, where MiniStack looks for it. */
function log(): void {
  for (const line of lambda!.logs.slice(logged)) {
    process.stderr.write(`${line}\n`);
    logged += 1;
  }
}

async function end(): Promise<never> {
  // what is uploaded after an answer still has to be
  await lambda?.settled();
  await lambda?.stop();
  process.exit(0);
}

async function main(): Promise<void> {
  process.on('SIGTERM', () => void end());
  for await (const line of createInterface({ input: process.stdin })) {
    const message = JSON.parse(line) as FunctionMessage & EventMessage;
    try {
      if (lambda) {
        say(await answer(message));
      } else {
        lambda = await start(message);
        say({ status: 'ready', cold: true });
      }
    } catch (error) {
      say({ status: 'error', error: (error as Error).message, trace: (error as Error).stack });
    }
    if (lambda) {
      log();
    }
  }
  await end();
}

void main();
