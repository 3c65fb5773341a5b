import { rawObjects, startAttached, startPlain, startS3, type FunctionOptions } from './attached-function';
import { outcomeOf, type Outcome } from './outcome';
import { taskFolder, type TaskFiles } from './task-folder';
import type { LambdaRuntime } from '../../lambda/function-configuration';

export const CALLBACK_RUNTIMES: LambdaRuntime[] = ['nodejs20.x', 'nodejs22.x'];
export const RUNTIMES: LambdaRuntime[] = [...CALLBACK_RUNTIMES, 'nodejs24.x'];

/** A function that runs twice, without coverage and with it. */
export interface Row {
  readonly files: TaskFiles;
  /** @default 'index.handler' */
  readonly handler?: string;
  /** @default - two invocations */
  readonly events?: readonly unknown[];
  /** @default - the function's timeout of Lambda */
  readonly options?: Partial<FunctionOptions>;
  /** What the first answer is, so that it is known that the row shows what it says. */
  readonly answer?: unknown;
  /** Whether the process that ends leaves nothing in the bucket. @default false */
  readonly endsUncollected?: boolean;
  /** Whether the runtime answers because nothing is left to run. @default false */
  readonly emptiesLoop?: boolean;
}

export const index = (source: string): TaskFiles => ({ 'index.js': source });

/** As `attachTo` configures it; or as it is; or where no extension can register, so that the answer waits for the upload. */
export type Attachment = 'attached' | 'plain' | 'attached without extensions';

/** Nobody outside may be able to tell which one it was; and with coverage the bucket holds an object of each invocation. */
export async function expectSame(row: Row, runtime: LambdaRuntime, attach: Attachment = 'attached') {
  const task = taskFolder(row.files);
  const [plain, attached] = await Promise.all([run(row, runtime, 'plain', task), run(row, runtime, attach, task)]);
  if ('answer' in row) {
    expect(plain.outcomes[0]!.answer).toEqual(row.answer);
  }
  expect(attached.outcomes).toEqual(plain.outcomes);
  // an answer that the runtime gives for an empty event loop waits for nothing; what it left behind comes with the next one
  const behind = attach === 'attached without extensions' && row.emptiesLoop ? 1 : 0;
  expect(attached.objects.length).toBe(row.endsUncollected ? 0 : plain.outcomes.length - behind);
}

async function run(row: Row, runtime: LambdaRuntime, attach: Attachment, task: string) {
  const { handler = 'index.handler', events = [{ n: 1 }, { n: 2 }] } = row;
  const options: FunctionOptions = {
    runtime,
    taskRoot: task,
    handler,
    ...row.options,
    environment: { NODE_OPTIONS: '--stack-trace-limit=50', ...row.options?.environment },
    ...(attach === 'attached without extensions' && { extensionsSupported: false }),
  };
  const s3 = await startS3();
  const lambda = attach === 'plain' ? await startPlain(options) : await startAttached(s3, options);
  const outcomes: Outcome[] = [];
  for (const event of events) {
    outcomes.push(await outcomeOf(lambda, event));
  }
  return { outcomes, objects: rawObjects(s3) };
}
