import { cpSync } from 'node:fs';
import * as path from 'node:path';
import { build, type Plugin } from 'esbuild';
import type { NodeVersion } from './row';
import { ordersEvent } from './subjects/orders/events';

const FOLDER = path.join(__dirname, 'subjects');

/** A function that coverage is measured on. */
interface Subject {
  readonly entry: string;
  /** What it is invoked with. */
  readonly event: unknown;
  /** For docs/performance.md. */
  readonly about: string;
  /** The versions of Node.js whose runtime accepts it. @default - all */
  readonly nodes?: readonly NodeVersion[];
}

export type SubjectName = 'orders' | 'small' | 'callback' | 'waiting' | 'loop' | 'json' | 'router' | 'parser';

export const SUBJECTS: Readonly<Record<SubjectName, Subject>> = {
  orders: {
    entry: 'orders/handler.ts',
    event: ordersEvent(20),
    about: 'a bundle of 1.7 MB, as NodejsFunction makes it by default (CommonJS, not minified, source map beside it): 250 lines of own TypeScript '
      + 'that parse, validate, price and sort a batch of orders, with @aws-sdk/client-s3 and picomatch bundled; the client is made during init and never called',
  },
  small: { entry: 'small.ts', event: { name: 'Ada' }, about: 'an async handler of four lines' },
  callback: {
    entry: 'callback.ts',
    event: { name: 'Ada' },
    about: "the same as a callback handler, whose answer waits for an empty event loop; Node.js 24's runtime refuses those",
    nodes: ['20', '22'],
  },
  waiting: { entry: 'waiting.ts', event: { name: 'Ada' }, about: 'an async handler that waits three times for 5 ms' },
  loop: { entry: 'computing/loop.ts', event: { size: 30_000 }, about: 'tight loops: the longest Collatz sequence below 30,000 and the primes below 300,000' },
  json: { entry: 'computing/json.ts', event: { size: 1_000 }, about: '1,000 records of JSON, parsed, their keys and values changed, grouped and summed' },
  router: { entry: 'computing/router.ts', event: { size: 20_000 }, about: '20,000 requests dispatched by ten regular expressions with parameters' },
  parser: { entry: 'computing/parser.ts', event: { size: 5_000 }, about: '5,000 formulas, read by recursive descent and evaluated' },
};

/** Bundles a subject into a folder as NodejsFunction would: `index.js` and its source map. */
export async function bundle(name: SubjectName, folder: string, plugins: readonly Plugin[] = []): Promise<void> {
  await build({
    entryPoints: [path.join(FOLDER, SUBJECTS[name].entry)],
    outfile: path.join(folder, 'index.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    logLevel: 'error',
    plugins: [...plugins],
  });
  cpSync(path.join(FOLDER, 'taking.js'), path.join(folder, 'taking.js'));
}
