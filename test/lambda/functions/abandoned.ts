import { LocalLambda } from '../local-lambda';

/** Leaves a frozen function behind for whoever kills this process. */
async function abandon(): Promise<void> {
  const lambda = await LocalLambda.start({ runtime: 'nodejs22.x', handler: 'handlers.nothing', taskRoot: __dirname });
  await lambda.init();
  process.stdout.write(`${lambda.pid}\n`);
  setInterval(() => undefined, 1000);
}

void abandon();
