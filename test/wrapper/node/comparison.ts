import { counts, rawObjects, startAttached, startPlain, startS3, type FunctionOptions, type RawObject } from './attached-function';
import { outcomeOf, type Outcome } from './outcome';
import type { LambdaRuntime } from '../../lambda/function-configuration';
import { taskFolder, type TaskFiles } from '../../task-folder';

export const CALLBACK_RUNTIMES: LambdaRuntime[] = ['nodejs20.x', 'nodejs22.x'];
export const RUNTIMES: LambdaRuntime[] = [...CALLBACK_RUNTIMES, 'nodejs24.x'];
/** Deprecated by Lambda, and still in use. */
export const OLDEST: LambdaRuntime = 'nodejs18.x';
/** What differs between runtimes does so between the oldest and the newest; those between them run what is common. */
export const EXTREMES: LambdaRuntime[] = [OLDEST, 'nodejs24.x'];

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
  /** So many objects are in the bucket after that, on all runtimes or by each. @default - one for each invocation */
  readonly objects?: number | Partial<Record<LambdaRuntime, number>>;
  /** Whether the runtime answers because nothing is left to run. @default false */
  readonly emptiesLoop?: boolean;
  /** What the wrapper logs, in one line. @default - nothing */
  readonly says?: RegExp;
  /** How often functions of the package ran, by all objects: those that must be there, and `undefined` for those that must not. */
  readonly ran?: Readonly<Record<string, number | undefined>>;
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
  const { outcomes, said } = withoutOwnLines(attached.outcomes);
  expect(outcomes).toEqual(plain.outcomes);
  expect(said).toEqual(row.says ? [expect.stringMatching(row.says)] : []);
  // an answer that the runtime gives for an empty event loop waits for nothing: what it left behind may come with the next one only
  const isBehind = attach === 'attached without extensions' && row.emptiesLoop === true;
  const objects = typeof row.objects === 'object' ? row.objects[runtime] : row.objects;
  const expected = objects ?? plain.outcomes.length;
  expect(isBehind ? [expected - 1, expected] : [expected]).toContain(attached.objects.length);
  const ran = runs(attached.objects);
  expect(Object.fromEntries(Object.keys(row.ran ?? {}).map((name) => [name, ran[name]]))).toEqual(row.ran ?? {});
}

/** The messages of the lines that the wrapper writes, beside what is left without them. */
function withoutOwnLines(outcomes: readonly Outcome[]): { outcomes: Outcome[]; said: string[] } {
  const messageOf = (line: string) => /^\{"level":"(?:ERROR|WARNING)".*"message":"([^"]*)".*"function_name":"local-function"/.exec(line)?.[1];
  return {
    outcomes: outcomes.map((outcome) => ({ ...outcome, logs: outcome.logs.filter((line) => messageOf(line) === undefined) })),
    said: outcomes.flatMap(({ logs }) => logs.flatMap((line) => messageOf(line) ?? [])),
  };
}

/** How often each named function ran, by all objects. */
function runs(objects: readonly RawObject[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, count] of objects.flatMap(({ raw }) => Object.values(counts(raw)).flatMap((functions) => Object.entries(functions)))) {
    sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
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
